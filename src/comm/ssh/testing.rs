//! For tests: an SSH server in this process, whose commands run in a real shell.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Response, Session, VerifiedPublicKey, run_stream};
use russh::{Channel, ChannelId, Disconnect, MethodKind, MethodSet, Preferred, Sig};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::keypair::KeyPair;
use super::race::Tempo;
use super::{SshCommunicator, connect_with, sftp_server};
use crate::comm::Error;
use crate::event::{Event, EventReceiver, Events};
use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::{Secret, Secrets};
use crate::plan::communicator::{FileTransferMethod, SshPlan};
use crate::process::Cmd;

/// A template that says nothing but the user's name and password.
pub(crate) fn plan() -> SshPlan {
    SshPlan {
        host: None,
        port: 22,
        username: "root".into(),
        password: Some(Secret::new("hunter2")),
        private_key_file: None,
        certificate_file: None,
        agent_auth: false,
        disable_agent_forwarding: true,
        temporary_key: None,
        clear_authorized_keys: false,
        ciphers: Vec::new(),
        key_exchange_algorithms: Vec::new(),
        pty: false,
        timeout: Some(Duration::from_secs(60)),
        handshake_attempts: 10,
        file_transfer_method: FileTransferMethod::Scp,
        keep_alive_interval: Some(Duration::from_secs(5)),
        read_write_timeout: None,
        pause_before_connecting: Duration::ZERO,
        detour: None,
        local_tunnels: Vec::new(),
        remote_tunnels: Vec::new(),
    }
}

/// Steps short enough for tests; limits long enough for a busy machine.
pub(super) fn tempo() -> Tempo {
    Tempo {
        step: Duration::from_millis(20),
        closed_step: Duration::from_millis(5),
        banner: Duration::from_secs(20),
        patient_banner: Duration::from_secs(20),
        handshake: Duration::from_secs(30),
        handshake_doubt: Duration::from_secs(30),
    }
}

pub(super) fn context() -> (Context, EventReceiver) {
    let (events, receiver) = Events::channel();
    (Context { events, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() }, receiver)
}

/// All events so far.
pub(super) fn drain(receiver: &mut EventReceiver) -> Vec<Event> {
    std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| event).collect()
}

/// How the server behaves.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) methods: Vec<MethodKind>,
    pub(super) password: &'static str,
    /// An `authorized_keys` line.
    pub(super) key: Option<String>,
    /// Right passwords that are refused first.
    pub(super) refusals: AtomicU32,
    /// Connections that are accepted first and get no banner.
    pub(super) silent: AtomicU32,
    /// Connections that get a banner first and then nothing more.
    pub(super) stuck: AtomicU32,
    /// Connections that are closed first.
    pub(super) closed: AtomicU32,
    pub(super) preferred: Preferred,
    pub(super) host_key: Algorithm,
    /// Commands and subsystems that exist only in name.
    pub(super) lacks: &'static [&'static str],
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            methods: vec![MethodKind::Password, MethodKind::PublicKey, MethodKind::KeyboardInteractive],
            password: "hunter2",
            key: None,
            refusals: AtomicU32::new(0),
            silent: AtomicU32::new(0),
            stuck: AtomicU32::new(0),
            closed: AtomicU32::new(0),
            preferred: Preferred::DEFAULT,
            host_key: Algorithm::Ed25519,
            lacks: &[],
        }
    }
}

