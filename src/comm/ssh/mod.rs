//! The communicator `ssh`: connecting to a guest that is still being installed, commands, files.
//!
//! No type of the protocol library is visible outside this folder.

mod agent;
mod algorithms;
mod authenticate;
mod authorized_keys;
mod bastion;
mod blocks;
mod credentials;
mod evidence;
mod exec;
pub mod gateway;
pub mod keypair;
mod pace;
mod proxy;
mod race;
#[cfg(test)]
pub(crate) mod real_servers;
mod refusals;
mod route;
mod scp;
mod script;
mod session;
mod sftp;
#[cfg(test)]
mod sftp_server;
mod terminal;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod transfer;
mod tunnel;
mod unpack;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use russh::Channel;
use russh::client::Msg;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use self::credentials::Credentials;
pub(crate) use self::credentials::expand_home;
use self::exec::{Command, Input};
use self::gateway::Gateway;
use self::keypair::KeyPair;
use self::race::{Target, Tempo};
use self::route::Route;
use self::session::{Session, Terms};
use self::transfer::Methods;
use super::{Communicator, Error, Exit, OtherClients, Upload, run_script_in_steps};
use crate::event::{Event, Stream};
use crate::io::Context;
use crate::plan::communicator::SshPlan;

/// How long one operation may look for a guest that has gone away. Who waits for a reboot tries again.
const RECONNECT_LIMIT: Duration = Duration::from_secs(60);

/// A session in the guest that is opened again when it broke.
#[derive(Debug)]
pub struct SshCommunicator {
    plan: SshPlan,
    target: Target,
    methods: Methods,
    /// Public line of the key that was made for this build.
    temporary_key: Option<String>,
    /// `None` between a failure and the next connection.
    session: Current,
    /// Listeners of the local tunnels; they end when dropped.
    _local_tunnels: JoinSet<()>,
}

/// The session that is used now; tunnels use it too.
type Current = Arc<Mutex<Option<Arc<Session>>>>;

/// Waits for the guest and logs in. `address` is where this host reaches the guest's SSH port.
pub async fn connect(
    plan: &SshPlan,
    address: (String, u16),
    temporary_key: Option<&KeyPair>,
    context: &Context,
) -> Result<SshCommunicator, Error> {
    connect_with(plan, address, temporary_key, context, Tempo::default()).await
}

async fn connect_with(
    plan: &SshPlan,
    address: (String, u16),
    temporary_key: Option<&KeyPair>,
    context: &Context,
    tempo: Tempo,
) -> Result<SshCommunicator, Error> {
    let credentials = credentials::load(plan, temporary_key, agent_socket()).await?;
    start(plan, address, temporary_key, context, tempo, credentials).await
}

fn agent_socket() -> Option<PathBuf> {
    std::env::var_os("SSH_AUTH_SOCK").filter(|value| !value.is_empty()).map(Into::into)
}

async fn start(
    plan: &SshPlan,
    address: (String, u16),
    temporary_key: Option<&KeyPair>,
    context: &Context,
    tempo: Tempo,
    credentials: Credentials,
) -> Result<SshCommunicator, Error> {
    let config = Arc::new(session::config(plan, algorithms::preferred(plan)?));
    let (handshake_attempts, events) = (plan.handshake_attempts, context.events.clone());
    let terms = Terms { config, remote_tunnels: plan.remote_tunnels.as_slice().into(), events: events.clone() };
    let route = Route::load(plan, tempo, &events).await?;
    let session = Current::default();
    let local_tunnels = tunnel::listen(&plan.local_tunnels, &session).await?;
    let target = Target { address, credentials, route, terms, tempo, handshake_attempts, events };
    *session.lock().await = Some(Arc::new(first_session(plan, &target).await?));
    Ok(SshCommunicator {
        plan: plan.clone(),
        target,
        methods: Methods::new(plan.file_transfer_method),
        temporary_key: temporary_key.map(|key| key.public_line.clone()),
        session,
        _local_tunnels: local_tunnels,
    })
}

