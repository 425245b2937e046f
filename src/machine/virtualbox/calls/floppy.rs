//! The floppy drive, which machines have only while they need it.

use std::path::Path;

use super::Call;

const CONTROLLER: &str = "Floppy Controller";

/// What VirtualBox calls the drive's controller chip.
pub(in crate::machine::virtualbox) const CHIP: &str = "I82078";

/// `former` is a floppy controller that the machine has already.
pub(in crate::machine::virtualbox) fn floppy_in(machine: &str, image: &Path, former: Option<&str>) -> Vec<Call> {
    let removed = former.map(|name| remove(machine, name));
    let added = Call::on("storagectl", machine).args(["--name", CONTROLLER, "--add", "floppy"]);
    removed.into_iter().chain([added, attach(machine).args(["--type", "fdd", "--medium"]).arg(image)]).collect()
}

pub(in crate::machine::virtualbox) fn floppy_out(machine: &str) -> Vec<Call> {
    vec![attach(machine).args(["--medium", "none"]), remove(machine, CONTROLLER)]
}

fn attach(machine: &str) -> Call {
    Call::on("storageattach", machine).args(["--storagectl", CONTROLLER, "--port", "0", "--device", "0"])
}

fn remove(machine: &str, name: &str) -> Call {
    Call::on("storagectl", machine).args(["--name", name, "--remove"])
}
