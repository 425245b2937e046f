//! Opening a session; a trait, so that the pipeline's tests can hand out sessions of make-believe.

use super::ssh::keypair::KeyPair;
use super::ssh::{self, SshCommunicator};
use super::{Communicator, Error};
use crate::io::Context;
use crate::plan::communicator::{CommunicatorPlan, SshPlan};

/// Opens sessions in guests.
pub trait Connector: Send + Sync {
    type Session: Communicator;

    /// Makes the key that the plan asks for, if it does.
    fn make_key(&self, plan: &CommunicatorPlan) -> impl Future<Output = Result<Option<KeyPair>, Error>> + Send;

    /// Waits until the guest lets us in, as long as the plan allows.
    fn connect(
        &self,
        plan: &SshPlan,
        address: (String, u16),
        key: Option<&KeyPair>,
        context: &Context,
    ) -> impl Future<Output = Result<Self::Session, Error>> + Send;
}

/// The real thing.
#[derive(Clone, Copy, Debug)]
pub struct Network;

impl Connector for Network {
    type Session = SshCommunicator;

    async fn make_key(&self, plan: &CommunicatorPlan) -> Result<Option<KeyPair>, Error> {
        match plan {
            CommunicatorPlan::Ssh(plan) => match &plan.temporary_key {
                Some(key) => KeyPair::generate(key).await.map(Some),
                None => Ok(None),
            },
            CommunicatorPlan::None | CommunicatorPlan::WinRm(_) => Ok(None),
        }
    }

    async fn connect(
        &self,
        plan: &SshPlan,
        address: (String, u16),
        key: Option<&KeyPair>,
        context: &Context,
    ) -> Result<SshCommunicator, Error> {
        ssh::connect(plan, address, key, context).await
    }
}
