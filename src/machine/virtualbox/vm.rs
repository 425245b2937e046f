//! One VirtualBox machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::additions;
use super::calls::{Call, Runtime, Sequence};
use super::driver::virtualbox_plan;
use super::manage::Manage;
use super::parse::MachineInfo;
use super::ports::Ports;
use super::site::Made;
use super::snapshots::{self, Wanted};
use super::typing::{self, Step};
use crate::artifact::MachineImage;
use crate::event::Event;
use crate::io::Context;
use crate::keys::BootAction;
use crate::machine::{Error, FileContent, GuestFile, Machine};
use crate::plan::MachinePlan;
use crate::plan::virtualbox::{GuestAdditionsMode, VirtualBoxOrigin, VirtualBoxPlan};

/// How often the machine's state is asked for. Each call costs the host a moment, so the steps grow: somebody who
/// has just asked for the end sees it soon, and a long installation is not slowed down.
const FIRST_STEP: Duration = Duration::from_millis(200);
const LAST_STEP: Duration = Duration::from_secs(3);

/// How often in a row the service may give no answer before a long wait ends with an error.
const UNANSWERED: u32 = 3;

/// A paused machine on a disk with less room than this was paused by VirtualBox, in bytes.
const FULL_DISK: u64 = 16 << 20;

/// A machine of VirtualBox's.
#[derive(Debug)]
pub struct VirtualBoxMachine {
    pub(super) manage: Manage,
    pub(super) plan: MachinePlan,
    pub(super) runtime: Runtime,
    pub(super) context: Context,
    pub(super) ports: Ports,
    /// The build's folder for short-lived files.
    pub(super) work: PathBuf,
    pub(super) made: Made,
}

impl VirtualBoxMachine {
    fn virtualbox(&self) -> &VirtualBoxPlan {
        virtualbox_plan(&self.plan)
    }

    fn name(&self) -> &str {
        &self.plan.vm_name
    }

    fn sequence(&self) -> Sequence<'_> {
        Sequence { machine: &self.plan, plan: self.virtualbox(), runtime: &self.runtime }
    }

    async fn run(&self, call: &Call) -> Result<(), Error> {
        let run = self.manage.carry_out(self.name(), call, &self.work, &self.context.cleanup);
        Ok(run.await.map(|_| ())?)
    }

    /// A machine that is off already needs neither button nor plug.
    async fn switch(&self, what: &str) -> Result<(), Error> {
        match self.manage.ask(&Call::on("controlvm", self.name()).arg(what)).await {
            Err(failure) if self.manage.info(self.name()).await.is_ok_and(|info| info.is_on()) => Err(failure.into()),
            _ => Ok(()),
        }
    }

    async fn send(&self, step: &Step) -> Result<(), Error> {
        if step.codes.is_empty() {
            return Ok(());
        }
        let codes: Vec<_> = step.codes.iter().map(|code| format!("{code:02x}")).collect();
        let call = Call::on("controlvm", self.name()).arg("keyboardputscancode").args(codes);
        Ok(self.manage.ask(&call).await.map(|_| ())?)
    }

    /// An error where the machine will not go off by itself.
    fn check_state(&self, info: &MachineInfo) -> Result<(), Error> {
        let (name, file) = (self.name(), info.settings_file.display());
        if info.state == "gurumeditation" || info.state == "aborted" {
            let message = format!("the machine `{name}` crashed ({}); VBox.log beside {file} tells more", info.state);
            return Err(Error::Hypervisor { message, stderr: String::new() });
        }
        if info.state == "paused" && free_bytes(&self.runtime.output_directory).is_some_and(|free| free < FULL_DISK) {
            let folder = self.runtime.output_directory.display();
            let message =
                format!("VirtualBox paused the machine `{name}`: the disk of {folder} is full; free some space");
            return Err(Error::Host { message });
        }
        Ok(())
    }

    /// The snapshot that the template wants of the result.
    async fn take_snapshot(&self) -> Result<(), Error> {
        let target = Wanted::of(&self.virtualbox().origin).and_then(|wanted| wanted.target());
        let Some(target) = target else { return Ok(()) };
        if let Some(former) = &self.made.replaced {
            self.run(&snapshots::delete(self.name(), former)).await?;
        }
        self.run(&snapshots::take(self.name(), target)).await
    }

    /// Where the disk is full VirtualBox takes away what it has written, says that it succeeded, and ends with 0.
    fn check_export(&self) -> Result<(), Error> {
        let file = self.sequence().export_file();
        if fs_err::metadata(&file).is_ok_and(|metadata| metadata.len() > 0) {
            return Ok(());
        }
        let (file, folder) = (file.display(), self.runtime.output_directory.display());
        let message = format!(
            "VirtualBox says that it exported the machine, but {file} is not there; most likely the disk of {folder} \
             is full; free some space"
        );
        Err(Error::Host { message })
    }

    /// The machine leaves VirtualBox's list with its disks, unless the template keeps it. The user's goes back to
    /// where it was.
    async fn give_up(&self) -> Result<(), Error> {
        let is_ours = !matches!(self.virtualbox().origin, VirtualBoxOrigin::Machine { .. });
        if let Some(uuid) = &self.made.return_to {
            self.run(&snapshots::restore(self.name(), uuid)).await?;
        } else if is_ours && !self.virtualbox().export.keep_registered {
            self.run(&self.sequence().unregister()).await?;
        }
        for call in self.sequence().forget() {
            // Another machine may have it attached, or nobody knows it any more.
            let _ = self.manage.ask(&call).await;
        }
        self.context.cleanup.keep(self.made.entry);
        Ok(())
    }
}

