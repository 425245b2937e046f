"""Runs a command on a terminal of its own. When TEXT has shown, waits for SECONDS, then types LINE. Prints what the
terminal showed until then, a line `----`, and the rest. Arguments: TEXT SECONDS LINE COMMAND...
"""
import os, pty, select, sys, time

text, seconds, line, command = sys.argv[1].encode(), float(sys.argv[2]), sys.argv[3], sys.argv[4:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)


def shown(until):
    """What comes until a time, or until the command has ended."""
    while (left := until - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                yield os.read(terminal, 65536)
            except OSError:
                return


before = b""
for part in shown(time.monotonic() + 60):
    before += part
    if text in before:
        break
before += b"".join(shown(time.monotonic() + seconds))
while not before.rstrip().endswith(text) and (part := b"".join(shown(time.monotonic() + 1))):
    before += part  # in the middle of a redraw
os.write(terminal, line.encode() + b"\n")
after = b"".join(shown(time.monotonic() + 60))
sys.stdout.buffer.write(before + b"\n----\n" + after)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
