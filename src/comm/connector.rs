//! Opening a session; a trait, so that the pipeline's tests can hand out sessions of make-believe.

use super::session::AnySession;
use super::ssh::keypair::KeyPair;
use super::{Communicator, Error, ssh, winrm};
use crate::io::Context;
use crate::plan::communicator::{CommunicatorPlan, SshPlan, WinRmPlan};

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

    /// The same for a guest with WinRM.
    fn connect_winrm(
        &self,
        _plan: &WinRmPlan,
        address: (String, u16),
        _context: &Context,
    ) -> impl Future<Output = Result<Self::Session, Error>> + Send {
        let message = format!("there is no WinRM to {}:{} here", address.0, address.1);
        std::future::ready(Err(Error::Setup { message }))
    }
}

/// The real thing.
#[derive(Clone, Copy, Debug)]
pub struct Network;

impl Connector for Network {
    type Session = AnySession;

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
    ) -> Result<AnySession, Error> {
        ssh::connect(plan, address, key, context).await.map(|session| AnySession::Ssh(Box::new(session)))
    }

    async fn connect_winrm(
        &self,
        plan: &WinRmPlan,
        address: (String, u16),
        context: &Context,
    ) -> Result<AnySession, Error> {
        winrm::connect(plan, address, context).await.map(|winrm| AnySession::WinRm(Box::new(winrm)))
    }
}
