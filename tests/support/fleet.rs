//! Fake machines of several builds, each with a guest of its own; the guest's SSH port tells them apart.

use std::collections::BTreeMap;
use std::net::IpAddr;

use boxwright::comm;
use boxwright::comm::connector::Connector;
use boxwright::comm::ssh::keypair::KeyPair;
use boxwright::io::Context;
use boxwright::machine::fake::{FakeCommunicator, FakeDriver, FakeMachine};
use boxwright::machine::{self, Driver, Media};
use boxwright::plan::BuildPlan;
use boxwright::plan::communicator::{CommunicatorPlan, SshPlan};

#[derive(Clone)]
pub(crate) struct Fleet(pub(crate) BTreeMap<u16, FakeDriver>);

impl Fleet {
    fn of(&self, plan: &CommunicatorPlan) -> &FakeDriver {
        match plan {
            CommunicatorPlan::Ssh(plan) => &self.0[&plan.port],
            CommunicatorPlan::None => panic!("a build of a fleet has an SSH port"),
        }
    }
}

impl Driver for Fleet {
    type Machine = FakeMachine;

    async fn http_address(&self, plan: &BuildPlan) -> Result<IpAddr, machine::Error> {
        self.of(&plan.communicator).http_address(plan).await
    }

    async fn create(&self, plan: &BuildPlan, media: &Media, context: &Context) -> Result<FakeMachine, machine::Error> {
        self.of(&plan.communicator).create(plan, media, context).await
    }
}

impl Connector for Fleet {
    type Session = FakeCommunicator;

    async fn make_key(&self, plan: &CommunicatorPlan) -> Result<Option<KeyPair>, comm::Error> {
        self.of(plan).make_key(plan).await
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
