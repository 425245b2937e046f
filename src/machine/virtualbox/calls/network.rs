//! The way between this host and the guest, through VirtualBox's address translation.

use super::Call;
use crate::machine::virtualbox::version::Version;

const RULE: &str = "packercomm";

/// How VirtualBox says that the rule is there already, from a former build of the same machine.
pub(in crate::machine::virtualbox) const RULE_EXISTS: &str = "A NAT rule of this name already exists";

/// Seeds are served on this host's loopback address, which newer versions hide from guests. It matters also where no
/// port is forwarded. `None` where the version has no such option.
pub(in crate::machine::virtualbox) fn open_loopback(machine: &str, version: Version) -> Option<Call> {
    let call = || Call::on("modifyvm", machine).args(["--nat-localhostreachable1", "on"]);
    version.hides_loopback().then(call)
}

/// From this host's port to the guest's.
pub(in crate::machine::virtualbox) fn forward(machine: &str, host_port: &str, guest_port: u16) -> Call {
    Call::on("modifyvm", machine).args(["--natpf1", &format!("{RULE},tcp,127.0.0.1,{host_port},,{guest_port}")])
}

pub(in crate::machine::virtualbox) fn stop_forwarding(machine: &str) -> Call {
    Call::on("modifyvm", machine).args(["--natpf1", "delete", RULE])
}
