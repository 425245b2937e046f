//! A host on the way whose SSH server hands connections on to the guest.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::credentials::{self, Credentials};
use super::evidence::Setback;
use super::race::Tempo;
use super::route::Way;
use super::session::{Session, Terms};
use super::wire::{Unanswered, knock};
use super::{agent_socket, algorithms, session};
use crate::comm::Error;
use crate::event::Events;
use crate::plan::communicator::{Bastion, SshPlan};

/// From the banner to the end of a login at which a person types.
const INTERACTIVE_LIMIT: Duration = Duration::from_secs(300);

/// The bastion, and the session with it: one for all connections to the guest.
#[derive(Debug)]
pub(super) struct BastionRoute {
    address: (String, u16),
    credentials: Credentials,
    terms: Terms,
    tempo: Tempo,
    session: Mutex<Option<Arc<Session>>>,
}

impl BastionRoute {
    pub(super) async fn load(plan: &SshPlan, bastion: &Bastion, tempo: Tempo, events: &Events) -> Result<Self, Error> {
        let config = session::config(plan, algorithms::preferred(plan)?);
        Ok(Self {
            address: (bastion.host.clone(), bastion.port),
            credentials: credentials::load_bastion(bastion, agent_socket()).await?,
            terms: Terms { config: Arc::new(config), remote_tunnels: Arc::default(), events: events.clone() },
            tempo,
            session: Mutex::default(),
        })
    }

    /// The session, which is opened when there is none.
    pub(super) async fn session(&self) -> Result<Arc<Session>, Unanswered> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref().filter(|session| !session.is_closed()) {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(self.log_in().await?);
        *current = Some(Arc::clone(&session));
        Ok(session)
    }

    async fn log_in(&self) -> Result<Session, Unanswered> {
        let told = |setback: &Setback| format!("bastion {}:{}: {setback}", self.address.0, self.address.1);
        let answered = knock(&Way::Straight, &self.address, self.tempo.patient_banner).await;
        let answered = answered.map_err(|error| Unanswered::Detour(told(&Setback::Unanswered(error))))?;
        let limit = if self.credentials.interactive { INTERACTIVE_LIMIT } else { self.tempo.handshake };
        let opened = Session::open(answered, &self.terms, &self.credentials, limit).await;
        opened.map_err(|setback| match &setback {
            // A standing host does not change its mind, as an installed guest does.
            Setback::Refused(_) => Unanswered::Barred(told(&setback)),
            _ => Unanswered::Detour(told(&setback)),
        })
    }
}
