//! Disks, discs and firmware as `-drive` and `-device` values.

use std::path::{Path, PathBuf};

use super::{Runtime, escaped, escaped_path, path_text};
use crate::machine::qemu::firmware::Firmware;
use crate::plan::MachinePlan;
use crate::plan::qemu::{DiskPlan, FirmwarePlan, QemuPlan};

/// Ports of one AHCI controller.
const AHCI_PORTS: usize = 6;

/// Values in the order in which Packer writes them.
#[derive(Debug, Default)]
pub(super) struct Storage {
    pub(super) disk_devices: Vec<String>,
    pub(super) disc_devices: Vec<String>,
    pub(super) drives: Vec<String>,
}

/// How a medium gets onto a bus. QEMU has no `if=sata`, no `if=scsi` on today's machines, and no
/// `virtio-scsi-device` on x86: those get a controller and a device of their own.
enum Attachment<'a> {
    /// `if=…`, or nothing for a disc without an interface.
    Drive(Option<&'a str>),
    Ahci,
    Scsi,
}

impl<'a> Attachment<'a> {
    fn of(interface: Option<&'a str>) -> Self {
        match interface {
            Some("sata") => Self::Ahci,
            Some("scsi" | "virtio-scsi") => Self::Scsi,
            other => Self::Drive(other),
        }
    }

    /// What `if=` says.
    fn interface(&self) -> &'a str {
        match self {
            Self::Drive(interface) => interface.unwrap_or_default(),
            Self::Ahci | Self::Scsi => "none",
        }
    }
}

/// Controllers that were made so far.
#[derive(Default)]
struct Controllers {
    ahci_ports: usize,
    scsi: bool,
}

impl Controllers {
    /// The devices for one medium: perhaps a controller, then the medium itself.
    fn ahci(&mut self, model: &str, drive: &str) -> Vec<String> {
        let (controller, port) = (self.ahci_ports / AHCI_PORTS, self.ahci_ports % AHCI_PORTS);
        self.ahci_ports += 1;
        let device = format!("{model},bus=ahci{controller}.{port},drive={drive}");
        if port == 0 { vec![format!("ahci,id=ahci{controller}"), device] } else { vec![device] }
    }

    /// virtio-scsi rather than the LSI controller of old: every firmware boots from it, and current Linux
    /// distributions no longer have a driver for the other.
    fn scsi(&mut self, model: &str, drive: &str) -> Vec<String> {
        let device = format!("{model},bus=scsi0.0,drive={drive}");
        if std::mem::replace(&mut self.scsi, true) {
            return vec![device];
        }
        vec!["virtio-scsi-pci,id=scsi0".to_owned(), device]
    }
}

pub(super) fn storage(qemu: &QemuPlan, disks: &[PathBuf], discs: &[String]) -> Storage {
    let mut storage = Storage::default();
    let mut controllers = Controllers::default();
    for (number, path) in disks.iter().enumerate() {
        add_disk(&mut storage, &mut controllers, &qemu.disk, number, path);
    }
    for (number, file) in discs.iter().enumerate() {
        add_disc(&mut storage, &mut controllers, qemu, (number, disks.len()), file);
    }
    storage
}

fn add_disk(storage: &mut Storage, controllers: &mut Controllers, disk: &DiskPlan, number: usize, path: &Path) {
    let (file, drive, options) = (escaped_path(path), format!("drive{number}"), disk_options(disk));
    match Attachment::of(Some(&disk.interface)) {
        Attachment::Drive(interface) => {
            storage.drives.push(format!("file={file},if={},{options}", interface.unwrap_or_default()));
            return;
        }
        Attachment::Ahci => storage.disk_devices.extend(controllers.ahci("ide-hd", &drive)),
        Attachment::Scsi => storage.disk_devices.extend(controllers.scsi("scsi-hd", &drive)),
    }
    storage.drives.push(format!("if=none,file={file},id={drive},{options}"));
}

/// `number` is the disc's own and the number of disks before it.
fn add_disc(
    storage: &mut Storage,
    controllers: &mut Controllers,
    qemu: &QemuPlan,
    (number, disks): (usize, usize),
    file: &str,
) {
    let (file, drive) = (escaped(file), format!("cdrom{number}"));
    let (interface, devices) = match Attachment::of(qemu.cdrom_interface.as_deref()) {
        Attachment::Drive(None) => {
            storage.drives.push(format!("file={file},media=cdrom"));
            return;
        }
        Attachment::Drive(Some(interface)) => (interface, Vec::new()),
        Attachment::Ahci => ("none", controllers.ahci("ide-cd", &drive)),
        Attachment::Scsi => ("none", controllers.scsi("scsi-cd", &drive)),
    };
    // Numbers are counted for each interface; where disks have the same one, the discs come after them.
    let index =
        if interface == Attachment::of(Some(&qemu.disk.interface)).interface() { disks + number } else { number };
    storage.disc_devices.extend(devices);
    storage.drives.push(format!("file={file},if={interface},index={index},id={drive},media=cdrom"));
}

/// QEMU takes `detect-zeroes=unmap` only together with `discard=unmap`.
fn disk_options(disk: &DiskPlan) -> String {
    let discard = disk.discard.as_deref().unwrap_or("unmap");
    let silent = if discard == "unmap" { "unmap" } else { "off" };
    let zeroes = match disk.detect_zeroes.as_deref().unwrap_or(silent) {
        "off" => String::new(),
        zeroes => format!(",detect-zeroes={zeroes}"),
    };
    format!("cache={},discard={discard},format={}{zeroes}", disk.cache, disk.format)
}

/// Where the disks of a build are: the first has the machine's name, without an extension.
pub fn disk_paths(plan: &MachinePlan, disk: &DiskPlan, output_directory: &Path) -> Vec<PathBuf> {
    let name = |number: usize| match number {
        0 => plan.vm_name.clone(),
        _ => format!("{}-{number}", plan.vm_name),
    };
    (0..=disk.additional_sizes.len()).map(|number| output_directory.join(name(number))).collect()
}

/// The installer first, then the generated CD.
pub(super) fn disc_files(runtime: &Runtime) -> Vec<String> {
    runtime.installer.iter().cloned().chain(runtime.cd.as_deref().map(path_text)).collect()
}

pub(super) fn firmware_drives(plan: &FirmwarePlan, firmware: Option<&Firmware>) -> Vec<String> {
    if let FirmwarePlan::Pflash { path } = plan {
        return vec![format!("file={},if=pflash,format=raw,readonly=on", escaped_path(path))];
    }
    let Some(Firmware { code, variables }) = firmware else { return Vec::new() };
    vec![
        format!("file={},if=pflash,unit=0,format={},readonly=on", escaped_path(&code.path), code.format),
        format!("file={},if=pflash,unit=1,format={}", escaped_path(&variables.path), variables.format),
    ]
}
