//! The fake driver also opens the sessions, so that one value stands for hypervisor and network.

use super::{FakeCommunicator, FakeDriver};
use crate::comm::Error;
use crate::comm::connector::Connector;
use crate::comm::ssh::keypair::KeyPair;
use crate::io::Context;
use crate::plan::communicator::{CommunicatorPlan, SshPlan, TemporaryKey};

impl Connector for FakeDriver {
    type Session = FakeCommunicator;

    /// Of the type that is made fastest, whatever the plan says: nobody looks at it.
    async fn make_key(&self, plan: &CommunicatorPlan) -> Result<Option<KeyPair>, Error> {
        match plan {
            CommunicatorPlan::Ssh(plan) if plan.temporary_key.is_some() => {
                KeyPair::generate(&TemporaryKey { kind: "ed25519".into(), bits: 0 }).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    async fn connect(
        &self,
        _plan: &SshPlan,
        _address: (String, u16),
        _key: Option<&KeyPair>,
        _context: &Context,
    ) -> Result<FakeCommunicator, Error> {
        Self::connect(self).await
    }
}
