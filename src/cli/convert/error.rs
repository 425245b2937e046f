//! What `convert` cannot do.

use std::path::PathBuf;

use crate::image;

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("there is no format `{name}` to {action}; known are: {known}")]
    UnknownFormat { name: String, action: &'static str, known: String },
    #[error("the name of `{}` does not tell its format; say it with -format, one of: {known}", .path.display())]
    NoFormat { path: PathBuf, known: String },
    #[error("`{}` is there already; -force replaces it", .path.display())]
    Exists { path: PathBuf },
    #[error("only clusters of qcow2 files can be compressed, not those of `{format}`; leave -compression out")]
    NotCompressible { format: &'static str },
    #[error("-compression-level is for -compression zlib (1 to 12) and zstd (1 to 19)")]
    BadLevel,
    #[error("-threads must be at least 1")]
    NoThreads,
    #[error(transparent)]
    Image(#[from] image::Error),
    #[error("cannot write `{}`", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cancelled; nothing was written")]
    Cancelled,
}
