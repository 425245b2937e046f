//! Disks, discs and the controllers they hang on.

use std::path::{Path, PathBuf};

use super::slots::{IDE, NVME, SATA, SCSI, VIRTIO};
use super::{Call, Layout, Slot, Slots, on_off};
use crate::machine::virtualbox::version::Version;
use crate::plan::virtualbox::HardwarePlan;

/// The controllers of a new machine. There is always an IDE one, as templates expect. SATA and NVMe get as many ports
/// as the template says, or as the drives need: VirtualBox attaches nothing beyond the last port.
pub(in crate::machine::virtualbox) fn controllers(
    machine: &str,
    plan: &HardwarePlan,
    slots: &Slots,
    version: Version,
) -> Vec<Call> {
    let add = |name: &str, kind: &str| Call::on("storagectl", machine).args(["--name", name, "--add", kind]);
    let ports = |name: &str, wanted: u32| slots.ports(name).max(wanted).to_string();
    let mut calls = vec![add(IDE, "ide")];
    if slots.ports(SATA) > 0 {
        let count = ports(SATA, plan.sata_port_count);
        calls.push(add(SATA, "sata").args([version.port_count_option(), &count]));
    }
    if slots.ports(SCSI) > 0 {
        calls.push(add(SCSI, "scsi").args(["--controller", "LSILogic"]));
    }
    if slots.ports(NVME) > 0 {
        let count = ports(NVME, plan.nvme_port_count);
        calls.push(add(NVME, "pcie").args(["--controller", "NVMe", "--portcount", &count]));
    }
    if slots.ports(VIRTIO) > 0 {
        let count = ports(VIRTIO, 1);
        calls.push(add(VIRTIO, "virtio").args(["--controller", "VirtIO", "--portcount", &count]));
    }
    calls
}

/// Each disk with the call that makes it and the one that attaches it.
pub(in crate::machine::virtualbox) struct DiskCalls {
    pub(in crate::machine::virtualbox) path: PathBuf,
    pub(in crate::machine::virtualbox) create: Call,
    pub(in crate::machine::virtualbox) attach: Call,
    pub(in crate::machine::virtualbox) size_mb: u64,
}

pub(in crate::machine::virtualbox) fn disks(
    machine: &str,
    folder: &Path,
    plan: &HardwarePlan,
    slots: &Slots,
    version: Version,
) -> Vec<DiskCalls> {
    let single = plan.disk_sizes.len() == 1;
    let calls = plan.disk_sizes.iter().zip(&slots.disks).enumerate().map(|(index, (&size_mb, slot))| {
        let file = if single { format!("{machine}.vdi") } else { format!("{machine}-{index}.vdi") };
        let path = folder.join(file);
        let create = Call::new(version.create_disk()).arg("--filename").arg(&path);
        let create = create.args(["--size", &size_mb.to_string(), "--format", "VDI", "--variant", "Standard"]);
        let attach = at(machine, slot).args(["--type", "hdd", "--medium"]).arg(&path);
        let attach = attach.args(["--nonrotational", on_off(plan.hard_drive_nonrotational)]);
        let attach = attach.args(["--discard", on_off(plan.hard_drive_discard)]);
        DiskCalls { path, create, attach, size_mb }
    });
    calls.collect()
}

pub(in crate::machine::virtualbox) fn attach_disc(machine: &str, slot: &Slot, image: &Path) -> Call {
    at(machine, slot).args(["--type", "dvddrive", "--medium"]).arg(image)
}

pub(in crate::machine::virtualbox) fn detach_disc(machine: &str, slot: &Slot) -> Call {
    at(machine, slot).args(["--type", "dvddrive", "--medium", "none"])
}

fn at(machine: &str, slot: &Slot) -> Call {
    let (port, device) = (slot.port.to_string(), slot.device.to_string());
    Call::on("storageattach", machine).args(["--storagectl", &slot.controller, "--port", &port, "--device", &device])
}

/// Controllers that discs are to hang on and a machine lacks.
pub(in crate::machine::virtualbox) fn missing_controllers(machine: &str, layout: &Layout) -> Vec<Call> {
    let used = |name: &&&str| layout.slots.ports(name) > 0 && !layout.controllers.iter().any(|known| known == *name);
    let kinds = [IDE, SATA, VIRTIO].iter().filter(used).map(|&name| {
        let call = Call::on("storagectl", machine).args(["--name", name, "--add"]);
        let ports = layout.slots.ports(name).to_string();
        match name {
            SATA => call.args(["sata", "--portcount", &ports]),
            VIRTIO => call.args(["virtio", "--controller", "VirtIO", "--portcount", &ports]),
            _ => call.arg("ide"),
        }
    });
    kinds.collect()
}
