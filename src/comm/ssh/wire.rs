//! The byte stream under a session: a connection whose other end has shown an SSH banner.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::route::{Stream, Way};

/// Text before the banner that we put up with, in bytes (the protocol allows other lines first).
const PREAMBLE_LIMIT: usize = 8 * 1024;

/// A connection that somebody answered as an SSH server.
pub(super) struct Answered {
    stream: Stream,
    /// All that was read: the banner and perhaps the beginning of the key exchange.
    read: BytesMut,
    /// Such as `SSH-2.0-OpenSSH_9.6`.
    pub(super) banner: String,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answered").field("banner", &self.banner).finish_non_exhaustive()
    }
}

/// Why a connection did not come to a banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// The port is closed, or the connection was cut before a banner.
    Closed(String),
    /// Nothing came in time. A forwarded port is open long before the guest listens.
    Silent,
    /// Something else than SSH answered.
    Stranger(String),
    /// The bastion or the proxy on the way does not work now.
    Detour(String),
    /// The bastion or the proxy refuses us, and will again.
    Barred(String),
}

/// Opens a connection and waits for the banner.
pub(super) async fn knock(way: &Way<'_>, address: &(String, u16), patience: Duration) -> Result<Answered, Unanswered> {
    let answer = async { read_banner(way.connect(address).await?).await };
    tokio::time::timeout(patience, answer).await.unwrap_or(Err(Unanswered::Silent))
}

async fn read_banner(mut stream: Stream) -> Result<Answered, Unanswered> {
    let mut read = BytesMut::with_capacity(4096);
    loop {
        if let Some(banner) = banner_of(&read) {
            return Ok(Answered { stream, read, banner });
        }
        if read.len() > PREAMBLE_LIMIT {
            return Err(Unanswered::Stranger(first_line(&read)));
        }
        match stream.read_buf(&mut read).await {
            Ok(0) if read.is_empty() => return Err(Unanswered::Closed("the connection was closed at once".into())),
            Ok(0) => return Err(Unanswered::Stranger(first_line(&read))),
            Ok(_) => {}
            Err(error) => return Err(closed(&error)),
        }
    }
}

/// The kind says it without a number that only this host knows.
pub(super) fn closed(error: &io::Error) -> Unanswered {
    match error.kind() {
        io::ErrorKind::Other => Unanswered::Closed(error.to_string()),
        kind => Unanswered::Closed(kind.to_string()),
    }
}

/// The first complete line that is an SSH identification.
fn banner_of(read: &[u8]) -> Option<String> {
    let complete = read.iter().rposition(|&byte| byte == b'\n')?;
    let mut lines = read[..complete].split(|&byte| byte == b'\n');
    let line = lines.find(|line| line.starts_with(b"SSH-"))?;
    Some(printable(line))
}

fn first_line(read: &[u8]) -> String {
    printable(read.split(|&byte| byte == b'\n').next().unwrap_or_default())
}

/// At most 80 characters, none of which moves a terminal's cursor.
fn printable(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().filter(|character| !character.is_control()).take(80).collect()
}

impl Answered {
    /// The stream for the protocol, which begins with the banner again, and what cuts it.
    pub(super) fn into_wire(self) -> (Wire, CancellationToken) {
        let cut = CancellationToken::new();
        let wire = Wire { read: self.read, ..Wire::new(self.stream, cut.clone()) };
        (wire, cut)
    }
}

/// The protocol library runs a session in a task of its own that does not look at its handle while keys are
/// exchanged. Cutting the stream is what ends such a task at once.
pub(super) struct Wire {
    stream: Stream,
    read: BytesMut,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Wire {
    pub(super) fn new(stream: Stream, cut: CancellationToken) -> Self {
        Self { stream, read: BytesMut::new(), cut: Box::pin(cut.cancelled_owned()) }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if self.read.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let length = self.read.len().min(buffer.remaining());
        buffer.put_slice(&self.read[..length]);
        self.read.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn knock_at(answer: &'static [u8]) -> Result<Answered, Unanswered> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = ("127.0.0.1".to_owned(), listener.local_addr().unwrap().port());
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(answer).await.unwrap();
        };
        tokio::join!(knock(&Way::Straight, &address, Duration::from_secs(30)), serve).0
    }

    #[tokio::test]
    async fn the_banner_is_read_past_a_greeting_and_given_again_to_the_protocol() {
        let text = b"hello\r\nSSH-2.0-dropbear_2022.83\r\nrest";
        let answered = knock_at(text).await.unwrap();
        assert_eq!(answered.banner, "SSH-2.0-dropbear_2022.83");
        let (mut wire, _cut) = answered.into_wire();
        let mut again = Vec::new();
        wire.read_to_end(&mut again).await.unwrap();
        assert_eq!(again, text);
    }

    #[tokio::test]
    async fn a_connection_that_is_closed_or_speaks_otherwise_is_told_apart() {
        assert!(matches!(knock_at(b"").await.unwrap_err(), Unanswered::Closed(_)));
        let stranger = knock_at(b"HTTP/1.0 400 Bad Request\r\n\r\n").await.unwrap_err();
        assert_eq!(stranger, Unanswered::Stranger("HTTP/1.0 400 Bad Request".into()));
    }

    #[tokio::test]
    async fn a_silent_port_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = ("127.0.0.1".to_owned(), listener.local_addr().unwrap().port());
        let error = knock(&Way::Straight, &address, Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error, Unanswered::Silent);
    }

    #[tokio::test]
    async fn cutting_ends_a_waiting_read() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let answered = Answered { stream: Box::new(client), read: BytesMut::new(), banner: String::new() };
        let (mut wire, cut) = answered.into_wire();
        let mut byte = [0];
        let (read, ()) = tokio::join!(wire.read(&mut byte), async { cut.cancel() });
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
