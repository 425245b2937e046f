//! Making a machine: whichever way it comes into being, it is on the cleanup stack as soon as it could be there.

use std::path::PathBuf;

use super::calls::{Call, FLOPPY_CHIP, Layout, RULE_EXISTS, Runtime, Sequence, Slots, disks};
use super::driver::virtualbox_plan;
use super::failure::Failure;
use super::manage::{Manage, registered};
use super::parse::MachineInfo;
use super::removal;
use super::snapshots::{self, Decision, Wanted};
use crate::event::Event;
use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::io::journal::Registered;
use crate::machine::{Error, Media};
use crate::plan::MachinePlan;
use crate::plan::virtualbox::VirtualBoxOrigin;

/// A machine that is there.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) layout: Layout,
    /// Removes the machine, or makes it what it was.
    pub(super) entry: CleanupId,
    /// Where a machine of the user's goes back to.
    pub(super) return_to: Option<String>,
    /// A former snapshot in the place of the one that the build takes.
    pub(super) replaced: Option<String>,
}

/// What is at hand while the machine is made.
pub(super) struct Site<'a> {
    pub(super) manage: Manage,
    pub(super) plan: &'a MachinePlan,
    pub(super) runtime: Runtime,
    pub(super) media: &'a Media,
    pub(super) context: &'a Context,
}

