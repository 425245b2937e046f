//! Lending the user's agent to programs in the guest while a command runs there.

use std::convert::Infallible;
use std::path::Path;

use futures::stream::{FuturesUnordered, StreamExt};
use russh::Channel;
use russh::client::Msg;
use tokio::net::UnixStream;
use tokio::sync::mpsc::UnboundedReceiver;

/// Channels that programs in the guest opened to the agent.
pub(super) type Requests = UnboundedReceiver<Channel<Msg>>;

/// Serves requests until it is dropped.
pub(super) async fn lend(requests: &mut Requests, socket: &Path) -> Infallible {
    let mut served = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(channel) = requests.recv() => served.push(serve(channel, socket)),
            Some(()) = served.next() => {}
            else => std::future::pending().await,
        }
    }
}

/// An agent that is gone looks to the guest like one that hangs up.
async fn serve(channel: Channel<Msg>, socket: &Path) {
    let Ok(mut agent) = UnixStream::connect(socket).await else { return };
    let mut guest = channel.into_stream();
    // Either side may hang up at any time.
    let _ = tokio::io::copy_bidirectional(&mut guest, &mut agent).await;
}
