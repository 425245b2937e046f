//! The way to the guest: straight, through a bastion, or through a proxy.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::bastion::BastionRoute;
use super::proxy;
use super::race::Tempo;
use super::session::Session;
use super::wire::{Unanswered, closed};
use crate::comm::Error;
use crate::event::Events;
use crate::plan::communicator::{Detour, Proxy, SshPlan};

/// Bytes both ways.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Io for S {}

pub(super) type Stream = Box<dyn Io>;

#[derive(Debug)]
pub(super) enum Route {
    Straight,
    Bastion(Box<BastionRoute>),
    Proxy(Proxy),
}

/// A route that can be gone now.
pub(super) enum Way<'a> {
    Straight,
    Bastion(std::sync::Arc<Session>),
    Proxy(&'a Proxy),
}

impl Route {
    pub(super) async fn load(plan: &SshPlan, tempo: Tempo, events: &Events) -> Result<Self, Error> {
        Ok(match &plan.detour {
            None => Self::Straight,
            Some(Detour::Proxy(proxy)) => Self::Proxy(proxy.clone()),
            Some(Detour::Bastion(bastion)) => {
                Self::Bastion(Box::new(BastionRoute::load(plan, bastion, tempo, events).await?))
            }
        })
    }

    /// Logs in to the bastion if that is still to be done, which may take longer than the guest's banner.
    pub(super) async fn way(&self) -> Result<Way<'_>, Unanswered> {
        Ok(match self {
            Self::Straight => Way::Straight,
            Self::Bastion(bastion) => Way::Bastion(bastion.session().await?),
            Self::Proxy(proxy) => Way::Proxy(proxy),
        })
    }
}

impl Way<'_> {
    /// A connection to the guest.
    pub(super) async fn connect(&self, address: &(String, u16)) -> Result<Stream, Unanswered> {
        match self {
            Self::Straight => Ok(Box::new(tcp(address).await.map_err(|error| closed(&error))?)),
            Self::Proxy(proxy) => Ok(Box::new(proxy::connect(proxy, address).await?)),
            Self::Bastion(session) => match session.reach(&address.0, address.1).await {
                Ok(channel) => Ok(Box::new(channel.into_stream())),
                Err(error) => Err(Unanswered::Closed(format!("as the bastion sees it: {error}"))),
            },
        }
    }
}

pub(super) async fn tcp(address: &(String, u16)) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect((address.0.as_str(), address.1)).await?;
    // Requests are small and each waits for its answer.
    stream.set_nodelay(true)?;
    Ok(stream)
}