/// Whether one of a number is left; takes it.
fn take_one(count: &AtomicU32) -> bool {
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

/// A running server; it ends when dropped.
pub(super) struct Guest {
    pub(super) port: u16,
    pub(super) rules: Arc<Rules>,
    accepting: JoinHandle<()>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Guest {
    pub(super) async fn start(rules: Rules) -> Self {
        Self::start_at(0, rules).await
    }

    pub(super) async fn start_at(port: u16, rules: Rules) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let rules = Arc::new(rules);
        let accepting = tokio::spawn(accept(listener, Arc::clone(&rules)));
        Self { port, rules, accepting }
    }

    /// Ends it; its port is free afterwards.
    pub(super) async fn stop(mut self) {
        self.accepting.abort();
        // That it was cancelled is what we wanted.
        let _ = (&mut self.accepting).await;
    }

    pub(super) fn address(&self) -> (String, u16) {
        ("127.0.0.1".into(), self.port)
    }

    pub(super) async fn connect(&self, plan: &SshPlan) -> Result<SshCommunicator, Error> {
        self.connect_with_key(plan, None).await
    }

    pub(super) async fn connect_with_key(
        &self,
        plan: &SshPlan,
        key: Option<&KeyPair>,
    ) -> Result<SshCommunicator, Error> {
        connect_with(plan, self.address(), key, &context().0, tempo()).await
    }
}

async fn accept(listener: TcpListener, rules: Arc<Rules>) {
    let config = Arc::new(Config {
        methods: MethodSet::from(rules.methods.as_slice()),
        auth_rejection_time: Duration::ZERO,
        keys: vec![PrivateKey::random(&mut rand::rng(), rules.host_key.clone()).unwrap()],
        preferred: rules.preferred.clone(),
        ..Config::default()
    });
    let (mut connections, mut silent) = (JoinSet::new(), Vec::new());
    while let Ok((stream, _)) = listener.accept().await {
        if take_one(&rules.closed) {
            continue;
        }
        if take_one(&rules.silent) {
            silent.push(stream);
            continue;
        }
        if take_one(&rules.stuck) {
            stream.try_write(b"SSH-2.0-stuck\r\n").unwrap();
            silent.push(stream);
            continue;
        }
        connections.spawn(serve(stream, Arc::clone(&config), Arc::clone(&rules)));
    }
}

async fn serve(stream: TcpStream, config: Arc<Config>, rules: Arc<Rules>) {
    let handler = Connection { rules, channels: HashMap::new(), commands: JoinSet::new() };
    if let Ok(session) = run_stream(config, stream, handler).await {
        // A client that cuts the connection is what some tests are about.
        let _ = session.await;
    }
}

struct Connection {
    rules: Arc<Rules>,
    channels: HashMap<ChannelId, Channel<Msg>>,
    commands: JoinSet<()>,
}

impl Connection {
    fn check(&self, password: &str) -> Auth {
        if password == self.rules.password && !take_one(&self.rules.refusals) { Auth::Accept } else { Auth::reject() }
    }
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn auth_password(&mut self, _user: &str, password: &str) -> Result<Auth, Self::Error> {
        Ok(self.check(password))
    }

    async fn auth_publickey(&mut self, _user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let offered = key.public_key.to_openssh().unwrap();
        let known = self.rules.key.as_ref().is_some_and(|known| offered.starts_with(known.as_str()));
        Ok(if known { Auth::Accept } else { Auth::reject() })
    }

    /// Asks two questions, as a module stack may.
    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let Some(response) = response else {
            let prompts = vec![("Password: ".into(), false), ("Again: ".into(), false)];
            return Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() });
        };
        let answers: Vec<String> = response.map(|answer| String::from_utf8_lossy(&answer).into_owned()).collect();
        Ok(if answers.len() == 2 && answers[0] == answers[1] { self.check(&answers[0]) } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(&mut self, id: ChannelId, line: &[u8], session: &mut Session) -> Result<(), Self::Error> {
        let line = String::from_utf8_lossy(line).into_owned();
        match line.trim() {
            "test-refuse" => session.channel_failure(id)?,
            "test-disconnect" => {
                session.channel_success(id)?;
                session.disconnect(Disconnect::ByApplication, "rebooting", "en")?;
            }
            "test-signal" => {
                session.channel_success(id)?;
                session.exit_signal_request(id, Sig::TERM, false, "", "")?;
                session.close(id)?;
            }
            _ => {
                session.channel_success(id)?;
                let channel = self.channels.remove(&id).unwrap();
                let lacks = self.rules.lacks.iter().any(|name| line.starts_with(name));
                let command = if lacks { "exit 127".to_owned() } else { line };
                self.commands.spawn(run_shell(channel, command, session.handle()));
            }
        }
        Ok(())
    }

    async fn subsystem_request(&mut self, id: ChannelId, name: &str, session: &mut Session) -> Result<(), Self::Error> {
        if self.rules.lacks.contains(&name) {
            return session.channel_failure(id);
        }
        session.channel_success(id)?;
        let channel = self.channels.remove(&id).unwrap();
        self.commands.spawn(russh_sftp::server::run(channel.into_stream(), sftp_server::Files));
        Ok(())
    }
}

/// Runs a command with its three streams on the channel.
async fn run_shell(channel: Channel<Msg>, line: String, handle: russh::server::Handle) {
    let mut command = Cmd::new("sh").args(["-c", &line]).to_tokio();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = channel.id();
    let (mut reader, writer) = channel.split();
    let (mut stdin, mut stdout, mut stderr) =
        (child.stdin.take().unwrap(), child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (mut to_stdout, mut to_stderr) = (writer.make_writer(), writer.make_writer_ext(Some(1)));
    let input = async move {
        let mut input = reader.make_reader();
        // A program may end before its input does.
        let _ = tokio::io::copy(&mut input, &mut stdin).await;
        drop(stdin);
        std::future::pending::<()>().await;
    };
    let output = async {
        let copies = (tokio::io::copy(&mut stdout, &mut to_stdout), tokio::io::copy(&mut stderr, &mut to_stderr));
        let _ = tokio::join!(copies.0, copies.1);
        child.wait().await.unwrap()
    };
    let status = tokio::select! { status = output => status, () = input => unreachable!() };
    let code = u32::try_from(status.code().unwrap_or(1)).unwrap();
    let _ = handle.exit_status_request(id, code).await;
    let _ = handle.eof(id).await;
    let _ = handle.close(id).await;
}
