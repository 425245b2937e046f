//! One SSH session that is logged in.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use russh::client::{ChannelOpenHandle, Config, Handle, Handler, Msg, Session as Protocol};
use russh::keys::{HashAlg, PublicKeyOrCertificate};
use russh::{Channel, Preferred};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::agent::Requests;
use super::authenticate::{Login, login};
use super::credentials::Credentials;
use super::evidence::{Refusal, Server, Setback};
use super::wire::Answered;
use super::{algorithms, tunnel};
use crate::comm::Error;
use crate::event::Events;
use crate::plan::communicator::{SshPlan, Tunnel};

/// How long a guest may take to open a channel before the session counts as dead.
const OPEN_LIMIT: Duration = Duration::from_secs(30);

/// Keepalives without any sign of life before the session counts as dead. An emulated guest under load
/// may be silent for a minute.
const KEEPALIVES_UNANSWERED: usize = 24;

/// The settings of every session of a build.
pub(super) fn config(plan: &SshPlan, preferred: Preferred) -> Config {
    Config {
        preferred,
        keepalive_interval: plan.keep_alive_interval,
        keepalive_max: KEEPALIVES_UNANSWERED,
        inactivity_timeout: plan.read_write_timeout,
        nodelay: true,
        ..Config::default()
    }
}

/// What is the same for every session with one host.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) config: Arc<Config>,
    /// Ports of the other side that lead here.
    pub(super) remote_tunnels: Arc<[Tunnel]>,
    pub(super) events: Events,
}

/// Our side of the protocol's callbacks.
#[derive(Debug)]
pub(super) struct Client {
    remote_tunnels: Arc<[Tunnel]>,
    /// The end of the connection.
    cut: CancellationToken,
    host_key: Arc<OnceLock<String>>,
    agent_requests: UnboundedSender<Channel<Msg>>,
}

impl Handler for Client {
    type Error = russh::Error;

    /// Any host key will do: the guest was made a minute ago and nobody knows its key.
    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let _ = self.host_key.set(key.public_key().fingerprint(HashAlg::Sha256).to_string());
        Ok(true)
    }

    /// Guests ask only after a command was started with an agent to use.
    async fn server_channel_open_agent_forward(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Protocol,
    ) -> Result<(), Self::Error> {
        // Dropping the reply refuses it.
        if self.agent_requests.send(channel).is_ok() {
            reply.accept().await;
        }
        Ok(())
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        channel: Channel<Msg>,
        _connected_address: &str,
        connected_port: u32,
        _originator_address: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Protocol,
    ) -> Result<(), Self::Error> {
        let tunnel = self.remote_tunnels.iter().find(|tunnel| u32::from(tunnel.port) == connected_port);
        if let Some(tunnel) = tunnel.cloned() {
            tokio::spawn(self.cut.clone().run_until_cancelled_owned(tunnel::lead_here(channel, reply, tunnel)));
        }
        Ok(())
    }
}

pub(super) struct Session {
    handle: Handle<Client>,
    pub(super) server: Server,
    /// The credential that was taken.
    pub(super) method: String,
    pub(super) agent_requests: Mutex<Requests>,
    /// Ends the connection when the session is dropped.
    _cut: DropGuard,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("server", &self.server).field("method", &self.method).finish_non_exhaustive()
    }
}

impl Session {
    /// The key exchange and the login on a connection that showed its banner.
    pub(super) async fn open(
        answered: Answered,
        terms: &Terms,
        credentials: &Credentials,
        limit: Duration,
    ) -> Result<Self, Setback> {
        let banner = answered.banner.clone();
        let broken = |message: String| Setback::Handshake { banner: banner.clone(), message };
        match tokio::time::timeout(limit, handshake(answered, terms, credentials)).await {
            Ok(result) => result.unwrap_or_else(|message| Err(broken(message))),
            Err(_) => Err(broken(format!("it did not finish within {} s", limit.as_secs()))),
        }
    }

    /// A channel for one command or transfer.
    pub(super) async fn channel(&self) -> Result<Channel<Msg>, Error> {
        let broken = |message: String| Error::Session { message };
        let opened = tokio::time::timeout(OPEN_LIMIT, self.handle.channel_open_session()).await;
        let opened = opened.map_err(|_| broken("the guest does not answer any more".into()))?;
        opened.map_err(|error| broken(format!("cannot open a channel: {error}")))
    }

    /// A connection from the other side to a host that it reaches.
    pub(super) async fn reach(&self, host: &str, port: u16) -> Result<Channel<Msg>, russh::Error> {
        self.handle.channel_open_direct_tcpip(host, u32::from(port), "127.0.0.1", 0).await
    }

    /// Whether the connection is known to be gone.
    pub(super) fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }
}

/// The outer error is a broken connection, the inner one a refusal.
async fn handshake(
    answered: Answered,
    terms: &Terms,
    credentials: &Credentials,
) -> Result<Result<Session, Setback>, String> {
    let banner = answered.banner.clone();
    let (wire, cut) = answered.into_wire();
    let (sender, receiver) = unbounded_channel();
    let host_key = Arc::new(OnceLock::new());
    let remote_tunnels = Arc::clone(&terms.remote_tunnels);
    let client = Client { remote_tunnels, cut: cut.clone(), host_key: Arc::clone(&host_key), agent_requests: sender };
    let cut = cut.drop_guard();
    let connected = russh::client::connect_stream(Arc::clone(&terms.config), wire, client).await;
    let mut handle = connected.map_err(|error| algorithms::explained(&error))?;
    let server = Server { banner, host_key: host_key.get().cloned().unwrap_or_default() };
    match login(&mut handle, credentials, &terms.events).await {
        Login::Done(method) => {
            tunnel::ask_for(&handle, &terms.remote_tunnels).await?;
            Ok(Ok(Session { handle, server, method, agent_requests: Mutex::new(receiver), _cut: cut }))
        }
        Login::Refused { tried, offered } => Ok(Err(Setback::Refused(Refusal { server, tried, offered }))),
        Login::Lost(message) => Err(message),
    }
}
