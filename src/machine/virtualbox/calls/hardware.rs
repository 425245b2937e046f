//! A new machine and its hardware, without drives.
//!
//! A template that says no more than Packer 1.6.6 knows gives the calls of Packer 1.6.6; options of its later plugin
//! add theirs.

use super::{Call, on_off};
use crate::machine::virtualbox::version::Version;
use crate::plan::virtualbox::HardwarePlan;

/// VirtualBox has this many network cards in a machine.
const NETWORK_CARDS: usize = 8;

/// `uuid` is our choice, so that a killed build's machine is known without doubt.
pub(in crate::machine::virtualbox) fn hardware(
    name: &str,
    uuid: &str,
    plan: &HardwarePlan,
    version: Version,
) -> Vec<Call> {
    let create = ["createvm", "--name", name, "--ostype", &plan.guest_os_type, "--register", "--uuid", uuid];
    let boot = ["--boot1", "disk", "--boot2", "dvd", "--boot3", "none", "--boot4", "none"];
    let mut calls = vec![Call::new(&create), modify(name, &boot)];
    calls.push(modify(name, &["--cpus", &plan.cpus.to_string()]));
    if plan.cpus > 1 {
        // Without it VirtualBox starts no second processor, and not every type of system has it.
        calls.push(modify(name, &["--ioapic", "on"]));
    }
    calls.push(modify(name, &["--memory", &plan.memory_mib.to_string()]));
    calls.extend(usb(name, plan));
    calls.extend(sound(name, plan, version));
    calls.extend(board(name, plan));
    calls.extend(screen(name, plan));
    calls
}

fn modify(name: &str, options: &[&str]) -> Call {
    Call::on("modifyvm", name).args(options)
}

fn usb(name: &str, plan: &HardwarePlan) -> Vec<Call> {
    let mut calls = vec![modify(name, &["--usb", on_off(plan.usb)])];
    let Some(chosen) = plan.usb_controller.as_deref().filter(|_| plan.usb) else { return calls };
    let kinds = ["ohci", "ehci", "xhci"];
    calls.extend(kinds.iter().map(|kind| modify(name, &[&format!("--usb{kind}"), "off"])));
    if kinds.contains(&chosen) {
        calls.push(modify(name, &[&format!("--usb{chosen}"), "on"]));
    }
    calls
}

fn sound(name: &str, plan: &HardwarePlan, version: Version) -> Vec<Call> {
    let driver = if version.names_audio_driver() { "--audio-driver" } else { "--audio" };
    let mut call = modify(name, &[driver, &plan.sound]);
    if plan.sound != "none" {
        call = call.args(["--audioin", "on", "--audioout", "on"]);
    }
    let card = match plan.audio_controller.as_deref() {
        Some("none") if version.names_audio_driver() => Some(modify(name, &["--audio-enabled", "off"])),
        None | Some("none") => None,
        Some(card) => Some(modify(name, &["--audiocontroller", card])),
    };
    std::iter::once(call).chain(card).collect()
}

fn board(name: &str, plan: &HardwarePlan) -> Vec<Call> {
    let one = |option: &str, value: Option<&str>| value.map(|value| modify(name, &[option, value]));
    let cards = plan.nic_type.as_deref().map(|kind| {
        (1..=NETWORK_CARDS).fold(modify(name, &[]), |call, slot| call.arg(format!("--nictype{slot}")).arg(kind))
    });
    let clock = plan.rtc_time_base.as_deref().map(|base| on_off(base == "UTC"));
    let nested = plan.nested_virt.map(on_off);
    [
        one("--mouse", plan.mouse.as_deref()),
        one("--keyboard", plan.keyboard.as_deref()),
        one("--chipset", plan.chipset.as_deref()),
        one("--firmware", plan.firmware.as_deref()),
        cards,
        one("--rtcuseutc", clock),
        one("--nested-hw-virt", nested),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn screen(name: &str, plan: &HardwarePlan) -> Vec<Call> {
    let memory = plan.gfx_vram_mib.map(|size| size.to_string());
    let card = modify(name, &[])
        .args(plan.gfx_controller.iter().flat_map(|card| ["--graphicscontroller", card]))
        .args(memory.iter().flat_map(|size| ["--vram", size]));
    let has_card = plan.gfx_controller.is_some() || memory.is_some();
    let drawing = plan.gfx_accelerate_3d.then(|| modify(name, &["--accelerate3d", "on"]));
    let resolution = plan
        .gfx_efi_resolution
        .as_ref()
        .map(|size| Call::on("setextradata", name).args(["VBoxInternal2/EfiGraphicsResolution", size]));
    has_card.then_some(card).into_iter().chain(drawing).chain(resolution).collect()
}
