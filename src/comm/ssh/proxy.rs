//! Connections through a SOCKS5 proxy.

use tokio::net::TcpStream;
use tokio_socks::Error;
use tokio_socks::tcp::Socks5Stream;

use super::route::tcp;
use super::wire::Unanswered;
use crate::plan::communicator::Proxy;

pub(super) async fn connect(proxy: &Proxy, guest: &(String, u16)) -> Result<Socks5Stream<TcpStream>, Unanswered> {
    let socket = tcp(&(proxy.host.clone(), proxy.port)).await;
    let socket = socket.map_err(|error| Unanswered::Detour(told(proxy, &error.kind())))?;
    let target = (guest.0.as_str(), guest.1);
    let connected = match &proxy.username {
        None => Socks5Stream::connect_with_socket(socket, target).await,
        Some(username) => {
            let password = proxy.password.as_ref().map_or("", |password| password.reveal());
            Socks5Stream::connect_with_password_and_socket(socket, target, username, password).await
        }
    };
    connected.map_err(|error| refusal(proxy, &error))
}

fn refusal(proxy: &Proxy, error: &Error) -> Unanswered {
    match error {
        Error::ConnectionRefused | Error::HostUnreachable | Error::NetworkUnreachable | Error::TtlExpired => {
            Unanswered::Closed(format!("as the proxy sees it: {error}"))
        }
        Error::PasswordAuthFailure(_) | Error::NoAcceptableAuthMethods | Error::InvalidAuthValues(_) => {
            Unanswered::Barred(told(proxy, error))
        }
        _ => Unanswered::Detour(told(proxy, error)),
    }
}

fn told(proxy: &Proxy, error: &dyn std::fmt::Display) -> String {
    format!("SOCKS proxy {}:{}: {error}", proxy.host, proxy.port)
}
