//! The VirtualBox part of a plan.

use std::path::PathBuf;

use serde::Serialize;

use super::IsoPlan;
use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VirtualBoxPlan {
    pub origin: VirtualBoxOrigin,
    pub headless: bool,
    /// The remote desktop, which is there even when a window is shown.
    pub vrdp_bind_address: String,
    pub vrdp_port_min: u16,
    pub vrdp_port_max: u16,
    pub host_port_min: u16,
    pub host_port_max: u16,
    pub skip_nat_mapping: bool,
    /// Argument lists of `VBoxManage`, run before the start.
    pub commands: Vec<Vec<Late>>,
    /// Run before the export.
    pub commands_post: Vec<Vec<Late>>,
    /// In the guest; `None`: not written.
    pub version_file: Option<String>,
    pub guest_additions: GuestAdditionsPlan,
    pub export: VirtualBoxExport,
}

/// What the machine is made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VirtualBoxOrigin {
    /// A new machine that boots an installer.
    Iso(Box<HardwarePlan>),
    /// An exported machine.
    Ovf { source: IsoPlan, import_flags: Vec<String>, import_opts: Option<String> },
    /// A machine that VirtualBox has.
    Machine { attach_snapshot: Option<String>, target_snapshot: Option<String>, force_delete_snapshot: bool },
}

/// The hardware of a new machine. What is `None` is left to VirtualBox.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HardwarePlan {
    pub guest_os_type: String,
    pub cpus: u32,
    pub memory_mib: u32,
    /// In MB.
    pub disk_sizes: Vec<u64>,
    pub hard_drive_interface: String,
    pub iso_interface: String,
    pub sata_port_count: u32,
    pub nvme_port_count: u32,
    pub hard_drive_discard: bool,
    pub hard_drive_nonrotational: bool,
    pub chipset: Option<String>,
    pub firmware: Option<String>,
    pub nested_virt: Option<bool>,
    pub rtc_time_base: Option<String>,
    /// Of all slots.
    pub nic_type: Option<String>,
    pub sound: String,
    pub audio_controller: Option<String>,
    pub usb: bool,
    pub usb_controller: Option<String>,
    pub mouse: Option<String>,
    pub keyboard: Option<String>,
    pub gfx_controller: Option<String>,
    pub gfx_vram_mib: Option<u32>,
    pub gfx_accelerate_3d: bool,
    pub gfx_efi_resolution: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuestAdditionsPlan {
    pub mode: GuestAdditionsMode,
    pub need: GuestAdditionsNeed,
    /// Rendered with `.Version`.
    pub path: Late,
    pub url: Option<Late>,
    pub sha256: Option<String>,
    pub interface: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestAdditionsMode {
    Upload,
    Attach,
    Disable,
}

/// Whether a build that cannot have the additions goes on without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestAdditionsNeed {
    /// Nothing asks for them: they are not even looked for.
    None,
    /// The template names the mode, but nothing in it mentions the file.
    Wished,
    /// A provisioner mentions the file, or they are to be attached.
    Needed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VirtualBoxExport {
    /// `ovf` or `ova`.
    pub format: String,
    /// Of the files; `None`: the machine's name.
    pub file_name: Option<PathBuf>,
    pub arguments: Vec<String>,
    /// The installer stays attached.
    pub bundle_iso: bool,
    pub keep_registered: bool,
    pub skip: bool,
}
