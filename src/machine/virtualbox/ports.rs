//! The ports of one machine on this host.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use crate::cache::ports::{PortLease, PortRange};
use crate::io::cleanup::CleanupStack;
use crate::machine::Error;
use crate::plan::MachinePlan;
use crate::plan::virtualbox::VirtualBoxPlan;

#[derive(Debug)]
pub(super) struct Ports {
    /// What is forwarded to the guest's SSH port.
    host: Option<PortLease>,
    desktop: PortLease,
}

impl Ports {
    pub(super) fn take(
        locks: &Path,
        machine: &MachinePlan,
        plan: &VirtualBoxPlan,
        cleanup: &CleanupStack,
    ) -> Result<Self, Error> {
        let take = |range: &PortRange| {
            let failed = |error: crate::cache::ports::Error| Error::Host { message: crate::error::chain(&error) };
            PortLease::take(locks, range, cleanup).map_err(failed)
        };
        let is_forwarded = machine.guest_port.is_some() && !plan.skip_nat_mapping;
        let (min, max) = (plan.host_port_min, plan.host_port_max);
        let host = PortRange { address: Ipv4Addr::LOCALHOST.into(), min, max, option: "host_port" };
        let (min, max) = (plan.vrdp_port_min, plan.vrdp_port_max);
        let desktop = PortRange { address: bind_address(&plan.vrdp_bind_address), min, max, option: "vrdp_port" };
        Ok(Self { host: is_forwarded.then(|| take(&host)).transpose()?, desktop: take(&desktop)? })
    }

    /// `None`: nothing is forwarded.
    pub(super) fn host(&self) -> Option<u16> {
        self.host.as_ref().map(PortLease::port)
    }

    pub(super) fn desktop(&self) -> u16 {
        self.desktop.port()
    }

    /// VirtualBox binds them next.
    pub(super) fn release_sockets(&mut self) {
        self.desktop.release_socket();
        self.host.iter_mut().for_each(PortLease::release_socket);
    }
}

/// A host name is left to VirtualBox; ports are then looked for on the loopback address.
fn bind_address(text: &str) -> IpAddr {
    text.trim_matches(['[', ']']).parse().unwrap_or(Ipv4Addr::LOCALHOST.into())
}
