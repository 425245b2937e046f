//! Seeds: the HTTP server, the CD image and the floppy image an installer reads its answers from.

pub mod http;

use std::path::PathBuf;

use crate::error::{Classify, ErrorKind};

/// What can go wrong while seeds are made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read `{}`", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("http_directory `{}` is not a folder", .path.display())]
    NotAFolder { path: PathBuf },
    #[error("cannot tell the address of the HTTP server")]
    Address { source: std::io::Error },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Read { .. } | Self::NotAFolder { .. } => ErrorKind::User,
            Self::Address { .. } => ErrorKind::Environment,
        }
    }
}
