"""For tests: a WinRM service whose commands run in this host's shell. Arguments: basic | ntlm, a folder, a TLS
certificate and its key or nothing. It prints its port.

With WINRM_RECORD set to a file, nothing is run. Each line of the file is then one thing that was asked, as JSON: a command, a
PowerShell script, or a path and what was uploaded to it. The uptime falls at the second question, as after a restart.

The login by NTLM is pyspnego's, an implementation of its own. The answers are written from MS-WSMV; there is no
cmd and no PowerShell (pywinrm, too, is content with the answers): the few commands that Boxwright itself sends are recognised by their texts and played.
"""
import base64, json, os, re, ssl, subprocess, sys, uuid
import xml.etree.ElementTree as xml
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

AUTHENTICATION, FOLDER = sys.argv[1:3]
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TIMEOUT = '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858793"><f:Message>later</f:Message></f:WSManFault>'
CREATED = ('<x:ResourceCreated xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"><w:ReferenceParameters '
           'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><w:SelectorSet><w:Selector Name="ShellId">{}'
           '</w:Selector></w:SelectorSet></w:ReferenceParameters></x:ResourceCreated>')
RELATES = '<s:Header><a:RelatesTo xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">{}</a:RelatesTo></s:Header>'
shells, commands, waits = {}, {}, {}
RECORD, chunks, uptimes = os.environ.get("WINRM_RECORD"), {}, [1000, 1000000]


def recorded(line):
    """Uploads begin with `echo BASE64 >> FILE`; a script that names the file and the destination ends them."""
    echo = re.fullmatch(r'echo (\S*)\s*>>\s*"?%TEMP%\\([\w.-]+)"?', line)
    if echo:
        chunks[echo[2]] = chunks.get(echo[2], b"") + base64.b64decode(echo[1])
        return 0, b"", b""
    encoded = re.search(r"-EncodedCommand (\S+)", line)
    if not encoded:
        write({"run": line})
        return 0, b"", b""
    script = base64.b64decode(encoded[1]).decode("utf-16-le")
    for file in [file for file in chunks if file in script]:
        path = re.search(r"[a-zA-Z]:[\\/][^'\"]*", script)[0]
        write({"upload": path.replace("\\", "/"), "content": chunks.pop(file).decode("latin-1")})
        return 0, b"", b""
    if "TickCount" in script:
        return 0, f"boxwright-uptime {uptimes.pop() if uptimes else 2000}\r\n".encode(), b""
    write({"script": script})
    greeting = re.search(r"boxwright-[0-9a-f]+|WinRM connected\.|restarted\.", script)
    return 0, greeting[0].encode() + b"\r\n" if greeting else b"", b""


def write(asked):
    with open(RECORD, "a") as file:
        file.write(json.dumps(asked) + "\n")


def played(line):
    """Exit code, standard output, standard error."""
    if RECORD:
        return recorded(line)
    if line in ("vanish", "babble"):                      # what becomes of the next question about it
        return line, b"", b""
    if line == "count shells":
        return 0, f"{len(shells)}\r\n".encode(), b""
    delete = re.fullmatch(r'del /f /q "%TEMP%\\([\w.-]+)"', line)
    if delete:
        path = os.path.join(FOLDER, delete[1])
        if os.path.exists(path):
            os.remove(path)
        return 0, b"", b""
    echo = re.fullmatch(r'echo (\S+)>>"%TEMP%\\([\w.-]+)"', line)
    if echo:
        assert len(line) < 8191
        if os.path.exists(os.path.join(FOLDER, "full")):
            return 1, b"", b"the disk is full\r\n"
        with open(os.path.join(FOLDER, echo[2]), "a") as file:
            file.write(echo[1] + "\n")
        return 0, b"", b""
    encoded = re.fullmatch(r"powershell .*-EncodedCommand (\S+)", line)
    if encoded:
        return powershell(base64.b64decode(encoded[1]).decode("utf-16-le"))
    ended = subprocess.run(["sh", "-c", line], capture_output=True)
    return ended.returncode, ended.stdout, ended.stderr


