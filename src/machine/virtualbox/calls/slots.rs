//! Which drive goes where.

use std::collections::HashSet;

use crate::machine::Error;
use crate::plan::MachinePlan;
use crate::plan::virtualbox::{GuestAdditionsMode, HardwarePlan, VirtualBoxPlan};

pub(super) const IDE: &str = "IDE Controller";
pub(super) const SATA: &str = "SATA Controller";
pub(super) const SCSI: &str = "SCSI Controller";
pub(super) const NVME: &str = "NVMe Controller";
pub(super) const VIRTIO: &str = "VirtioSCSI Controller";
const CONTROLLERS: [&str; 5] = [IDE, SATA, SCSI, NVME, VIRTIO];

/// A place for a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine::virtualbox) struct Slot {
    pub(in crate::machine::virtualbox) controller: String,
    pub(in crate::machine::virtualbox) port: u32,
    pub(in crate::machine::virtualbox) device: u32,
}

/// The places of a build's drives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::machine::virtualbox) struct Slots {
    pub(in crate::machine::virtualbox) disks: Vec<Slot>,
    pub(in crate::machine::virtualbox) installer: Option<Slot>,
    pub(in crate::machine::virtualbox) additions: Option<Slot>,
    pub(in crate::machine::virtualbox) cd: Option<Slot>,
}

impl Slot {
    fn place(&self) -> (&str, u32, u32) {
        (&self.controller, self.port, self.device)
    }
}

#[derive(Clone, Copy)]
enum Disc {
    Installer,
    Additions,
    Cd,
}

impl Slots {
    /// Of a new machine.
    pub(in crate::machine::virtualbox) fn of_new(
        machine: &MachinePlan,
        plan: &VirtualBoxPlan,
        hardware: &HardwarePlan,
    ) -> Result<Self, Error> {
        let count = u32::try_from(hardware.disk_sizes.len()).unwrap_or(u32::MAX);
        let slot = |interface: &str, disc| {
            disc_slot(interface, disc, if interface == hardware.hard_drive_interface { count } else { 0 })
        };
        let slots = Self {
            disks: (0..count).map(|index| disk_slot(&hardware.hard_drive_interface, index)).collect(),
            installer: Some(slot(&hardware.iso_interface, Disc::Installer)),
            additions: attached(plan).map(|interface| slot(interface, Disc::Additions)),
            cd: machine.cd.as_ref().map(|_| slot(&hardware.iso_interface, Disc::Cd)),
        };
        slots.check()?;
        Ok(slots)
    }

    /// Of a machine that has disks of its own; `rename` gives its names of controllers.
    pub(in crate::machine::virtualbox) fn of_existing(
        machine: &MachinePlan,
        plan: &VirtualBoxPlan,
        rename: impl Fn(&str) -> String,
    ) -> Self {
        let slot = |interface: &str, disc| {
            let slot = disc_slot(interface, disc, 1);
            Slot { controller: rename(&slot.controller), ..slot }
        };
        Self {
            additions: attached(plan).map(|interface| slot(interface, Disc::Additions)),
            cd: machine.cd.as_ref().map(|_| slot("ide", Disc::Cd)),
            ..Self::default()
        }
    }

    fn discs(&self) -> impl Iterator<Item = &Slot> {
        self.installer.iter().chain(&self.additions).chain(&self.cd)
    }

    /// Names of the controllers that a new machine has.
    pub(super) fn controllers(&self) -> Vec<String> {
        let is_used = |name: &&&str| **name == IDE || self.ports(name) > 0;
        CONTROLLERS.iter().filter(is_used).map(|&name| name.to_owned()).collect()
    }

    /// Ports that the controller needs for all drives on it.
    pub(super) fn ports(&self, controller: &str) -> u32 {
        let on_it = self.disks.iter().chain(self.discs()).filter(|slot| slot.controller == controller);
        on_it.map(|slot| slot.port.saturating_add(1)).max().unwrap_or(0)
    }

    /// No two drives in one place, and none beyond the controller's last port.
    fn check(&self) -> Result<(), Error> {
        let disks: HashSet<_> = self.disks.iter().map(Slot::place).collect();
        let discs: HashSet<_> = self.discs().map(Slot::place).collect();
        let is_clear = disks.is_disjoint(&discs) && discs.len() == self.discs().count();
        let overfull = self.disks.iter().find(|slot| slot.port >= most_ports(&slot.controller));
        if is_clear && overfull.is_none() {
            return Ok(());
        }
        let controller = overfull.or_else(|| self.discs().next()).map_or("controller", |slot| &slot.controller);
        let count = self.disks.len();
        let message = format!(
            "{count} disks and the discs do not fit on the {controller}; choose another `hard_drive_interface`, \
             `iso_interface` or `guest_additions_interface`"
        );
        Err(Error::Plan { message })
    }
}

fn attached(plan: &VirtualBoxPlan) -> Option<&str> {
    (plan.guest_additions.mode == GuestAdditionsMode::Attach).then_some(plan.guest_additions.interface.as_str())
}

/// What VirtualBox's chips have. The seventh address of the SCSI one is its own.
fn most_ports(controller: &str) -> u32 {
    match controller {
        IDE => 2,
        SATA => 30,
        SCSI => 7,
        _ => 255,
    }
}

fn controller(interface: &str) -> String {
    let name = match interface {
        "sata" => SATA,
        "scsi" => SCSI,
        "pcie" => NVME,
        "virtio" => VIRTIO,
        _ => IDE,
    };
    name.to_owned()
}

fn disk_slot(interface: &str, index: u32) -> Slot {
    Slot { controller: controller(interface), port: index, device: 0 }
}

/// Beside one disk of the same controller the places are those of Packer 1.6.6. Beside several, discs stand after them, as in its later
/// plugin; on the IDE controller the second disk has the additions' place, which then go to the last one.
fn disc_slot(interface: &str, disc: Disc, disks: u32) -> Slot {
    let (ide, near, far) = match disc {
        Disc::Installer => ((0, 1), 1, 13),
        Disc::Additions if disks > 1 => ((1, 1), 2, 14),
        Disc::Additions => ((1, 0), 2, 14),
        Disc::Cd => ((1, 1), 3, 15),
    };
    let (port, device) = match interface {
        "sata" | "virtio" if disks <= 1 => (near, 0),
        "sata" | "virtio" => (disks.saturating_add(near - 1).max(far), 0),
        _ => ide,
    };
    Slot {
        controller: controller(if matches!(interface, "sata" | "virtio") { interface } else { "ide" }),
        port,
        device,
    }
}
