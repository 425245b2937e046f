//! The VirtualBox part of a plan.

use std::path::PathBuf;
use std::time::Duration;

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
    pub post_shutdown_delay: Duration,
    /// Waits for the guest to power off by itself.
    pub disable_shutdown: bool,
    pub acpi_shutdown: bool,
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
    pub chipset: String,
    pub firmware: String,
    /// `None`: VirtualBox decides.
    pub nested_virt: Option<bool>,
    pub rtc_time_base: String,
    pub nic_type: String,
    pub sound: String,
    pub audio_controller: String,
    pub usb: bool,
    pub usb_controller: String,
    pub mouse: String,
    pub keyboard: String,
    /// `None`: what suits the guest's system.
    pub gfx_controller: Option<String>,
    pub gfx_vram_mib: u32,
    pub gfx_accelerate_3d: bool,
    pub gfx_efi_resolution: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuestAdditionsPlan {
    pub mode: GuestAdditionsMode,
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
