//! A hypervisor of pure make-believe: the whole pipeline runs on it in milliseconds.
//!
//! It is the double that the pipeline's own tests build with (`tests/pipeline.rs`), and a full
//! implementation of the traits: its disks are real small files, its guest keeps uploaded files, and
//! it can be powered off from inside. A `FakeScript` makes any operation fail, hang or panic, which it
//! does with its work half done, so that what is left behind can be seen; a `FakeLog` tells afterwards,
//! or while it runs, what was done.

mod communicator;
mod connector;
mod log;
mod machine;
mod script;
#[cfg(test)]
mod tests;
mod world;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use fs_err::tokio as fs;

use super::{Driver, Error, Media};
use crate::event::Event;
use crate::io::Context;
use crate::plan::MachinePlan;

pub use communicator::FakeCommunicator;
pub use log::FakeLog;
pub use machine::FakeMachine;
pub use script::{Answer, FakeScript, Misbehaviour, Operation, Rule};
use world::World;

/// What is on the disk of a new machine: one raw image of this many bytes.
const DISK_BYTES: usize = 64 * 1024;

/// Makes fake machines. All of one driver's machines share its log and its guest.
#[derive(Clone, Debug)]
pub struct FakeDriver {
    world: Arc<World>,
}

impl FakeDriver {
    pub fn new(script: FakeScript) -> Self {
        Self { world: Arc::new(World::new(script)) }
    }

    pub fn log(&self) -> FakeLog {
        self.world.log.clone()
    }

    /// Opens a session in the guest.
    pub async fn connect(&self) -> Result<FakeCommunicator, crate::comm::Error> {
        FakeCommunicator::connect(Arc::clone(&self.world)).await
    }

    /// What the guest has under that path.
    pub fn guest_file(&self, path: &str) -> Option<Vec<u8>> {
        self.world.guest_file(path)
    }

    /// Whether a machine is on: one that still is after a build was left behind.
    pub fn is_running(&self) -> bool {
        self.world.is_on()
    }

    /// The machine goes off by itself, as a real one does when it crashes.
    pub fn pull_the_plug(&self) {
        self.world.switch(false);
    }

    async fn make(&self, name: &str, media: &Media, context: &Context) -> Result<FakeMachine, Error> {
        let disk = media.output_directory.join(name);
        let made = fs::write(&disk, vec![b'd'; DISK_BYTES]).await;
        made.map_err(Error::io("make the disk"))?;
        let cleanup = context.cleanup.push_made_path(&disk).map_err(Error::io("write down the disk"))?;
        self.world.enter(Operation::Create, name).await.map_err(misbehaved)?;
        context.events.send(Event::DiskCreated { path: disk.clone(), size: format!("{}K", DISK_BYTES / 1024) });
        Ok(FakeMachine::new(Arc::clone(&self.world), context.clone(), disk, cleanup))
    }
}

impl Driver for FakeDriver {
    type Machine = FakeMachine;

    async fn http_address(&self, _plan: &MachinePlan) -> Result<IpAddr, Error> {
        self.world.enter(Operation::HttpAddress, "").await.map_err(misbehaved)?;
        Ok(Ipv4Addr::LOCALHOST.into())
    }

    async fn create(&self, plan: &MachinePlan, media: &Media, context: &Context) -> Result<FakeMachine, Error> {
        self.make(&plan.vm_name, media, context).await
    }
}

fn misbehaved(message: String) -> Error {
    Error::Hypervisor { message, stderr: String::new() }
}