/// With `pause_before_connecting` the first session only shows that the guest is there.
async fn first_session(plan: &SshPlan, target: &Target) -> Result<Session, Error> {
    target.events.send(Event::SshWaiting { address: target.name() });
    let session = target.race(plan.timeout).await?;
    if plan.pause_before_connecting.is_zero() {
        return Ok(session);
    }
    drop(session);
    target.events.send(Event::Pausing { duration: plan.pause_before_connecting });
    tokio::time::sleep(plan.pause_before_connecting).await;
    target.race(plan.timeout).await
}

impl SshCommunicator {
    /// A channel on the session, which is opened anew once if it is broken.
    async fn channel(&self) -> Result<Channel<Msg>, Error> {
        self.session_and_channel().await.map(|(_, channel)| channel)
    }

    async fn session_and_channel(&self) -> Result<(Arc<Session>, Channel<Msg>), Error> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref().filter(|session| !session.is_closed()) {
            match session.channel().await {
                Ok(channel) => return Ok((Arc::clone(session), channel)),
                Err(error) => self.target.events.debug(format!("connecting again: {error}")),
            }
        }
        *current = None;
        let session = Arc::new(self.target.race(Some(RECONNECT_LIMIT)).await?);
        let channel = session.channel().await?;
        *current = Some(Arc::clone(&session));
        Ok((session, channel))
    }

    async fn exec(
        &self,
        line: &str,
        input: Input<'_>,
        output: impl FnMut(Stream, String) + Send,
    ) -> Result<Exit, Error> {
        let (session, channel) = self.session_and_channel().await?;
        let agent = self.target.credentials.agent.as_ref().filter(|agent| agent.forward);
        let command = Command { line, input, pty: self.plan.pty, agent: agent.is_some() };
        let run = exec::run(channel, command, &self.target.events, output);
        match (agent, session.agent_requests.try_lock()) {
            (Some(agent), Ok(mut requests)) => tokio::select! {
                exit = run => exit,
                never = agent::lend(&mut requests, &agent.socket) => match never {},
            },
            // Another command lends it already.
            _ => run.await,
        }
    }
}

impl Communicator for SshCommunicator {
    async fn run(&self, command: &str, output: impl FnMut(Stream, String) + Send) -> Result<Exit, Error> {
        self.exec(command, Input::default(), output).await
    }

    async fn run_script(
        &self,
        script: &[u8],
        path: &str,
        command: &str,
        mut output: impl FnMut(Stream, String) + Send,
    ) -> Result<Exit, Error> {
        if self.can_start_in_one_go()
            && let Some(exit) = self.start_in_one_go(script, path, command, &mut output).await?
        {
            return Ok(exit);
        }
        run_script_in_steps(self, script, path, command, output).await
    }

    async fn upload(&self, source: Upload<'_>, destination: &str) -> Result<(), Error> {
        self.send_file(&source, destination).await
    }

    async fn upload_directory(&self, source: &str, destination: &str) -> Result<(), Error> {
        self.send_folder(source, destination).await
    }

    async fn download(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.fetch_file(source, destination).await
    }

    async fn download_directory(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.fetch_folder(source, destination).await
    }

    /// What only this client can do, others cannot: a detour, a certificate, algorithms that were chosen for this guest.
    fn other_clients(&self) -> OtherClients {
        let plan = &self.plan;
        let algorithms = plan.ciphers.iter().chain(&plan.key_exchange_algorithms);
        if plan.detour.is_none() && plan.certificate_file.is_none() && algorithms.count() == 0 {
            OtherClients::Ssh
        } else {
            OtherClients::None
        }
    }

    async fn serve(&self, gateway: &Gateway) {
        gateway.serve(self).await;
    }

    async fn clear_credentials(&self) {
        self.clear_authorized_keys().await;
    }
}