def powershell(script):
    words = [word.replace("''", "'") for word in re.findall(r"'((?:[^']|'')*)'", script)][2:]
    try:
        if "Write-Output" in script:
            return 0, words[0].encode() + b"\r\n", b""
        if "FromBase64String" in script:
            return restored(os.path.join(FOLDER, words[0]), words[1].replace("\\", "/"))
        with open(words[0], "rb") as file:
            blocks = iter(lambda: file.read(24 * 1024), b"")
            return 0, b"".join(base64.b64encode(block) + b"\r\n" for block in blocks), b""
    except OSError as error:
        return 1, b"", f"{error.strerror}: {error.filename}\r\n".encode()


def restored(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as out:
        if os.path.exists(source):
            for line in open(source):
                out.write(base64.b64decode(line))
            os.remove(source)
    return 0, b"", b""


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None

    def log_message(self, *words):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.may_pass():
            request = xml.fromstring(body)
            status, answer = self.answered(request)
            message = next(node.text for node in request.iter() if node.tag.endswith("}MessageID"))
            self.reply(status, answer.replace("<s:Header/>", RELATES.format(message)))

    def reply(self, status, text, *headers):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def may_pass(self):
        given = self.headers.get("Authorization", "")
        if AUTHENTICATION == "basic":
            if given == "Basic " + base64.b64encode(b"vagrant:hunter2").decode():
                return True
            self.reply(401, "", ("WWW-Authenticate", 'Basic realm="WSMAN"'))
            return False
        return self.negotiated(given)

    def negotiated(self, given):
        import spnego
        if self.context and self.context.complete:
            return True
        if not given.startswith("Negotiate "):
            self.reply(401, "", ("WWW-Authenticate", "Negotiate"))
            return False
        self.context = self.context or spnego.server(protocol="ntlm")
        try:
            token = self.context.step(base64.b64decode(given[10:]))
        except Exception:
            self.context = None
            self.reply(401, "", ("WWW-Authenticate", "Negotiate"))
            return False
        if self.context.complete:
            return True
        self.reply(401, "", ("WWW-Authenticate", "Negotiate " + base64.b64encode(token).decode()))
        return False

    def answered(self, request):
        texts = {node.tag.split("}")[1]: node for node in request.iter()}
        action = texts["Action"].text.rsplit("/", 1)[1]
        shell = texts["Selector"].text if "Selector" in texts else None
        if action == "Create":
            shells[shell := str(uuid.uuid4())] = 0
            return 200, envelope(CREATED.format(shell))
        if shell not in shells:
            return 500, envelope("<s:Fault><s:Reason><s:Text>there is no such shell</s:Text></s:Reason></s:Fault>")
        if action == "Delete":
            del shells[shell]
            return 200, envelope("")
        if action == "Command":
            shells[shell] += 1
            assert shells[shell] <= 15, "too many commands in one shell"
            commands[command := str(uuid.uuid4())] = played(texts["Command"].text)
            return 200, envelope(f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>")
        if action == "Signal":
            return 200, envelope("<rsp:SignalResponse/>")
        return self.received(texts["DesiredStream"].get("CommandId"))

    def received(self, command):
        if not waits.setdefault(command, False):          # the first time there is no output yet
            waits[command] = True
            return 500, envelope(f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Detail>{TIMEOUT}</s:Detail></s:Fault>")
        code, out, err = commands[command]
        if code == "vanish":
            os._exit(1)
        if code == "babble":
            return 200, envelope('<rsp:Stream Name="stdout">%</rsp:Stream>')
        block, rest = out[:60000], out[60000:]
        commands[command] = code, rest, b""
        streams = "".join(f'<rsp:Stream Name="{name}" CommandId="{command}">{base64.b64encode(data).decode()}</rsp:Stream>'
                          for name, data in (("stdout", block), ("stderr", err)) if data)
        state = "Running" if rest else "Done"
        exit_code = "" if rest else f"<rsp:ExitCode>{code}</rsp:ExitCode>"
        return 200, envelope(f'<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId="{command}" '
                             f'State="{SHELL}/CommandState/{state}">{exit_code}</rsp:CommandState></rsp:ReceiveResponse>')


def envelope(body):
    return f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:rsp="{SHELL}"><s:Header/><s:Body>{body}</s:Body></s:Envelope>'


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[3:5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
