//! The machine that a package is for.

use clap::{Args, ValueEnum};

use crate::image::ovf::{Appliance, DEFAULT_GUEST_OS_TYPE};

#[derive(Debug, Args)]
#[command(next_help_heading = "Machine, for packages (ova, ovf, box-virtualbox, box-vmware)")]
pub(super) struct MachineArgs {
    /// Name; that of DST without its end by default
    #[arg(long, value_name = "NAME")]
    vm_name: Option<String>,
    /// VirtualBox's name of the guest's system
    #[arg(long, value_name = "TYPE", default_value = DEFAULT_GUEST_OS_TYPE)]
    guest_os_type: String,
    /// Processors
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    cpus: u32,
    /// MiB of memory
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(4..=2_097_152))]
    memory: u32,
    /// How the machine starts
    #[arg(long, value_enum, default_value = "bios")]
    firmware: FirmwareArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FirmwareArg {
    Bios,
    Efi,
}

impl MachineArgs {
    /// `built` with what is said here.
    pub(super) fn appliance(&self, built: Appliance) -> Appliance {
        Appliance {
            name: self.vm_name.clone().unwrap_or(built.name),
            guest_os_type: self.guest_os_type.clone(),
            processors: self.cpus,
            memory_mib: self.memory,
            efi: self.firmware == FirmwareArg::Efi,
            disks: built.disks,
        }
    }
}
