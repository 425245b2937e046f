//! An artifact as a machine for VirtualBox and VMware, where another hypervisor built it.

use std::path::PathBuf;

use super::Error;
use super::source_disk::{self, OpenDisk};
use crate::artifact::Artifact;
use crate::event::Events;
use crate::image::ovf::{Appliance, DEFAULT_GUEST_OS_TYPE};
use crate::plan::post_processor::MachineChanges;

/// A machine to be packed: its disks, ready to be read, and what is known of the rest.
#[derive(Debug)]
pub(super) struct Machine {
    /// In the guest's order.
    pub(super) disks: Vec<OpenDisk>,
    /// It has no disks yet.
    pub(super) appliance: Appliance,
    pub(super) efi_code: Option<PathBuf>,
    pub(super) efi_variables: Option<PathBuf>,
}

impl Machine {
    /// The machine that `input` was, or else a small one called `name`.
    pub(super) async fn of(input: &Artifact, name: &str) -> Result<Self, Error> {
        let mut disks = Vec::new();
        for source in source_disk::sources(input)? {
            disks.push(source.open().await?);
        }
        let image = input.machine.as_ref();
        Ok(Self {
            disks,
            appliance: appliance(input, name),
            efi_code: image.and_then(|image| image.efi_code.clone()),
            efi_variables: image.and_then(|image| image.efi_variables.clone()),
        })
    }
}

pub(super) fn appliance(input: &Artifact, name: &str) -> Appliance {
    let small = Appliance::small(name);
    let Some(machine) = &input.machine else { return small };
    let small = Appliance { efi: machine.efi_code.is_some(), ..small };
    match &machine.hardware {
        None => small,
        Some(hardware) => Appliance {
            name: without_format(&hardware.name).to_owned(),
            processors: hardware.processors,
            memory_mib: hardware.memory_mib,
            ..small
        },
    }
}

/// What somebody wants changed goes before what was built.
pub(super) fn changed(built: Appliance, changes: &MachineChanges) -> Appliance {
    Appliance {
        name: changes.vm_name.clone().unwrap_or(built.name),
        guest_os_type: changes.guest_os_type.clone().unwrap_or(built.guest_os_type),
        processors: changes.processors.unwrap_or(built.processors),
        memory_mib: changes.memory_mib.unwrap_or(built.memory_mib),
        efi: changes.efi.unwrap_or(built.efi),
        disks: built.disks,
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

/// The other way round.
pub(super) fn architecture(appliance: &Appliance) -> &'static str {
    if appliance.guest_os_type.ends_with("_64") { "amd64" } else { "386" }
}

/// No package carries UEFI's variables from one hypervisor to another.
pub(super) fn warn_of_firmware(appliance: &Appliance, events: &Events) {
    if appliance.efi {
        events.warn(
            "the machine starts by UEFI, and its boot entries stay behind: VirtualBox or VMware will \
             start /EFI/BOOT/BOOTX64.EFI of the disk, which some installers do not write",
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
