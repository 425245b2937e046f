//! What we add to the command line beyond Packer, on purpose:
//!
//! - `-qmp` to a socket of our own: the build watches and controls the machine through it. QEMU connects
//!   to us, so the connection tells that it runs; a socket that the template asks for stays its own.
//! - `-vnc` to a socket of our own: keys are typed through it, whatever the template does to `-vnc`.
//! - `-serial` to a file: evidence when an installation fails. QEMU's default is a console nobody sees.
//!   Left out when the template says anything about serial ports.
//!
//! Further differences, made where the arguments are: the SSH forward listens on the loopback address only
//! (Packer: everywhere), and `discard` and `detect-zeroes` are `unmap` where the template is silent.

use super::{Argument, CommandLine, Origin, Runtime, escaped_path};

/// The file in the work directory that gets the guest's first serial port.
pub const SERIAL_LOG: &str = "serial.log";
/// Our sockets in the work directory.
pub const QMP_SOCKET: &str = "qmp.sock";
pub const VNC_SOCKET: &str = "vnc.sock";

pub(super) fn add(line: &mut CommandLine, runtime: &Runtime) {
    let path = |name: &str| runtime.work_directory.join(name);
    own(line, "-qmp", format!("unix:{},server=off", escaped_path(&path(QMP_SOCKET))), "controls the machine");
    own(line, "-vnc", format!("unix:{}", escaped_path(&path(VNC_SOCKET))), "types the boot command");
    if !speaks_of_serial(line) {
        own(line, "-serial", format!("file:{}", path(SERIAL_LOG).display()), "keeps what the guest says");
    }
}

fn own(line: &mut CommandLine, switch: &str, value: String, why: &str) {
    let argument = Argument { origin: Origin::Own, ..Argument::new(switch, value) };
    line.changes.push(format!("`{argument}` is added: it {why}"));
    line.arguments.push(argument);
}

fn speaks_of_serial(line: &CommandLine) -> bool {
    let devices = line.values("device").any(|value| value.contains("serial"));
    devices || ["serial", "nographic", "nodefaults"].iter().any(|name| line.has(name))
}
