//! The command line before there is a machine: what only a run knows is a name in angle brackets.

use std::path::PathBuf;

use super::{Accelerator, CommandLine, Runtime, command_line, qemu_plan};
use crate::machine::Error;
use crate::machine::qemu::firmware::Firmware;
use crate::machine::qemu::host::Host;
use crate::plan::MachinePlan;
use crate::plan::qemu::{FirmwarePlan, QemuPlan};
use crate::template::interpolate::Fields;

/// With a host, its accelerator, display and firmware are shown; without, nothing but the plan is needed.
pub fn preview(plan: &MachinePlan, host: Option<&Host>) -> Result<CommandLine, Error> {
    command_line(plan, &runtime(plan, host))
}

fn runtime(plan: &MachinePlan, host: Option<&Host>) -> Runtime {
    let qemu = qemu_plan(plan);
    let named = |made: bool, name: &str| made.then(|| PathBuf::from(name));
    Runtime {
        accelerator: host.map_or_else(|| planned_accelerator(qemu), |host| host.accelerator.clone()),
        installer: (!qemu.disk.from_image).then(|| installer(plan, qemu)),
        cd: named(plan.cd.is_some(), "<cd>"),
        floppy: named(plan.floppy.is_some(), "<floppy>"),
        output_directory: plan.output_directory.clone(),
        work_directory: PathBuf::from("<work>"),
        host_port: if plan.guest_port.is_some() { "<host port>" } else { "0" }.to_owned(),
        vnc_display: "<vnc port - 5900>".to_owned(),
        display: host.map_or_else(|| planned_display(qemu), |host| host.display.clone()),
        firmware: firmware(plan, qemu, host),
        fields: fields(plan, qemu),
    }
}

/// What the template or the user asks for; `<auto>` when that is for the host to say.
fn planned_accelerator(qemu: &QemuPlan) -> Accelerator {
    let forced = qemu.accelerator_override.is_some();
    let name = qemu.accelerator_override.as_ref().or(qemu.accelerator.as_ref());
    Accelerator { name: name.filter(|name| *name != "auto").cloned().unwrap_or_else(|| "<auto>".to_owned()), forced }
}

/// The window that the template asks for, whether the host has it or not.
pub(in crate::machine::qemu) fn planned_display(qemu: &QemuPlan) -> Option<String> {
    match qemu.display.as_deref() {
        _ if qemu.headless => None,
        Some("none") => None,
        Some(display) => Some(display.to_owned()),
        None => (!qemu.use_default_display).then(|| "gtk".to_owned()),
    }
}

fn installer(plan: &MachinePlan, qemu: &QemuPlan) -> String {
    let url = plan.iso.as_ref().and_then(|iso| iso.urls.first().cloned()).unwrap_or_default();
    if qemu.iso_skip_cache { url } else { "<iso>".to_owned() }
}

fn firmware(plan: &MachinePlan, qemu: &QemuPlan, host: Option<&Host>) -> Option<Firmware> {
    let FirmwarePlan::Efi { code, variables, .. } = &qemu.firmware else { return None };
    let store = plan.output_directory.join(super::EFI_VARIABLES);
    let template = host.and_then(|host| host.firmware.clone()).unwrap_or_else(|| {
        let path = |path: &Option<PathBuf>, name: &str| path.clone().unwrap_or_else(|| PathBuf::from(name));
        Firmware::raw(path(code, "<uefi code>"), path(variables, "<uefi variables>"))
    });
    Some(template.with_store(store))
}

fn fields(plan: &MachinePlan, qemu: &QemuPlan) -> Fields {
    let address = if qemu.net_bridge.is_some() { "<http address>" } else { super::GUEST_VIEW_OF_HOST };
    let port = if plan.http.is_served() { "<http port>" } else { "0" };
    let directory = plan.http.directory.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let pairs = [("HTTPIP", address), ("HTTPPort", port), ("HTTPDir", &directory), ("HTTPContent", "")];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
