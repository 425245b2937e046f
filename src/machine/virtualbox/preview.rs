//! The calls before there is a machine: what only a run knows is a name in angle brackets.

use std::path::PathBuf;

use super::calls::{Call, Layout, Runtime, Sequence, Slots};
use super::driver::{GUEST_VIEW_OF_HOST, virtualbox_plan};
use super::manage::Manage;
use super::snapshots::{self, Wanted};
use super::version::Version;
use crate::machine::Error;
use crate::plan::MachinePlan;
use crate::plan::virtualbox::{GuestAdditionsMode, VirtualBoxOrigin};
use crate::template::interpolate::Fields;

/// What a host is taken for that was not asked.
const USUAL: Version = Version::new(7, 0, 0);

/// The version that this host has; for `preview`.
pub async fn host_version() -> Result<Version, Error> {
    Ok(Manage::locate().await?.version())
}

/// Each call that changes something, as words. Typing and questions are left out.
pub fn preview(machine: &MachinePlan, version: Option<Version>) -> Result<Vec<Vec<String>>, Error> {
    let plan = virtualbox_plan(machine);
    let runtime = runtime(machine, version.unwrap_or(USUAL));
    let sequence = Sequence { machine, plan, runtime: &runtime };
    let layout = match &plan.origin {
        VirtualBoxOrigin::Iso(_) => Layout::of_new(machine, plan)?,
        _ => Layout { slots: Slots::of_existing(machine, plan, str::to_owned), ..Layout::default() },
    };
    let mut calls = sequence.prepare();
    calls.extend(sequence.make(&layout));
    calls.extend(sequence.equip(&layout)?);
    calls.push(sequence.start());
    calls.extend(sequence.finish(&layout)?);
    calls.extend(target(machine));
    calls.extend(sequence.export());
    if !plan.export.keep_registered && !matches!(plan.origin, VirtualBoxOrigin::Machine { .. }) {
        calls.push(sequence.unregister());
    }
    Ok(calls.iter().map(Call::words).collect())
}

fn target(machine: &MachinePlan) -> Option<Call> {
    let name = Wanted::of(&virtualbox_plan(machine).origin)?.target()?;
    Some(snapshots::take(&machine.vm_name, name))
}

fn runtime(machine: &MachinePlan, version: Version) -> Runtime {
    let plan = virtualbox_plan(machine);
    let named = |made: bool, name: &str| made.then(|| PathBuf::from(name));
    let is_forwarded = machine.guest_port.is_some() && !plan.skip_nat_mapping;
    let is_imported = matches!(plan.origin, VirtualBoxOrigin::Ovf { .. });
    Runtime {
        version,
        uuid: "<uuid>".to_owned(),
        installer: named(machine.iso.is_some(), "<iso>"),
        source: source(&plan.origin),
        additions: named(plan.guest_additions.mode == GuestAdditionsMode::Attach, "<guest additions>"),
        cd: named(machine.cd.is_some(), "<cd>"),
        floppy: named(machine.floppy.is_some(), "<floppy>"),
        output_directory: machine.output_directory.clone(),
        import_folder: (is_imported && !plan.export.keep_registered).then(|| machine.output_directory.clone()),
        desktop_port: "<vrdp port>".to_owned(),
        host_port: is_forwarded.then(|| "<host port>".to_owned()),
        has_window: !plan.headless,
        update_date: "<next year>".to_owned(),
        fields: fields(machine),
    }
}

fn source(origin: &VirtualBoxOrigin) -> Option<PathBuf> {
    match origin {
        VirtualBoxOrigin::Ovf { source, .. } => source.urls.first().map(PathBuf::from),
        _ => None,
    }
}

fn fields(machine: &MachinePlan) -> Fields {
    let port = if machine.http.is_served() { "<http port>" } else { "0" };
    let pairs = [("Name", machine.vm_name.as_str()), ("HTTPIP", GUEST_VIEW_OF_HOST), ("HTTPPort", port)];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
