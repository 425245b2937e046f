//! The options of the `qemu` builder that no other builder has.

mod arguments;
mod disk;
mod firmware;
mod processor;

use crate::plan::decode::Decoder;
use crate::plan::qemu::QemuPlan;

use super::http::ports;

const DEFAULT_MEMORY_MIB: u32 = 512;
/// Less than this is taken as unset.
const LEAST_MEMORY_MIB: u32 = 10;
/// VNC takes no longer password.
const VNC_PASSWORD_LENGTH: usize = 8;

pub(super) fn qemu(decoder: &mut Decoder<'_>, accelerator_override: Option<&str>) -> QemuPlan {
    let net_bridge = net_bridge(decoder);
    let (vnc_port_min, vnc_port_max) = vnc_ports(decoder);
    let (host_port_min, host_port_max) = ports(decoder, "host_port_min", "host_port_max", (2222, 4444));
    let vnc_use_password = decoder.boolean("vnc_use_password");
    QemuPlan {
        accelerator: decoder.choice("accelerator"),
        accelerator_override: accelerator_override.map(str::to_owned),
        machine_type: decoder.string_or("machine_type", "pc"),
        topology: processor::topology(decoder),
        cpu_model: decoder.string("cpu_model"),
        memory_mib: memory(decoder),
        disk: disk::disk(decoder),
        cdrom_interface: decoder.string("cdrom_interface"),
        net_device: decoder.string_or("net_device", "virtio-net"),
        headless: decoder.boolean("headless"),
        display: decoder.string("display"),
        use_default_display: decoder.boolean("use_default_display"),
        vga: decoder.string("vga"),
        firmware: firmware::firmware(decoder),
        tpm: firmware::tpm(decoder),
        qmp_enable: decoder.boolean("qmp_enable") || net_bridge.is_some() || vnc_use_password,
        qmp_socket_path: decoder.path("qmp_socket_path"),
        vnc_bind_address: decoder.string_or("vnc_bind_address", "127.0.0.1"),
        vnc_port_min,
        vnc_port_max,
        vnc_use_password,
        vnc_password: vnc_password(decoder),
        qemu_binary: decoder.string_or("qemu_binary", "qemu-system-x86_64"),
        arguments: arguments::rows(decoder, "qemuargs"),
        arguments_append: arguments::rows(decoder, "qemuargs_append"),
        host_port_min,
        host_port_max,
        skip_nat_mapping: decoder.boolean("skip_nat_mapping"),
        iso_skip_cache: decoder.boolean("iso_skip_cache"),
        net_bridge,
    }
}

fn memory(decoder: &mut Decoder<'_>) -> u32 {
    let written = decoder.number("memory", i64::MIN..=i64::from(u32::MAX / 2));
    written.filter(|memory| *memory >= LEAST_MEMORY_MIB).unwrap_or(DEFAULT_MEMORY_MIB)
}

fn net_bridge(decoder: &mut Decoder<'_>) -> Option<String> {
    let bridge = decoder.string("net_bridge")?;
    if !cfg!(target_os = "linux") {
        decoder.reject("net_bridge", "`net_bridge` works on Linux only");
    }
    Some(bridge)
}

/// QEMU counts displays from port 5900.
fn vnc_ports(decoder: &mut Decoder<'_>) -> (u16, u16) {
    let (min, max) = ports(decoder, "vnc_port_min", "vnc_port_max", (5900, 6000));
    if min < 5900 {
        decoder.reject("vnc_port_min", format!("`vnc_port_min` must be at least 5900; it is {min}"));
    }
    (min, max)
}

fn vnc_password(decoder: &mut Decoder<'_>) -> Option<crate::io::secrets::Secret> {
    let password = decoder.secret("vnc_password")?;
    if password.reveal().len() > VNC_PASSWORD_LENGTH {
        decoder.reject("vnc_password", "`vnc_password` has at most 8 characters");
    }
    Some(password)
}
