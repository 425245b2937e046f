//! The `qemu` builder's own options, resolved.

use std::path::PathBuf;

use serde::Serialize;

use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QemuPlan {
    /// What the template says; `None` is `auto`. `-accelerator` and the environment override it.
    pub accelerator: Option<String>,
    /// The override, which also replaces `-cpu host` and `accel=kvm` in `qemuargs`.
    pub accelerator_override: Option<String>,
    pub machine_type: String,
    pub topology: Topology,
    pub cpu_model: Option<String>,
    pub memory_mib: u32,
    pub disk: DiskPlan,
    pub cdrom_interface: Option<String>,
    pub net_device: String,
    pub net_bridge: Option<String>,
    pub headless: bool,
    pub display: Option<String>,
    pub use_default_display: bool,
    pub vga: Option<String>,
    pub firmware: FirmwarePlan,
    pub tpm: Option<TpmPlan>,
    pub qmp_enable: bool,
    /// `None`: in the run's private folder.
    pub qmp_socket_path: Option<PathBuf>,
    pub vnc_bind_address: String,
    pub vnc_port_min: u16,
    pub vnc_port_max: u16,
    pub vnc_use_password: bool,
    pub vnc_password: Option<crate::io::secrets::Secret>,
    pub qemu_binary: String,
    /// Each row: the switch, then its value's parts, which are joined without a separator.
    pub arguments: Vec<Vec<Late>>,
    /// Our extension: rows that never remove a default.
    pub arguments_append: Vec<Vec<Late>>,
    pub host_port_min: u16,
    pub host_port_max: u16,
    pub skip_nat_mapping: bool,
    /// QEMU reads the URL by itself.
    pub iso_skip_cache: bool,
}

/// Processors. `cpus` 0 means: derive from the others; a value of 0 there is not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Topology {
    pub cpus: u32,
    pub sockets: u32,
    pub cores: u32,
    pub threads: u32,
}

impl Topology {
    /// What is asked for, but not more than there is room for.
    pub fn processors(self) -> u32 {
        let given = [self.sockets, self.cores, self.threads].into_iter().filter(|&count| count > 0);
        let room = given.clone().fold(1, u32::saturating_mul);
        match (self.cpus, given.count()) {
            (0, _) => room,
            (cpus, 0) => cpus,
            (cpus, _) => cpus.min(room),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiskPlan {
    /// In qemu-img's form, with a unit: `40960M`.
    pub size: String,
    /// As written; a bare number is bytes.
    pub additional_sizes: Vec<String>,
    /// ide, sata, scsi, virtio, virtio-scsi or sd.
    pub interface: String,
    pub cache: String,
    /// `None`: the template is silent; we take `unmap` (DESIGN, decision 6), Packer `ignore`.
    pub discard: Option<String>,
    /// `None`: the template is silent; we take `unmap`, Packer `off`.
    pub detect_zeroes: Option<String>,
    pub compression: bool,
    pub skip_compaction: bool,
    /// `iso` is a disk to start from.
    pub from_image: bool,
    pub use_backing_file: bool,
    /// The disk is packed and then removed, so the image stays below it and is not copied.
    pub stands_on_image: bool,
    pub skip_resize: bool,
    /// `qcow2` or `raw`.
    pub format: String,
    pub qemu_img_convert: Vec<String>,
    pub qemu_img_create: Vec<String>,
    pub qemu_img_resize: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FirmwarePlan {
    /// The machine type's own BIOS.
    Default,
    /// `-bios FILE`.
    Bios { path: PathBuf },
    /// A read-only pflash drive.
    Pflash { path: PathBuf },
    /// UEFI; what the template does not name is chosen from the firmware descriptors.
    Efi { code: Option<PathBuf>, variables: Option<PathBuf>, drop_variables: bool },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TpmPlan {
    pub device_type: String,
    /// TPM 1.2 instead of 2.0.
    pub version_1: bool,
}
