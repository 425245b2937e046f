//! An SSH server on this host that leads into the guest through the session of the build.
//!
//! Programs that bring an SSH client of their own, such as Ansible, reach the guest by it wherever the session
//! does: behind a bastion or a proxy, with a password, an agent or unusual algorithms. It listens on this host
//! only and lets one key in. Commands and SFTP go to the guest byte by byte; nothing is opened elsewhere.

mod connection;
mod keys;
mod relay;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use russh::keys::PublicKey;
use russh::server::Config;
use russh::{MethodKind, MethodSet};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::connection::Client;
use self::relay::Request;
use super::SshCommunicator;
use super::wire::Wire;
use crate::comm::Error;
use crate::io::secrets::Secret;

/// Commands that wait for a channel in the guest; more wait with their clients.
const REQUESTS_WAITING: usize = 16;

/// Before another attempt to accept a connection, where this process has too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the server is to be.
#[derive(Clone, Debug)]
pub struct GatewayTerms {
    /// 0: any.
    pub port: u16,
    /// Of the keys that are made: `rsa` or `ecdsa`.
    pub key_type: String,
    pub host_key_file: Option<PathBuf>,
    /// Public keys that may log in, instead of one that is made.
    pub authorized_key_file: Option<PathBuf>,
    /// `None`: the SFTP server that the guest's SSH server knows.
    pub sftp_command: Option<String>,
}

/// The server, which listens; `Communicator::serve` answers.
pub struct Gateway {
    listener: TcpListener,
    port: u16,
    config: Arc<Config>,
    authorized: Arc<[PublicKey]>,
    client_key: Option<Secret>,
    sftp_command: Option<Arc<str>>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Gateway {
    pub async fn open(terms: &GatewayTerms) -> Result<Self, Error> {
        let host_key = keys::host_key(terms).await?;
        let (authorized, client_key) = keys::client_keys(terms).await?;
        let config = Config {
            methods: MethodSet::from([MethodKind::PublicKey].as_slice()),
            auth_rejection_time: Duration::ZERO,
            keys: vec![host_key],
            // A command may be silent for hours.
            inactivity_timeout: None,
            ..Config::default()
        };
        let failed = |error: std::io::Error| Error::Setup {
            message: format!("cannot listen on port {} of this host for Ansible: {error}", terms.port),
        };
        let listener = TcpListener::bind(("127.0.0.1", terms.port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let sftp_command = terms.sftp_command.as_deref().map(Into::into);
        Ok(Self { listener, port, config: Arc::new(config), authorized: authorized.into(), client_key, sftp_command })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The private key that was made for clients.
    pub fn client_key(&self) -> Option<&Secret> {
        self.client_key.as_ref()
    }

    /// Answers clients for as long as it is polled; their connections are cut when it is dropped.
    pub(super) async fn serve(&self, guest: &SshCommunicator) {
        let (sender, mut requests) = mpsc::channel::<Request>(REQUESTS_WAITING);
        let cut = CancellationToken::new();
        let _guard = cut.clone().drop_guard();
        let (mut connections, mut relays) = (FuturesUnordered::new(), FuturesUnordered::new());
        loop {
            tokio::select! {
                stream = self.accept() => {
                    connections.push(connection::serve(Arc::clone(&self.config), wire(stream, &cut), self.client(&sender)));
                }
                Some(request) = requests.recv() => relays.push(relay::run(guest, request)),
                Some(()) = connections.next() => {}
                Some(()) = relays.next() => {}
            }
        }
    }

    async fn accept(&self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn client(&self, requests: &mpsc::Sender<Request>) -> Client {
        Client::new(Arc::clone(&self.authorized), requests.clone(), self.sftp_command.clone())
    }
}

fn wire(stream: TcpStream, cut: &CancellationToken) -> Wire {
    // Requests are small and each waits for its answer; without this they are only slower.
    let _ = stream.set_nodelay(true);
    Wire::new(Box::new(stream), cut.clone())
}
