//! One client of the server: its login, and what it asks for.

use std::collections::HashMap;
use std::sync::Arc;

use russh::keys::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey, run_stream,
};
use russh::{Channel, ChannelId, Pty};
use tokio::sync::mpsc;

use super::relay::{Request, Start, Terminal};
use crate::comm::ssh::wire::Wire;

/// What the guest runs where its SSH server knows of no SFTP server: Packer's default.
const SFTP_SERVER: &str = "/usr/lib/sftp-server -e";

/// The end of a connection, however it comes, is the client's affair.
pub(super) async fn serve(config: Arc<Config>, wire: Wire, client: Client) {
    if let Ok(session) = run_stream(config, wire, client).await {
        let _ = session.await;
    }
}

/// Our side of the protocol's callbacks.
pub(super) struct Client {
    authorized: Arc<[PublicKey]>,
    requests: mpsc::Sender<Request>,
    sftp_command: Option<Arc<str>>,
    /// Channels on which nothing was started yet.
    waiting: HashMap<ChannelId, Waiting>,
}

struct Waiting {
    channel: Channel<Msg>,
    terminal: Option<Terminal>,
}

impl Client {
    pub(super) fn new(
        authorized: Arc<[PublicKey]>,
        requests: mpsc::Sender<Request>,
        sftp_command: Option<Arc<str>>,
    ) -> Self {
        Self { authorized, requests, sftp_command, waiting: HashMap::new() }
    }

    fn judge(&self, key: &PublicKey) -> Auth {
        let known = self.authorized.iter().any(|known| known.key_data() == key.key_data());
        if known { Auth::Accept } else { Auth::reject() }
    }

    /// Hands a channel over to whoever starts programs in the guest, and answers the client.
    async fn start(&mut self, id: ChannelId, starts: Vec<Start>, session: &mut Session) -> Result<(), russh::Error> {
        let Some(Waiting { channel, terminal }) = self.waiting.remove(&id) else {
            return session.channel_failure(id);
        };
        let request = Request { channel, handle: session.handle(), starts, terminal };
        // Nobody takes it only at the very end.
        let _ = self.requests.send(request).await;
        Ok(())
    }
}

impl Handler for Client {
    type Error = russh::Error;

    async fn auth_publickey_offered(&mut self, _user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Self::Error> {
        Ok(self.judge(offer.public_key))
    }

    async fn auth_publickey(&mut self, _user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        Ok(self.judge(key.public_key))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.waiting.insert(channel.id(), Waiting { channel, terminal: None });
        reply.accept().await;
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.waiting.remove(&id);
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _width: u32,
        _height: u32,
        modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(waiting) = self.waiting.get_mut(&id) else { return session.channel_failure(id) };
        waiting.terminal = Some(Terminal { term: term.to_owned(), columns, rows, modes: modes.to_vec() });
        session.channel_success(id)
    }

    async fn exec_request(&mut self, id: ChannelId, line: &[u8], session: &mut Session) -> Result<(), Self::Error> {
        self.start(id, vec![Start::Command(line.to_vec())], session).await
    }

    async fn subsystem_request(&mut self, id: ChannelId, name: &str, session: &mut Session) -> Result<(), Self::Error> {
        if name != "sftp" {
            return session.channel_failure(id);
        }
        let starts = match &self.sftp_command {
            Some(command) => vec![Start::Command(command.as_bytes().to_vec())],
            None => vec![Start::Sftp, Start::Command(SFTP_SERVER.as_bytes().to_vec())],
        };
        self.start(id, starts, session).await
    }

    /// Ansible only runs commands.
    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.channel_failure(id)
    }
}
