//! Ports of one side of a session that lead to the other.

use std::sync::Arc;
use std::time::Duration;

use russh::Channel;
use russh::client::{ChannelOpenHandle, Handle, Msg};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Current;
use super::session::Client;
use crate::comm::Error;
use crate::plan::communicator::Tunnel;

/// Connections wait in vain when this host has no descriptor left; it is asked again after this time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Listens on this host's side. The listeners end when the set is dropped.
pub(super) async fn listen(tunnels: &[Tunnel], session: &Current) -> Result<JoinSet<()>, Error> {
    let mut listeners = JoinSet::new();
    for tunnel in tunnels {
        let listener = TcpListener::bind(("localhost", tunnel.port)).await.map_err(|error| Error::Setup {
            message: format!("`ssh_local_tunnels`: cannot listen on localhost:{}: {error}", tunnel.port),
        })?;
        listeners.spawn(accept(listener, tunnel.clone(), Arc::clone(session)));
    }
    Ok(listeners)
}

async fn accept(listener: TcpListener, tunnel: Tunnel, session: Current) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(open.spawn(lead_there(stream, tunnel.clone(), Arc::clone(&session)))),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = open.join_next() => {}
        }
    }
}

/// Without a session, or when the guest does not reach the host, the connection is closed.
async fn lead_there(mut stream: TcpStream, tunnel: Tunnel, session: Current) {
    let Some(session) = session.lock().await.clone() else { return };
    let Ok(channel) = session.reach(&tunnel.host, tunnel.host_port).await else { return };
    // Either side may hang up at any time.
    let _ = tokio::io::copy_bidirectional(&mut channel.into_stream(), &mut stream).await;
}

/// Has the guest listen.
pub(super) async fn ask_for(handle: &Handle<Client>, tunnels: &[Tunnel]) -> Result<(), String> {
    for Tunnel { port, .. } in tunnels {
        let asked = handle.tcpip_forward("localhost", u32::from(*port)).await;
        asked.map_err(|error| format!("the guest does not listen on its port {port} for a tunnel: {error}"))?;
    }
    Ok(())
}

/// A connection that somebody in the guest opened. Dropping the reply refuses it.
pub(super) async fn lead_here(channel: Channel<Msg>, reply: ChannelOpenHandle, tunnel: Tunnel) {
    let Ok(mut stream) = TcpStream::connect((tunnel.host.as_str(), tunnel.host_port)).await else { return };
    reply.accept().await;
    // Either side may hang up at any time.
    let _ = tokio::io::copy_bidirectional(&mut channel.into_stream(), &mut stream).await;
}
