//! What can be wrong with an image.

use std::path::PathBuf;

use super::ovf;
use crate::error::{Classify, ErrorKind};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read `{}`", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}` is a damaged {format} image: {what}", .path.display())]
    Damaged { path: PathBuf, format: &'static str, what: String },
    #[error("`{}` cannot be read: {what}", .path.display())]
    Unsupported { path: PathBuf, what: String },
    #[error("cannot read the machine's description `{}`", .path.display())]
    Descriptor { path: PathBuf, source: ovf::ReadError },
    #[error("the backing files of `{}` go round in a circle", .path.display())]
    BackingLoop { path: PathBuf },
    #[error("`{}` lies on more than {limit} backing files", .path.display())]
    BackingDepth { path: PathBuf, limit: usize },
    #[error("a disk of {bytes} bytes does not fit into {format}, which holds {limit}")]
    TooLarge { bytes: u64, format: &'static str, limit: u64 },
    #[error("cannot write the image")]
    Write(#[source] std::io::Error),
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Read { .. } | Self::Write(_) => ErrorKind::Environment,
            _ => ErrorKind::User,
        }
    }
}

impl Error {
    /// An image's error that came through a writer, or else the writer's own.
    pub fn of_writer(error: std::io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Write)
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Write(source) => source,
            other => Self::other(other),
        }
    }
}