impl Site<'_> {
    fn sequence(&self) -> Sequence<'_> {
        Sequence { machine: self.plan, plan: virtualbox_plan(self.plan), runtime: &self.runtime }
    }

    fn name(&self) -> &str {
        &self.plan.vm_name
    }

    async fn run_all(&self, calls: &[Call]) -> Result<(), Error> {
        for call in calls {
            let (folder, cleanup) = (&self.media.work_directory, &self.context.cleanup);
            match self.manage.carry_out(self.name(), call, folder, cleanup).await {
                Err(failure) if failure.says(RULE_EXISTS) => self.replace_rule(call).await?,
                result => result.map(|_| ())?,
            }
        }
        Ok(())
    }

    /// A former build of the user's machine left its forwarding rule.
    async fn replace_rule(&self, call: &Call) -> Result<(), Failure> {
        self.manage.run(self.name(), &super::calls::stop_forwarding(self.name())).await?;
        self.manage.run(self.name(), call).await.map(|_| ())
    }

    pub(super) async fn make(&self) -> Result<Made, Error> {
        self.run_all(&self.sequence().prepare()).await?;
        let made = match Wanted::of(&virtualbox_plan(self.plan).origin) {
            Some(wanted) => self.take_existing(wanted).await?,
            None if self.runtime.source.is_some() => self.import().await?,
            None => self.make_new().await?,
        };
        self.run_all(&self.sequence().equip(&made.layout)?).await?;
        Ok(made)
    }

    /// On the cleanup stack before it is there: its number is our choice.
    async fn make_new(&self) -> Result<Made, Error> {
        let layout = Layout::of_new(self.plan, virtualbox_plan(self.plan))?;
        let disks = self.disk_sizes(&layout.slots);
        let paths = disks.iter().map(|(path, _)| path.clone()).collect();
        let entry = self.push(Registered { disks: paths, ..registered(&self.manage, &self.runtime.uuid) })?;
        self.run_all(&self.sequence().make(&layout)).await?;
        for (path, size) in disks {
            self.context.events.send(Event::DiskCreated { path, size });
        }
        Ok(Made { layout, entry, return_to: None, replaced: None })
    }

    fn disk_sizes(&self, slots: &Slots) -> Vec<(PathBuf, String)> {
        let VirtualBoxOrigin::Iso(hardware) = &virtualbox_plan(self.plan).origin else { return Vec::new() };
        let folder = std::path::absolute(&self.runtime.output_directory)
            .unwrap_or_else(|_| self.runtime.output_directory.clone());
        let disks = disks(self.name(), &folder, hardware, slots, self.manage.version());
        disks.into_iter().map(|disk| (disk.path, format!("{} MB", disk.size_mb))).collect()
    }

    /// Until it has a number it is known by its name and our folder.
    async fn import(&self) -> Result<Made, Error> {
        let by_name = match &self.runtime.import_folder {
            Some(folder) => {
                let folder = Some(folder.canonicalize().unwrap_or_else(|_| folder.clone()));
                Some(self.push(Registered { folder, ..registered(&self.manage, self.name()) })?)
            }
            None => None,
        };
        self.run_all(&self.sequence().make(&Layout::default())).await?;
        let info = self.manage.info(self.name()).await?;
        let entry = self.push(registered(&self.manage, &info.uuid))?;
        if let Some(id) = by_name {
            self.context.cleanup.keep(id);
        }
        let layout = self.layout_of(&info).await?;
        Ok(Made { layout, entry, return_to: None, replaced: None })
    }

    async fn take_existing(&self, wanted: Wanted<'_>) -> Result<Made, Error> {
        let name = self.name();
        let all = snapshots::list(&self.manage, name).await?;
        let decision = snapshots::decide(&all, wanted)?;
        let keeps = virtualbox_plan(self.plan).export.keep_registered;
        let return_to = decision.return_to.clone().filter(|_| !keeps);
        let info = self.manage.info(name).await?;
        refuse_unless_off(name, &info, &decision)?;
        // What undoes it comes after it: a restore that failed has changed nothing, and another one would lose what the
        // machine has beyond its snapshots.
        self.go_to_start(&decision).await?;
        let info = self.manage.info(name).await?;
        let layout = self.planned_layout(&info);
        let mut restore = self.sequence().undo(&layout);
        restore.extend(return_to.as_deref().map(|uuid| snapshots::restore(name, uuid)));
        let restore = Some(restore.iter().map(Call::words).collect());
        let entry = self.push(Registered { restore, ..registered(&self.manage, &info.uuid) })?;
        let layout = self.layout_of(&info).await?;
        // A machine that stood on the snapshot that is replaced will stand on its successor.
        let return_to = return_to.filter(|uuid| decision.delete.as_ref() != Some(uuid));
        Ok(Made { layout, entry, return_to, replaced: decision.delete })
    }

    async fn go_to_start(&self, decision: &Decision) -> Result<(), Error> {
        match &decision.start_from {
            Some(uuid) => self.run_all(&[snapshots::restore(self.name(), uuid)]).await,
            None => Ok(()),
        }
    }

    fn planned_layout(&self, info: &MachineInfo) -> Layout {
        let rename = |name: &str| info.controller_like(name).unwrap_or(name).to_owned();
        let slots = Slots::of_existing(self.plan, virtualbox_plan(self.plan), rename);
        let controllers = info.controllers.iter().map(|controller| controller.name.clone()).collect();
        let floppy_controller = info.controller(&[FLOPPY_CHIP]).map(str::to_owned);
        Layout { slots, controllers, floppy_controller }
    }

    /// A machine may lack the controller that a disc of ours is to hang on.
    async fn layout_of(&self, info: &MachineInfo) -> Result<Layout, Error> {
        let layout = self.planned_layout(info);
        let missing = super::calls::missing_controllers(self.name(), &layout);
        self.run_all(&missing).await?;
        Ok(layout)
    }

    fn push(&self, registered: Registered) -> Result<CleanupId, Error> {
        let (manage, name) = (self.manage.clone(), self.name());
        let forget = self.sequence().forget().iter().map(Call::words).collect();
        let registered = Registered { forget, ..registered };
        let label = match &registered.restore {
            Some(_) => format!("power off machine {name} and make it what it was"),
            None => format!("remove machine {name} from VirtualBox"),
        };
        let theirs = registered.clone();
        let remove = move || async move {
            let removed = removal::remove(&manage, &theirs).await;
            removed.map(|_| ()).map_err(|failure| failure.to_string())
        };
        self.context.cleanup.push_registered(label, registered, remove).map_err(Error::io("write down the machine"))
    }
}

/// A build takes a saved state away, so it must be one that the user has in a snapshot.
fn refuse_unless_off(name: &str, info: &MachineInfo, decision: &Decision) -> Result<(), Error> {
    let message = match info.state.as_str() {
        _ if info.is_on() => format!("the machine `{name}` is {}; power it off first", info.state),
        "saved" | "aborted-saved" if decision.start_from.is_none() => {
            format!("the machine `{name}` has a saved state, which a build would lose; start it and shut it down first")
        }
        _ => return Ok(()),
    };
    Err(Error::Host { message })
}