/// What is left on the file system of a folder.
fn free_bytes(folder: &Path) -> Option<u64> {
    let state = rustix::fs::statvfs(folder).ok()?;
    state.f_bavail.checked_mul(state.f_frsize)
}

impl Machine for VirtualBoxMachine {
    async fn start(&mut self) -> Result<(), Error> {
        self.ports.release_sockets();
        let call = self.sequence().start();
        self.run(&call).await?;
        let command = self.context.secrets.mask(&self.manage.cmd(&call).to_string());
        // What it speaks, RDP or VNC, depends on the host's extension pack.
        let console = format!("{}:{} (remote desktop)", self.virtualbox().vrdp_bind_address, self.ports.desktop());
        self.context.events.send(Event::MachineStarted { process: None, command, console: Some(console) });
        Ok(())
    }

    async fn send_keys(&mut self, actions: &[BootAction], mut report: impl FnMut(usize) + Send) -> Result<(), Error> {
        let steps = typing::steps(actions, self.plan.boot.keygroup_interval);
        let steps = steps.map_err(|error| Error::Plan { message: error.to_string() })?;
        let mut done = 0;
        for step in steps {
            self.send(&step).await?;
            tokio::time::sleep(step.pause).await;
            done += step.actions;
            report(done);
        }
        Ok(())
    }

    async fn guest_address(&mut self, guest_port: u16) -> Result<(String, u16), Error> {
        Ok(("127.0.0.1".to_owned(), self.ports.host().unwrap_or(guest_port)))
    }

    async fn screenshot(&mut self, path: &Path) -> Result<(), Error> {
        let path = std::path::absolute(path).map_err(Error::io("find the current folder"))?;
        let call = Call::on("controlvm", self.name()).arg("screenshotpng").arg(path);
        Ok(self.manage.ask(&call).await.map(|_| ())?)
    }

    async fn wait_stopped(&mut self) -> Result<(), Error> {
        let (mut step, mut unanswered) = (FIRST_STEP, 0);
        loop {
            tokio::time::sleep(step).await;
            match self.manage.info(self.name()).await {
                Ok(info) => {
                    self.check_state(&info)?;
                    if !info.is_on() {
                        return Ok(());
                    }
                    unanswered = 0;
                }
                Err(failure) if unanswered == UNANSWERED => return Err(failure.into()),
                Err(_) => unanswered += 1,
            }
            step = (step * 3 / 2).min(LAST_STEP);
        }
    }

    async fn request_shutdown(&mut self) -> Result<(), Error> {
        self.switch("acpipowerbutton").await
    }

    async fn power_off(&mut self) -> Result<(), Error> {
        self.switch("poweroff").await?;
        self.wait_stopped().await
    }

    async fn export(&mut self) -> Result<Option<MachineImage>, Error> {
        for call in self.sequence().finish(&self.made.layout)? {
            self.run(&call).await?;
        }
        self.take_snapshot().await?;
        if let Some(call) = self.sequence().export() {
            self.run(&call).await?;
            self.check_export()?;
        }
        self.give_up().await?;
        Ok(None)
    }

    /// VirtualBox's version as a file, as templates expect it, and the additions.
    fn guest_files(&self) -> Result<Vec<GuestFile>, Error> {
        let (plan, version) = (self.virtualbox(), self.manage.version().to_string());
        let mut files = Vec::new();
        if let Some(path) = &plan.version_file {
            let content = FileContent::Bytes(version.clone().into_bytes());
            files.push(GuestFile { path: path.clone(), content });
        }
        if plan.guest_additions.mode == GuestAdditionsMode::Upload
            && let Some(image) = &self.runtime.additions
        {
            let path = additions::render(&plan.guest_additions.path, &version)?;
            files.push(GuestFile { path, content: FileContent::File(image.clone()) });
        }
        Ok(files)
    }

    /// The disks of a machine that stays in VirtualBox are no part of what was exported.
    fn dropped_files(&self) -> Vec<PathBuf> {
        let VirtualBoxOrigin::Iso(hardware) = &self.virtualbox().origin else { return Vec::new() };
        let (slots, folder) = (&self.made.layout.slots, &self.runtime.output_directory);
        let disks = super::calls::disks(self.name(), folder, hardware, slots, self.manage.version());
        disks.into_iter().map(|disk| disk.path).collect()
    }
}
