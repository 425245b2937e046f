//! The hardware of a new machine.

use crate::plan::decode::Decoder;
use crate::plan::virtualbox::HardwarePlan;

const DEFAULT_DISK_MB: u64 = 40_000;
const IDE: &str = "ide";

pub(super) fn hardware(decoder: &mut Decoder<'_>) -> HardwarePlan {
    HardwarePlan {
        guest_os_type: decoder.string_or("guest_os_type", "Other"),
        cpus: count(decoder, "cpus", 1),
        memory_mib: count(decoder, "memory", 512),
        disk_sizes: disk_sizes(decoder),
        hard_drive_interface: decoder.choice("hard_drive_interface").unwrap_or_else(|| IDE.to_owned()),
        iso_interface: decoder.choice("iso_interface").unwrap_or_else(|| IDE.to_owned()),
        sata_port_count: ports(decoder, "sata_port_count", 30),
        nvme_port_count: ports(decoder, "nvme_port_count", 255),
        hard_drive_discard: decoder.boolean("hard_drive_discard"),
        hard_drive_nonrotational: decoder.boolean("hard_drive_nonrotational"),
        chipset: decoder.choice("chipset"),
        firmware: decoder.choice("firmware"),
        nested_virt: decoder.trilean("nested_virt"),
        rtc_time_base: decoder.choice("rtc_time_base"),
        nic_type: decoder.choice("nic_type"),
        sound: decoder.string_or("sound", "none"),
        audio_controller: decoder.choice("audio_controller"),
        usb: decoder.boolean("usb"),
        usb_controller: decoder.choice("usb_controller"),
        mouse: decoder.choice("mouse"),
        keyboard: decoder.choice("keyboard"),
        gfx_controller: decoder.choice("gfx_controller"),
        gfx_vram_mib: decoder.number("gfx_vram_size", 0..=128).filter(|size| *size != 0),
        gfx_accelerate_3d: decoder.boolean("gfx_accelerate_3d"),
        gfx_efi_resolution: efi_resolution(decoder),
    }
}

/// The main disk first.
fn disk_sizes(decoder: &mut Decoder<'_>) -> Vec<u64> {
    let main = decoder.number::<u64>("disk_size", 0..=i64::MAX).filter(|size| *size != 0).unwrap_or(DEFAULT_DISK_MB);
    let others = decoder.numbers("disk_additional_size").into_iter().map(u64::from);
    std::iter::once(main).chain(others).collect()
}

/// 0 is taken as unset.
fn count(decoder: &mut Decoder<'_>, key: &'static str, default: u32) -> u32 {
    decoder.number(key, 0..=i64::from(u32::MAX)).filter(|count| *count != 0).unwrap_or(default)
}

fn ports(decoder: &mut Decoder<'_>, key: &'static str, most: i64) -> u32 {
    decoder.number(key, 0..=most).filter(|count| *count != 0).unwrap_or(1)
}

fn efi_resolution(decoder: &mut Decoder<'_>) -> Option<String> {
    let text = decoder.string("gfx_efi_resolution")?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.split_once('x').is_none_or(|(width, height)| !is_number(width) || !is_number(height)) {
        decoder.reject("gfx_efi_resolution", "`gfx_efi_resolution` is written as WIDTHxHEIGHT, such as 1024x768");
    }
    Some(text)
}
