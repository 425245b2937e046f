//! The console as a keyboard: our own RFB (VNC) client, as small as typing needs (RFC 6143). Pictures
//! of the console come from the hypervisor, which needs no RFB for them.

mod auth;
mod handshake;
#[cfg(test)]
mod qemu_test;
#[cfg(test)]
#[path = "../../tests/support/rfb_recorder.rs"]
mod recorder;
pub mod rfb;
pub mod typing;

use std::time::Duration;

use crate::error::{Classify, ErrorKind};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot connect to the VNC server at {address}")]
    Connect { address: String, source: std::io::Error },
    #[error("the VNC server at {address} did not answer within {} s", .within.as_secs())]
    Silent { address: String, within: Duration },
    #[error("the VNC server at {address} ended the connection while {step}")]
    Handshake { address: String, step: &'static str, source: std::io::Error },
    /// It is no VNC server, or one of a kind this client does not know.
    #[error("no VNC session with {address}: {reason}")]
    Protocol { address: String, reason: String },
    #[error("the VNC server at {address} refused the session: {reason}")]
    Refused { address: String, reason: String },
    #[error("cannot send a key to the VNC server at {address}")]
    Send { address: String, source: std::io::Error },
    /// The machine's end is the usual reason.
    #[error("the VNC server at {address} ended the session")]
    Ended { address: String },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Ended { .. } | Self::Send { .. } => ErrorKind::Guest,
            _ => ErrorKind::Environment,
        }
    }
}
