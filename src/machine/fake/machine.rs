//! One fake machine: a power switch and a disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err::tokio as fs;

use super::script::Operation;
use super::world::World;
use super::{DISK_BYTES, misbehaved};
use crate::artifact::{Disk, MachineImage};
use crate::event::Event;
use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::keys::{BootAction, vnc};
use crate::machine::{Error, Machine};

/// A PNG file of one white pixel.
const SCREEN: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
    \0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\xb18\xf6\x14\0\0\0\0IEND\xaeB`\x82";

#[derive(Debug)]
pub struct FakeMachine {
    world: Arc<World>,
    context: Context,
    disk: PathBuf,
    disk_cleanup: CleanupId,
    power_cleanup: Option<CleanupId>,
}

impl FakeMachine {
    pub(super) fn new(world: Arc<World>, context: Context, disk: PathBuf, disk_cleanup: CleanupId) -> Self {
        Self { world, context, disk, disk_cleanup, power_cleanup: None }
    }

    async fn enter(&self, operation: Operation, object: &str) -> Result<(), Error> {
        self.world.enter(operation, object).await.map_err(misbehaved)
    }

    /// It is off, so nothing has to end it any more.
    fn stopped(&mut self) {
        if let Some(id) = self.power_cleanup.take() {
            self.context.cleanup.keep(id);
        }
    }
}

impl Machine for FakeMachine {
    async fn start(&mut self) -> Result<(), Error> {
        let world = Arc::clone(&self.world);
        let end = move || async move {
            world.log.add("end the machine".to_owned());
            world.switch(false);
            Ok(())
        };
        self.power_cleanup = Some(self.context.cleanup.push("end the machine", end));
        self.world.switch(true);
        self.enter(Operation::Start, "").await?;
        self.context.events.send(Event::MachineStarted {
            process: None,
            command: "make-believe".into(),
            console: None,
        });
        Ok(())
    }

    /// Takes no time; the log tells the number of key events.
    async fn send_keys(&mut self, actions: &[BootAction], mut report: impl FnMut(usize) + Send) -> Result<(), Error> {
        let events = vnc::events(actions).into_iter().filter(|step| matches!(step, vnc::VncStep::Key { .. }));
        self.enter(Operation::SendKeys, &format!("{} events", events.count())).await?;
        (1..=actions.len()).for_each(&mut report);
        Ok(())
    }

    async fn guest_address(&mut self, guest_port: u16) -> Result<(String, u16), Error> {
        self.enter(Operation::GuestAddress, &guest_port.to_string()).await?;
        Ok(("127.0.0.1".to_owned(), guest_port))
    }

    async fn screenshot(&mut self, path: &Path) -> Result<(), Error> {
        self.enter(Operation::Screenshot, &path.to_string_lossy()).await?;
        fs::write(path, SCREEN).await.map_err(Error::io("write the screenshot"))
    }

    async fn wait_stopped(&mut self) -> Result<(), Error> {
        self.enter(Operation::WaitStopped, "").await?;
        self.world.wait_off().await;
        self.stopped();
        Ok(())
    }

    async fn request_shutdown(&mut self) -> Result<(), Error> {
        self.enter(Operation::RequestShutdown, "").await?;
        if self.world.hears_power_button() {
            self.world.switch(false);
        }
        Ok(())
    }

    async fn power_off(&mut self) -> Result<(), Error> {
        self.enter(Operation::PowerOff, "").await?;
        self.world.switch(false);
        self.stopped();
        Ok(())
    }

    async fn export(&mut self) -> Result<Option<MachineImage>, Error> {
        self.enter(Operation::Export, "").await?;
        self.context.cleanup.keep(self.disk_cleanup);
        let disk = Disk { path: self.disk.clone(), format: "raw".into(), virtual_size_bytes: DISK_BYTES as u64 };
        Ok(Some(MachineImage { disks: vec![disk], accelerator: "none".into(), ..MachineImage::default() }))
    }
}
