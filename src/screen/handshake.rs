//! From a fresh connection to a session that takes keys: version, security, initialisation.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::auth;
use crate::io::secrets::Secret;

const VERSION: &[u8; 12] = b"RFB 003.008\n";
const SECURITY_NONE: u8 = 1;
const SECURITY_PASSWORD: u8 = 2;
const SHARED: u8 = 1;
/// The encoding every client and server has.
const ENCODING_RAW: i32 = 0;
const SET_ENCODINGS: u8 = 2;
/// Longest text taken from a server: a reason or the desktop's name, in bytes.
const TEXT_LIMIT: u32 = 64 * 1024;

/// What went wrong, for the client to put its address to.
#[derive(Debug)]
pub(super) enum Failure {
    Broken { step: &'static str, source: io::Error },
    Protocol(String),
    Refused(String),
}

/// Opens a session and gives the screen's width and height in pixels.
pub(super) async fn open<S>(stream: &mut S, password: Option<&Secret>) -> Result<(u16, u16), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    agree_on_version(stream).await?;
    match choose_security(stream, password).await? {
        Some(password) => authenticate(stream, password).await?,
        None => send(stream, &[SECURITY_NONE]).await?,
    }
    await_admission(stream).await?;
    initialise(stream).await
}

async fn agree_on_version(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<(), Failure> {
    let offered: [u8; 12] = receive(stream, "telling its version").await?;
    let number = |range: std::ops::Range<usize>| std::str::from_utf8(&offered[range]).ok()?.parse::<u16>().ok();
    let version = number(4..7).zip(number(8..11)).filter(|_| offered.starts_with(b"RFB "));
    match version {
        Some(version) if version >= (3, 8) => send(stream, VERSION).await,
        Some((major, minor)) => Err(Failure::Protocol(format!("it speaks RFB {major}.{minor}, older than 3.8"))),
        None => Err(Failure::Protocol("what it sends is not RFB".to_owned())),
    }
}

/// The password, where it is to be used; `None` where the server lets everybody in.
async fn choose_security<'a>(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    password: Option<&'a Secret>,
) -> Result<Option<&'a Secret>, Failure> {
    let [count] = receive(stream, "offering its security types").await?;
    if count == 0 {
        return Err(Failure::Refused(receive_text(stream).await?));
    }
    let mut offered = vec![0; count.into()];
    stream.read_exact(&mut offered).await.map_err(broken("offering its security types"))?;
    match password {
        Some(password) if offered.contains(&SECURITY_PASSWORD) => Ok(Some(password)),
        _ if offered.contains(&SECURITY_NONE) => Ok(None),
        None if offered.contains(&SECURITY_PASSWORD) => Err(Failure::Refused("it wants a password".to_owned())),
        _ => Err(Failure::Protocol(format!("it offers only the security types {offered:?}, and neither 1 nor 2"))),
    }
}

async fn authenticate(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), password: &Secret) -> Result<(), Failure> {
    send(stream, &[SECURITY_PASSWORD]).await?;
    let challenge: [u8; auth::CHALLENGE] = receive(stream, "sending its challenge").await?;
    send(stream, &auth::respond(password.reveal(), challenge)).await
}

async fn await_admission(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<(), Failure> {
    match u32::from_be_bytes(receive(stream, "checking the password").await?) {
        0 => Ok(()),
        _ => Err(Failure::Refused(receive_text(stream).await?)),
    }
}

async fn initialise(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<(u16, u16), Failure> {
    send(stream, &[SHARED]).await?;
    let size: [[u8; 2]; 2] = [receive(stream, "telling its size").await?, receive(stream, "telling its size").await?];
    let _pixel_format: [u8; 16] = receive(stream, "telling its pixel format").await?;
    let _desktop_name = receive_text(stream).await?;
    let mut encodings = vec![SET_ENCODINGS, 0, 0, 1];
    encodings.extend(ENCODING_RAW.to_be_bytes());
    send(stream, &encodings).await?;
    Ok((u16::from_be_bytes(size[0]), u16::from_be_bytes(size[1])))
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), Failure> {
    stream.write_all(bytes).await.map_err(broken("being greeted"))
}

async fn receive<const N: usize>(
    stream: &mut (impl AsyncRead + Unpin),
    step: &'static str,
) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.map_err(broken(step))?;
    Ok(bytes)
}

/// A length and that many bytes.
async fn receive_text(stream: &mut (impl AsyncRead + Unpin)) -> Result<String, Failure> {
    let length = u32::from_be_bytes(receive(stream, "sending a text").await?);
    if length > TEXT_LIMIT {
        return Err(Failure::Protocol(format!("it announces a text of {length} bytes")));
    }
    let mut bytes = Vec::new();
    stream.take(length.into()).read_to_end(&mut bytes).await.map_err(broken("sending a text"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(step: &'static str) -> impl FnOnce(io::Error) -> Failure {
    move |source| Failure::Broken { step, source }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What comes of a server that says this and then closes.
    fn answer_to(server: &[u8], password: Option<&Secret>) -> Result<(u16, u16), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut ours, mut theirs) = tokio::io::duplex(4096);
            theirs.write_all(server).await.unwrap();
            theirs.shutdown().await.unwrap();
            let result = open(&mut ours, password).await;
            drop(theirs);
            result
        })
    }

    #[test]
    fn a_password_is_asked_for_and_a_reason_is_passed_on() {
        let wanted = answer_to(b"RFB 003.008\n\x01\x02", None).unwrap_err();
        assert!(matches!(wanted, Failure::Refused(reason) if reason == "it wants a password"));
        let busy = answer_to(b"RFB 003.008\n\x00\x00\x00\x00\x04busy", None).unwrap_err();
        assert!(matches!(busy, Failure::Refused(reason) if reason == "busy"));
    }

    #[test]
    fn old_and_foreign_servers_are_named() {
        let old = answer_to(b"RFB 003.003\n", None).unwrap_err();
        assert!(matches!(old, Failure::Protocol(reason) if reason.contains("RFB 3.3")));
        let foreign = answer_to(b"SSH-2.0-OpenSSH_9.2\r\n", None).unwrap_err();
        assert!(matches!(foreign, Failure::Protocol(reason) if reason.contains("not RFB")));
        let tls = answer_to(b"RFB 003.008\n\x01\x13", None).unwrap_err();
        assert!(matches!(tls, Failure::Protocol(reason) if reason.contains("[19]")));
    }

    #[test]
    fn a_text_without_end_is_not_read() {
        let endless = answer_to(b"RFB 003.008\n\x00\xff\xff\xff\xff", None).unwrap_err();
        assert!(matches!(endless, Failure::Protocol(reason) if reason.contains("4294967295")));
    }

    proptest! {
        #[test]
        fn no_server_makes_it_panic(greeted: bool, rest: Vec<u8>, with_password: bool) {
            let mut server = if greeted { VERSION.to_vec() } else { Vec::new() };
            server.extend(rest);
            let password = Secret::new("x");
            let _ = answer_to(&server, with_password.then_some(&password));
        }
    }
}
