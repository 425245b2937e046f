//! The switches that the builder's options stand for, before `qemuargs`.

use super::devices::{self, Storage};
use super::{Argument, Runtime, escaped, escaped_path, path_text};
use crate::plan::MachinePlan;
use crate::plan::qemu::{FirmwarePlan, QemuPlan, Topology};

/// The socket of a template's own QMP connection, in the work directory when the template names none.
const MONITOR_SUFFIX: &str = "monitor";
/// The software TPM's socket in the work directory.
pub const TPM_SOCKET: &str = "tpm.sock";

/// In a fixed order; Packer's changes from run to run, so nothing can depend on it.
pub(super) fn arguments(plan: &MachinePlan, qemu: &QemuPlan, runtime: &Runtime) -> Vec<Argument> {
    let mut list = vec![
        Argument::new("-name", escaped(&plan.vm_name)),
        Argument::new("-machine", machine(qemu, runtime)),
        Argument::new("-m", format!("{}M", qemu.memory_mib)),
        Argument::new("-smp", processors(qemu.topology)),
    ];
    list.extend(qemu.cpu_model.as_deref().map(|model| Argument::new("-cpu", model)));
    list.extend(boot_order(qemu).map(|order| Argument::new("-boot", order)));
    if let FirmwarePlan::Bios { path } = &qemu.firmware {
        list.push(Argument::new("-bios", path_text(path)));
    }
    list.push(Argument::new("-netdev", network(plan, qemu, runtime)));
    list.extend(storage_and_network(plan, qemu, runtime));
    list.extend(runtime.floppy.as_deref().map(|path| Argument::new("-fda", path_text(path))));
    list.push(Argument::new("-vnc", vnc(qemu, runtime)));
    list.extend(runtime.display.as_deref().map(|display| Argument::new("-display", display)));
    list.extend(qemu.vga.as_deref().map(|vga| Argument::new("-vga", vga)));
    if qemu.qmp_enable {
        list.push(Argument::new("-qmp", monitor(plan, qemu, runtime)));
    }
    list.extend(trusted_platform(qemu, runtime));
    list
}

fn machine(qemu: &QemuPlan, runtime: &Runtime) -> String {
    match runtime.accelerator.name.as_str() {
        "none" => format!("type={}", qemu.machine_type),
        name => format!("type={},accel={name}", qemu.machine_type),
    }
}

fn processors(topology: Topology) -> String {
    let parts = [("sockets", topology.sockets), ("cores", topology.cores), ("threads", topology.threads)];
    let given = parts.into_iter().filter(|(_, count)| *count > 0);
    given.fold(topology.processors().to_string(), |text, (name, count)| format!("{text},{name}={count}"))
}

/// UEFI has a boot order of its own and refuses this one.
fn boot_order(qemu: &QemuPlan) -> Option<&'static str> {
    match (&qemu.firmware, qemu.disk.from_image) {
        (FirmwarePlan::Efi { .. }, _) => None,
        (_, true) => Some("c"),
        (_, false) => Some("once=d"),
    }
}

/// The forward listens on the loopback address only: the guest's password is often well known.
fn network(plan: &MachinePlan, qemu: &QemuPlan, runtime: &Runtime) -> String {
    if let Some(bridge) = &qemu.net_bridge {
        return format!("bridge,id=user.0,br={bridge}");
    }
    match plan.guest_port {
        Some(port) => {
            let host_port = super::ssh_host_port(plan, runtime);
            format!("user,id=user.0,hostfwd=tcp:127.0.0.1:{host_port}-:{port}")
        }
        None => "user,id=user.0".to_owned(),
    }
}

fn storage_and_network(plan: &MachinePlan, qemu: &QemuPlan, runtime: &Runtime) -> Vec<Argument> {
    let disks = devices::disk_paths(plan, &qemu.disk, &runtime.output_directory);
    let discs = devices::disc_files(runtime);
    let Storage { disk_devices, disc_devices, mut drives } = devices::storage(qemu, &disks, &discs);
    drives.extend(devices::firmware_drives(&qemu.firmware, runtime.firmware.as_ref()));
    let card = format!("{},netdev=user.0", qemu.net_device);
    let tpm = qemu.tpm.as_ref().map(|tpm| format!("{},tpmdev=tpm0", tpm.device_type));
    let devices = disk_devices.into_iter().chain([card]).chain(disc_devices).chain(tpm);
    let devices = devices.map(|device| Argument::new("-device", device));
    devices.chain(drives.into_iter().map(|drive| Argument::new("-drive", drive))).collect()
}

fn vnc(qemu: &QemuPlan, runtime: &Runtime) -> String {
    let password = if qemu.vnc_use_password { ",password=on" } else { "" };
    let address = &qemu.vnc_bind_address;
    let address =
        if address.contains(':') && !address.starts_with('[') { format!("[{address}]") } else { address.clone() };
    format!("{address}:{}{password}", runtime.vnc_display)
}

fn monitor(plan: &MachinePlan, qemu: &QemuPlan, runtime: &Runtime) -> String {
    let own = || runtime.work_directory.join(format!("{}.{MONITOR_SUFFIX}", plan.vm_name));
    let path = qemu.qmp_socket_path.clone().unwrap_or_else(own);
    format!("unix:{},server=on,wait=off", escaped_path(&path))
}

fn trusted_platform(qemu: &QemuPlan, runtime: &Runtime) -> Vec<Argument> {
    if qemu.tpm.is_none() {
        return Vec::new();
    }
    let socket = escaped_path(&runtime.work_directory.join(TPM_SOCKET));
    vec![
        Argument::new("-chardev", format!("socket,id=vtpm,path={socket}")),
        Argument::new("-tpmdev", "emulator,id=tpm0,chardev=vtpm"),
    ]
}
