//! The ports of one machine on this host.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use crate::cache::ports::{PortLease, PortRange};
use crate::io::cleanup::CleanupStack;
use crate::machine::Error;
use crate::plan::MachinePlan;
use crate::plan::qemu::QemuPlan;

/// VNC counts displays from this port.
const VNC_BASE: u16 = 5900;

#[derive(Debug)]
pub(super) struct Ports {
    /// What is forwarded to the guest's SSH port.
    host: Option<PortLease>,
    vnc: PortLease,
}

impl Ports {
    pub(super) fn take(
        locks: &Path,
        plan: &MachinePlan,
        qemu: &QemuPlan,
        cleanup: &CleanupStack,
    ) -> Result<Self, Error> {
        let take = |range: &PortRange| PortLease::take(locks, range, cleanup).map_err(|error| host_error(&error));
        let is_forwarded = plan.guest_port.is_some() && qemu.net_bridge.is_none() && !qemu.skip_nat_mapping;
        let loopback = Ipv4Addr::LOCALHOST.into();
        let host =
            PortRange { address: loopback, min: qemu.host_port_min, max: qemu.host_port_max, option: "host_port" };
        let vnc = PortRange {
            address: bind_address(&qemu.vnc_bind_address),
            min: qemu.vnc_port_min.max(VNC_BASE),
            max: qemu.vnc_port_max,
            option: "vnc_port",
        };
        Ok(Self { host: is_forwarded.then(|| take(&host)).transpose()?, vnc: take(&vnc)? })
    }

    /// 0 when nothing is forwarded.
    pub(super) fn host_port(&self) -> u16 {
        self.host.as_ref().map_or(0, PortLease::port)
    }

    pub(super) fn vnc_port(&self) -> u16 {
        self.vnc.port()
    }

    pub(super) fn vnc_display(&self) -> u16 {
        self.vnc.port() - VNC_BASE
    }

    /// QEMU binds them next.
    pub(super) fn release_sockets(&mut self) {
        self.vnc.release_socket();
        self.host.iter_mut().for_each(PortLease::release_socket);
    }
}

fn host_error(error: &crate::cache::ports::Error) -> Error {
    Error::Host { message: crate::error::chain(error) }
}

/// A host name is left to QEMU; ports are then looked for on the loopback address.
fn bind_address(text: &str) -> IpAddr {
    match text.trim_matches(['[', ']']) {
        "" => Ipv4Addr::UNSPECIFIED.into(),
        text => text.parse().unwrap_or(Ipv4Addr::LOCALHOST.into()),
    }
}
