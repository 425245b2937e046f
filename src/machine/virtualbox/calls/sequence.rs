//! All calls of a build in their order.

use std::path::PathBuf;

use super::import::{Import, import};
use super::{
    Call, Slots, attach_disc, controllers, detach_disc, disks, export, floppy_in, floppy_out, forward, hardware,
    open_loopback, quiet, remote_desktop, stop_forwarding, together, user_calls,
};
use crate::machine::Error;
use crate::machine::virtualbox::version::Version;
use crate::plan::MachinePlan;
use crate::plan::virtualbox::{GuestAdditionsMode, VirtualBoxOrigin, VirtualBoxPlan};
use crate::template::interpolate::Fields;

/// What only a run knows.
#[derive(Clone, Debug)]
pub(in crate::machine::virtualbox) struct Runtime {
    pub(in crate::machine::virtualbox) version: Version,
    /// Of a new machine.
    pub(in crate::machine::virtualbox) uuid: String,
    pub(in crate::machine::virtualbox) installer: Option<PathBuf>,
    /// The exported machine to start from.
    pub(in crate::machine::virtualbox) source: Option<PathBuf>,
    pub(in crate::machine::virtualbox) additions: Option<PathBuf>,
    pub(in crate::machine::virtualbox) cd: Option<PathBuf>,
    pub(in crate::machine::virtualbox) floppy: Option<PathBuf>,
    pub(in crate::machine::virtualbox) output_directory: PathBuf,
    /// Where an imported machine's files go; `None`: among the user's machines.
    pub(in crate::machine::virtualbox) import_folder: Option<PathBuf>,
    pub(in crate::machine::virtualbox) desktop_port: String,
    /// `None`: nothing is forwarded.
    pub(in crate::machine::virtualbox) host_port: Option<String>,
    pub(in crate::machine::virtualbox) has_window: bool,
    /// The day of the next look for updates, as VirtualBox's window writes it.
    pub(in crate::machine::virtualbox) update_date: String,
    pub(in crate::machine::virtualbox) fields: Fields,
}

/// What is known of a machine once it is there.
#[derive(Clone, Debug, Default)]
pub(in crate::machine::virtualbox) struct Layout {
    pub(in crate::machine::virtualbox) slots: Slots,
    /// Names of the controllers.
    pub(in crate::machine::virtualbox) controllers: Vec<String>,
    pub(in crate::machine::virtualbox) floppy_controller: Option<String>,
}

/// A plan and what its run knows.
#[derive(Clone, Copy, Debug)]
pub(in crate::machine::virtualbox) struct Sequence<'a> {
    pub(in crate::machine::virtualbox) machine: &'a MachinePlan,
    pub(in crate::machine::virtualbox) plan: &'a VirtualBoxPlan,
    pub(in crate::machine::virtualbox) runtime: &'a Runtime,
}

