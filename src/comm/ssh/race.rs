//! Getting a session from a guest that is not there yet.
//!
//! A forwarded port takes connections long before the guest does, and what happens to such a connection is
//! up to the hypervisor's network: most hang until its next, ever later try, or until the guest resets them.
//! So fresh connections are opened all the time, each for a short while, and the first that shows a banner
//! is the one that goes on. `pace` keeps that from burying a slow guest.

use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::credentials::Credentials;
use super::evidence::{Evidence, Setback};
use super::pace::Pace;
use super::refusals::Refusals;
use super::route::Route;
use super::session::{Session, Terms};
use super::wire::{Answered, Unanswered, knock};
use crate::comm::Error;
use crate::event::{Event, Events};

/// The speeds of the race; tests have shorter ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tempo {
    /// Between two fresh connections.
    pub(super) step: Duration,
    /// The same when the last one was closed at once, which costs nobody anything.
    pub(super) closed_step: Duration,
    /// How long a connection may wait for its banner.
    pub(super) banner: Duration,
    /// The same for every `PATIENT_EVERY`th one, so that a guest too slow for the short time gets in too.
    pub(super) patient_banner: Duration,
    /// From the banner to the end of the login.
    pub(super) handshake: Duration,
    /// When a handshake takes this long, its guest may have rebooted: others are tried beside it.
    pub(super) handshake_doubt: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            step: Duration::from_millis(500),
            closed_step: Duration::from_millis(250),
            banner: Duration::from_secs(3),
            patient_banner: Duration::from_secs(30),
            handshake: Duration::from_secs(60),
            handshake_doubt: Duration::from_secs(15),
        }
    }
}

const PATIENT_EVERY: u32 = 8;

/// Connections that wait for a banner at one time: those of the short time and the patient one. SSH servers
/// take few that are not logged in, and all of these reach a guest that wakes up.
const KNOCKS: usize = 7;

/// Bastions and proxies are no guests that start: who does not find them now need not hurry.
const DETOUR_PAUSE: Duration = Duration::from_secs(2);

/// Handshakes at one time.
const HANDSHAKES: usize = 2;

/// Whom to reach, and how.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) address: (String, u16),
    pub(super) credentials: Credentials,
    pub(super) route: Route,
    pub(super) terms: Terms,
    pub(super) tempo: Tempo,
    /// Refusals that end the race; 0 is no limit.
    pub(super) handshake_attempts: u32,
    pub(super) events: Events,
}

impl Target {
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.address.0, self.address.1)
    }

    async fn knock(&self, number: u32, patience: Duration) -> Result<Answered, Unanswered> {
        let patient = number.is_multiple_of(PATIENT_EVERY);
        let patience = if patient { self.tempo.patient_banner } else { patience };
        knock(&self.route.way().await?, &self.address, patience).await
    }

    async fn open(&self, answered: Answered) -> Result<Session, Setback> {
        self.events.debug(format!("{} answers as {}", self.name(), answered.banner));
        Session::open(answered, &self.terms, &self.credentials, self.tempo.handshake).await
    }

    /// Runs until there is a session, the time is over, or the credentials were refused too often.
    pub(super) async fn race(&self, limit: Option<Duration>) -> Result<Session, Error> {
        let (evidence, refusals, pace) = Default::default();
        let mut state = State { target: self, evidence, refusals, pace };
        let raced = match limit {
            None => Some(state.run().await),
            Some(limit) => tokio::time::timeout(limit, state.run()).await.ok(),
        };
        raced.unwrap_or_else(|| {
            let seconds = limit.unwrap_or_default().as_secs();
            Err(Error::Timeout { address: self.name(), seconds, evidence: state.evidence.to_string() })
        })
    }
}

/// What a race has learned so far.
struct State<'a> {
    target: &'a Target,
    evidence: Evidence,
    refusals: Refusals,
    pace: Pace,
}

impl State<'_> {
    async fn run(&mut self) -> Result<Session, Error> {
        let target = self.target;
        let (mut knocks, mut handshakes) = (FuturesUnordered::new(), FuturesUnordered::new());
        let mut next = Instant::now();
        loop {
            tokio::select! {
                Some(opened) = handshakes.next() => match opened {
                    Ok(session) => return Ok(self.won(session)),
                    Err(setback) => next = Instant::now() + self.pause_after(&setback)?,
                },
                Some(answer) = knocks.next() => match answer {
                    Ok(answered) => {
                        // The others would only load the guest.
                        knocks.clear();
                        handshakes.push(target.open(answered));
                        next = Instant::now() + target.tempo.handshake_doubt;
                    }
                    Err(unanswered) => {
                        let pause = self.pause_after(&Setback::Unanswered(unanswered))?;
                        next = next.min(Instant::now() + pause);
                    }
                },
                () = sleep_until(next), if knocks.len() < KNOCKS && handshakes.len() < HANDSHAKES => {
                    self.evidence.begin_attempt();
                    let patience = self.pace.stretch(target.tempo.banner);
                    knocks.push(target.knock(self.evidence.attempts(), patience));
                    next = Instant::now() + self.pace.stretch(target.tempo.step);
                }
            }
        }
    }

    /// Takes a setback in and says how long to wait before the next connection.
    fn pause_after(&mut self, setback: &Setback) -> Result<Duration, Error> {
        if let Some(reason) = self.evidence.note(setback) {
            self.target.events.send(Event::SshNotYet { reason });
        }
        let tempo = &self.target.tempo;
        if let Setback::Unanswered(unanswered) = setback {
            self.pace.note(unanswered);
        }
        match setback {
            Setback::Refused(refusal) => {
                self.refusals.note(&refusal.server, Instant::now());
                self.check_refusals()?;
                Ok(self.refusals.pause(tempo.step))
            }
            Setback::Unanswered(Unanswered::Silent) => {
                self.refusals.interrupted();
                Ok(self.pace.stretch(tempo.step))
            }
            Setback::Unanswered(Unanswered::Barred(message)) => Err(Error::Setup { message: message.clone() }),
            Setback::Unanswered(Unanswered::Detour(_)) => Ok(DETOUR_PAUSE),
            Setback::Unanswered(_) | Setback::Handshake { .. } => {
                self.refusals.interrupted();
                Ok(tempo.closed_step)
            }
        }
    }

    fn check_refusals(&self) -> Result<(), Error> {
        if !self.refusals.exhausted(self.target.handshake_attempts) {
            return Ok(());
        }
        let attempts = self.refusals.counted();
        Err(Error::Refused { address: self.target.name(), attempts, evidence: self.evidence.to_string() })
    }

    fn won(&self, session: Session) -> Session {
        let (address, attempts) = (self.target.name(), self.evidence.attempts());
        self.target.events.send(Event::SshConnected { address, method: session.method.clone(), attempts });
        session
    }
}
