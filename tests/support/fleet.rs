//! Fake machines of several builds, each with a guest of its own; the guest's SSH port tells them apart.

use std::collections::BTreeMap;
use std::net::IpAddr;

use boxwright::comm;
use boxwright::comm::connector::Connector;
use boxwright::comm::ssh::keypair::KeyPair;
use boxwright::io::Context;
use boxwright::machine::fake::{FakeCommunicator, FakeDriver, FakeMachine};
use boxwright::machine::{self, Driver, Media};
use boxwright::plan::MachinePlan;
use boxwright::plan::communicator::{CommunicatorPlan, SshPlan};

#[derive(Clone)]
pub(crate) struct Fleet(pub(crate) BTreeMap<u16, FakeDriver>);

impl Fleet {
    fn of(&self, guest_port: Option<u16>) -> &FakeDriver {
        &self.0[&guest_port.expect("a build of a fleet has an SSH port")]
    }
}

impl Driver for Fleet {
    type Machine = FakeMachine;

    async fn http_address(&self, plan: &MachinePlan) -> Result<IpAddr, machine::Error> {
        self.of(plan.guest_port).http_address(plan).await
    }

    async fn create(
        &self,
        plan: &MachinePlan,
        media: &Media,
        context: &Context,
    ) -> Result<FakeMachine, machine::Error> {
        self.of(plan.guest_port).create(plan, media, context).await
    }
}

impl Connector for Fleet {
    type Session = FakeCommunicator;

    async fn make_key(&self, plan: &CommunicatorPlan) -> Result<Option<KeyPair>, comm::Error> {
        self.of(plan.port()).make_key(plan).await
    }

    async fn connect(
        &self,
        plan: &SshPlan,
        address: (String, u16),
        key: Option<&KeyPair>,
        context: &Context,
    ) -> Result<FakeCommunicator, comm::Error> {
        Connector::connect(&self.0[&address.1], plan, address, key, context).await
    }
}