impl Sequence<'_> {
    fn name(&self) -> &str {
        &self.machine.vm_name
    }

    /// Of this host's VirtualBox, before there is a machine.
    pub(in crate::machine::virtualbox) fn prepare(&self) -> Vec<Call> {
        if self.runtime.has_window { quiet(&self.runtime.update_date) } else { Vec::new() }
    }

    /// Makes the machine. One that is there already needs nothing.
    pub(in crate::machine::virtualbox) fn make(&self, layout: &Layout) -> Vec<Call> {
        let (name, runtime) = (self.name(), self.runtime);
        match &self.plan.origin {
            VirtualBoxOrigin::Iso(plan) => {
                let drives = disks(name, &runtime.output_directory, plan, &layout.slots, runtime.version);
                let (created, attached): (Vec<_>, Vec<_>) =
                    drives.into_iter().map(|disk| (disk.create, disk.attach)).unzip();
                let mut calls = together(hardware(name, &runtime.uuid, plan, runtime.version));
                calls.extend(created);
                calls.extend(controllers(name, plan, &layout.slots, runtime.version));
                calls.extend(attached);
                calls
            }
            VirtualBoxOrigin::Ovf { import_flags, import_opts, .. } => {
                let source = runtime.source.clone().unwrap_or_default();
                let folder = runtime.import_folder.as_deref();
                let options = Import { flags: import_flags, options: import_opts.as_deref(), folder };
                vec![import(name, &source, options, runtime.version)]
            }
            VirtualBoxOrigin::Machine { .. } => Vec::new(),
        }
    }

    /// Gives the machine its discs, its remote desktop, floppy and network, and what the template calls for.
    pub(in crate::machine::virtualbox) fn equip(&self, layout: &Layout) -> Result<Vec<Call>, Error> {
        let (name, runtime) = (self.name(), self.runtime);
        let slots = &layout.slots;
        let discs =
            [(&slots.installer, &runtime.installer), (&slots.cd, &runtime.cd), (&slots.additions, &runtime.additions)];
        let discs = discs.into_iter().filter_map(|(slot, image)| Some((slot.as_ref()?, image.as_ref()?)));
        let mut calls: Vec<_> = discs.map(|(slot, image)| attach_disc(name, slot, image)).collect();
        calls.push(remote_desktop(name, self.plan, &runtime.desktop_port));
        if let Some(image) = &runtime.floppy {
            calls.extend(floppy_in(name, image, layout.floppy_controller.as_deref()));
        }
        calls.extend(self.network());
        let mut calls = together(calls);
        calls.extend(self.forward());
        calls.extend(user_calls(&self.plan.commands, &runtime.fields, &layout.controllers)?);
        Ok(calls)
    }

    fn network(&self) -> Vec<Call> {
        let nat = self.forwarded().map(|_| Call::on("modifyvm", self.name()).args(["--nic1", "nat"]));
        nat.into_iter().chain(open_loopback(self.name(), self.runtime.version)).collect()
    }

    /// A call by itself, since the rule may be there already.
    fn forward(&self) -> Option<Call> {
        self.forwarded().map(|(host, guest)| forward(self.name(), host, guest))
    }

    /// The host's port and the guest's.
    fn forwarded(&self) -> Option<(&str, u16)> {
        self.runtime.host_port.as_deref().zip(self.machine.guest_port)
    }

    pub(in crate::machine::virtualbox) fn start(&self) -> Call {
        let kind = if self.runtime.has_window { "gui" } else { "headless" };
        Call::on("startvm", self.name()).args(["--type", kind])
    }

    /// Takes away what the machine had for the build only, and makes what the template calls for.
    pub(in crate::machine::virtualbox) fn finish(&self, layout: &Layout) -> Result<Vec<Call>, Error> {
        let mut calls = self.take_away_drives(layout);
        calls.extend(user_calls(&self.plan.commands_post, &self.runtime.fields, &layout.controllers)?);
        calls.extend(self.runtime.host_port.as_ref().map(|_| stop_forwarding(self.name())));
        Ok(calls)
    }

    fn take_away_drives(&self, layout: &Layout) -> Vec<Call> {
        let (name, runtime, slots) = (self.name(), self.runtime, &layout.slots);
        let floppy = runtime.floppy.as_ref().map(|_| floppy_out(name)).unwrap_or_default();
        let installer = slots.installer.as_ref().filter(|_| !self.plan.export.bundle_iso);
        let discs = [
            installer.zip(runtime.installer.as_ref()),
            slots.cd.as_ref().zip(runtime.cd.as_ref()),
            slots.additions.as_ref().zip(runtime.additions.as_ref()),
        ];
        let discs = discs.into_iter().flatten().map(|(slot, _)| detach_disc(name, slot));
        floppy.into_iter().chain(discs).collect()
    }

    /// VirtualBox remembers every image that was once attached, by its path and for good. Those of the build are gone
    /// soon, and the installer is the next build's to attach.
    pub(in crate::machine::virtualbox) fn forget(&self) -> Vec<Call> {
        let runtime = self.runtime;
        let additions =
            runtime.additions.as_ref().filter(|_| self.plan.guest_additions.mode == GuestAdditionsMode::Attach);
        let discs = [runtime.installer.as_ref(), runtime.cd.as_ref(), additions].into_iter().flatten();
        let discs = discs.map(|image| Call::new(&["closemedium", "dvd"]).arg(image));
        discs.chain(runtime.floppy.iter().map(|image| Call::new(&["closemedium", "floppy"]).arg(image))).collect()
    }

    /// Makes a machine that is the user's as it was, after a build that failed: whatever of it applies.
    pub(in crate::machine::virtualbox) fn undo(&self, layout: &Layout) -> Vec<Call> {
        let mut calls = self.take_away_drives(layout);
        calls.extend(self.runtime.host_port.as_ref().map(|_| stop_forwarding(self.name())));
        calls
    }

    /// `None` where the template skips it.
    pub(in crate::machine::virtualbox) fn export(&self) -> Option<Call> {
        let plan = &self.plan.export;
        (!plan.skip).then(|| export(self.name(), plan, &self.export_file()))
    }

    pub(in crate::machine::virtualbox) fn export_file(&self) -> PathBuf {
        let plan = &self.plan.export;
        let stem = plan.file_name.clone().unwrap_or_else(|| PathBuf::from(self.name()));
        let mut file = self.runtime.output_directory.join(stem).into_os_string();
        file.push(".");
        file.push(&plan.format);
        PathBuf::from(file)
    }

    /// Removes the machine from VirtualBox's list, with its disks.
    pub(in crate::machine::virtualbox) fn unregister(&self) -> Call {
        Call::on("unregistervm", self.name()).arg("--delete")
    }
}

impl Layout {
    /// Of a machine that is yet to be made.
    pub(in crate::machine::virtualbox) fn of_new(machine: &MachinePlan, plan: &VirtualBoxPlan) -> Result<Self, Error> {
        let VirtualBoxOrigin::Iso(hardware) = &plan.origin else { return Ok(Self::default()) };
        let slots = Slots::of_new(machine, plan, hardware)?;
        let controllers = slots.controllers();
        Ok(Self { slots, controllers, floppy_controller: None })
    }
}
