//! An artifact as a machine for VirtualBox and VMware, where another hypervisor built it.

use super::Error;
use crate::artifact::Artifact;
use crate::event::Events;
use crate::image::ovf::{Appliance, DEFAULT_GUEST_OS_TYPE};

/// Of files of which it is not known what they ran in.
const DEFAULT_PROCESSORS: u32 = 1;
const DEFAULT_MEMORY_MIB: u32 = 1024;

/// The machine that `input` was, or else a small one called `name`. It has no disks yet.
pub(super) fn appliance(input: &Artifact, name: &str) -> Appliance {
    let hardware = input.machine.as_ref().and_then(|machine| machine.hardware.as_ref());
    Appliance {
        name: hardware.map_or(name, |hardware| without_format(&hardware.name)).to_owned(),
        guest_os_type: DEFAULT_GUEST_OS_TYPE.into(),
        processors: hardware.map_or(DEFAULT_PROCESSORS, |hardware| hardware.processors),
        memory_mib: hardware.map_or(DEFAULT_MEMORY_MIB, |hardware| hardware.memory_mib),
        efi: input.machine.as_ref().is_some_and(|machine| machine.efi_code.is_some()),
        disks: Vec::new(),
    }
}

/// QEMU's machines are often called by their disk's file.
fn without_format(name: &str) -> &str {
    let formats = [".qcow2", ".raw", ".img"];
    formats.iter().find_map(|format| name.strip_suffix(format)).filter(|name| !name.is_empty()).unwrap_or(name)
}

/// VirtualBox's type for a guest of which only the architecture is known, in Go's words.
pub(super) fn guest_os_type(architecture: &str) -> Result<&'static str, Error> {
    match architecture {
        "amd64" => Ok(DEFAULT_GUEST_OS_TYPE),
        "386" | "i386" => Ok("Linux"),
        _ => Err(Error::UnsupportedArchitecture { architecture: architecture.into() }),
    }
}

/// No package carries UEFI's variables from one hypervisor to another.
pub(super) fn warn_of_firmware(appliance: &Appliance, events: &Events) {
    if appliance.efi {
        events.warn(
            "the machine starts by UEFI, and its boot entries stay behind: VirtualBox will start \
             /EFI/BOOT/BOOTX64.EFI of the disk, which some installers do not write",
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::post::testing::{files_artifact, machine_artifact};

    #[test]
    fn a_machine_is_described_as_it_was_built() {
        let mut built = machine_artifact(Path::new("out"), &[("vm", "qcow2")]);
        built.machine.as_mut().unwrap().hardware.as_mut().unwrap().name = "debian.qcow2".into();
        let appliance = self::appliance(&built, "build");
        assert_eq!((appliance.name.as_str(), appliance.processors, appliance.memory_mib), ("debian", 2, 512));
        assert!(!appliance.efi);
        let appliance = self::appliance(&files_artifact(&[]), "build");
        assert_eq!((appliance.name.as_str(), appliance.processors, appliance.memory_mib), ("build", 1, 1024));
        assert_eq!((without_format(".img"), without_format("vm.img"), without_format("vm")), (".img", "vm", "vm"));
    }

    #[test]
    fn only_the_architectures_of_virtualbox_have_a_type() {
        assert_eq!((guest_os_type("amd64").unwrap(), guest_os_type("386").unwrap()), ("Linux_64", "Linux"));
        assert!(guest_os_type("arm64").is_err());
    }
}
