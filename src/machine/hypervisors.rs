//! All hypervisors as one: which of them makes a machine stands in its plan.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::qemu::{QemuDriver, QemuMachine};
use super::virtualbox::{VirtualBoxDriver, VirtualBoxMachine};
use super::{Driver, Error, GuestFile, Machine, Media, Wish};
use crate::artifact::MachineImage;
use crate::cache::Cache;
use crate::io::Context;
use crate::keys::BootAction;
use crate::plan::{HypervisorPlan, MachinePlan};

/// The hypervisors of this host.
#[derive(Clone, Debug)]
pub struct Hypervisors {
    qemu: QemuDriver,
    virtualbox: VirtualBoxDriver,
}

impl Hypervisors {
    pub fn new(cache: &Cache) -> Self {
        Self { qemu: QemuDriver { cache: cache.clone() }, virtualbox: VirtualBoxDriver::new(cache.clone()) }
    }
}

/// A machine of any of them.
#[derive(Debug)]
pub enum AnyMachine {
    Qemu(Box<QemuMachine>),
    VirtualBox(Box<VirtualBoxMachine>),
}

impl Driver for Hypervisors {
    type Machine = AnyMachine;

    async fn http_address(&self, plan: &MachinePlan) -> Result<IpAddr, Error> {
        match &plan.hypervisor {
            HypervisorPlan::Qemu(_) => self.qemu.http_address(plan).await,
            HypervisorPlan::VirtualBox(_) => self.virtualbox.http_address(plan).await,
        }
    }

    async fn wish(&self, plan: &MachinePlan) -> Result<Option<Wish>, Error> {
        match &plan.hypervisor {
            HypervisorPlan::Qemu(_) => self.qemu.wish(plan).await,
            HypervisorPlan::VirtualBox(_) => self.virtualbox.wish(plan).await,
        }
    }

    async fn create(&self, plan: &MachinePlan, media: &Media, context: &Context) -> Result<AnyMachine, Error> {
        Ok(match &plan.hypervisor {
            HypervisorPlan::Qemu(_) => AnyMachine::Qemu(Box::new(self.qemu.create(plan, media, context).await?)),
            HypervisorPlan::VirtualBox(_) => {
                AnyMachine::VirtualBox(Box::new(self.virtualbox.create(plan, media, context).await?))
            }
        })
    }
}

/// Passes a call on to the machine that it is.
macro_rules! pass_on {
    ($any:expr, $machine:ident => $call:expr) => {
        match $any {
            AnyMachine::Qemu($machine) => $call,
            AnyMachine::VirtualBox($machine) => $call,
        }
    };
}

impl Machine for AnyMachine {
    async fn start(&mut self) -> Result<(), Error> {
        pass_on!(self, machine => machine.start().await)
    }

    async fn send_keys(&mut self, actions: &[BootAction], report: impl FnMut(usize) + Send) -> Result<(), Error> {
        pass_on!(self, machine => machine.send_keys(actions, report).await)
    }

    async fn guest_address(&mut self, guest_port: u16) -> Result<(String, u16), Error> {
        pass_on!(self, machine => machine.guest_address(guest_port).await)
    }

    async fn screenshot(&mut self, path: &Path) -> Result<(), Error> {
        pass_on!(self, machine => machine.screenshot(path).await)
    }

    async fn wait_stopped(&mut self) -> Result<(), Error> {
        pass_on!(self, machine => machine.wait_stopped().await)
    }

    async fn request_shutdown(&mut self) -> Result<(), Error> {
        pass_on!(self, machine => machine.request_shutdown().await)
    }

    async fn power_off(&mut self) -> Result<(), Error> {
        pass_on!(self, machine => machine.power_off().await)
    }

    async fn export(&mut self) -> Result<Option<MachineImage>, Error> {
        pass_on!(self, machine => machine.export().await)
    }

    fn guest_files(&self) -> Result<Vec<GuestFile>, Error> {
        pass_on!(self, machine => machine.guest_files())
    }

    fn dropped_files(&self) -> Vec<PathBuf> {
        pass_on!(self, machine => machine.dropped_files())
    }
}
