//! A VNC server that has no screen and writes down the keys it is sent.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

/// A key event and when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyEvent {
    pub(crate) keysym: u32,
    pub(crate) down: bool,
    pub(crate) at: Instant,
}

/// Serves one client until it hangs up.
pub(crate) async fn record<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<Vec<KeyEvent>> {
    greet(&mut stream).await?;
    let mut events = Vec::new();
    loop {
        let kind = match stream.read_u8().await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(events),
            kind => kind?,
        };
        if kind == 4 {
            events.push(read_key(&mut stream).await?);
        } else {
            skip_message(&mut stream, kind).await?;
        }
    }
}

/// RFB 3.8 without a password, a screen of 640 by 480 and a name.
async fn greet<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    stream.write_all(b"RFB 003.008\n").await?;
    let mut version = [0; 12];
    stream.read_exact(&mut version).await?;
    stream.write_all(&[1, 1]).await?;
    let _security = stream.read_u8().await?;
    stream.write_u32(0).await?;
    let _shared = stream.read_u8().await?;
    let pixel_format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
    stream.write_all(&[2, 128, 1, 224]).await?;
    stream.write_all(&pixel_format).await?;
    stream.write_all(b"\0\0\0\x08recorder").await
}

async fn read_key<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<KeyEvent> {
    let down = stream.read_u8().await? != 0;
    let _padding = stream.read_u16().await?;
    Ok(KeyEvent { keysym: stream.read_u32().await?, down, at: Instant::now() })
}

/// Reads past a message that carries no key.
async fn skip_message<S: AsyncRead + Unpin>(stream: &mut S, kind: u8) -> io::Result<()> {
    let rest = match kind {
        0 => 19,
        2 => {
            let _padding = stream.read_u8().await?;
            4 * u64::from(stream.read_u16().await?)
        }
        3 => 9,
        5 => 5,
        other => return Err(io::Error::other(format!("message of kind {other}"))),
    };
    tokio::io::copy(&mut stream.take(rest), &mut tokio::io::sink()).await.map(|_| ())
}
