//! The RFB client: one session on a machine's console, for keys.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;

use super::Error;
use super::handshake::{self, Failure};
use crate::io::secrets::Secret;

/// How long a server may take from the first byte to the open session.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take to see that we are done.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

const KEY_EVENT: u8 = 4;

/// A session on a console. Dropping it cuts the connection.
pub struct Client {
    address: String,
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    drain: JoinHandle<()>,
    size: (u16, u16),
}

impl Client {
    /// `address` is host and port. The password is used when the server can check one.
    pub async fn connect(address: &str, password: Option<&Secret>) -> Result<Self, Error> {
        let failed = |source| Error::Connect { address: address.to_owned(), source };
        let open = async {
            let stream = TcpStream::connect(address).await.map_err(failed)?;
            // Each key is a packet of its own; held back, they would reach the guest in heaps.
            stream.set_nodelay(true).map_err(failed)?;
            Self::open(stream, address, password).await
        };
        let silent = |_| Error::Silent { address: address.to_owned(), within: HANDSHAKE_LIMIT };
        tokio::time::timeout(HANDSHAKE_LIMIT, open).await.map_err(silent)?
    }

    /// A session with a server that listens on a Unix socket and asks for no password.
    pub async fn connect_unix(path: &Path) -> Result<Self, Error> {
        let address = path.display().to_string();
        let open = async {
            let stream = UnixStream::connect(path).await;
            let stream = stream.map_err(|source| Error::Connect { address: address.clone(), source })?;
            Self::open(stream, &address, None).await
        };
        let silent = |_| Error::Silent { address: address.clone(), within: HANDSHAKE_LIMIT };
        tokio::time::timeout(HANDSHAKE_LIMIT, open).await.map_err(silent)?
    }

    /// A session over a connection that is there already.
    pub(super) async fn open<S>(mut stream: S, address: &str, password: Option<&Secret>) -> Result<Self, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let size = handshake::open(&mut stream, password).await.map_err(|failure| explain(failure, address))?;
        let (reader, writer) = tokio::io::split(stream);
        Ok(Self { address: address.to_owned(), writer: Box::new(writer), drain: tokio::spawn(drain(reader)), size })
    }

    /// The framebuffer's width and height in pixels when the session was opened.
    pub fn framebuffer_size(&self) -> (u16, u16) {
        self.size
    }

    /// A key, by its X11 keysym, goes down or up.
    pub async fn key(&mut self, keysym: u32, down: bool) -> Result<(), Error> {
        if self.drain.is_finished() {
            return Err(Error::Ended { address: self.address.clone() });
        }
        let mut message = [KEY_EVENT, down.into(), 0, 0, 0, 0, 0, 0];
        message[4..].copy_from_slice(&keysym.to_be_bytes());
        let send = |source| Error::Send { address: self.address.clone(), source };
        self.writer.write_all(&message).await.map_err(send)
    }

    /// Ends the session in good order: the last keys would be lost to a connection that is cut while
    /// the server's bytes lie unread.
    pub async fn close(mut self) {
        // A server that is gone, or does not answer, has no use for good order.
        let _ = self.writer.shutdown().await;
        let _ = tokio::time::timeout(CLOSE_LIMIT, &mut self.drain).await;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.drain.abort();
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("address", &self.address).field("size", &self.size).finish_non_exhaustive()
    }
}

/// Takes what the server sends (bells, clipboards) so that it never waits for us. No picture is ever
/// asked for, so nothing in it matters.
async fn drain(mut reader: impl AsyncRead + Unpin) {
    // An error is the end of the session, which the next key tells.
    let _ = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await;
}

fn explain(failure: Failure, address: &str) -> Error {
    let address = address.to_owned();
    match failure {
        Failure::Broken { step, source } => Error::Handshake { address, step, source },
        Failure::Protocol(reason) => Error::Protocol { address, reason },
        Failure::Refused(reason) => Error::Refused { address, reason },
    }
}
