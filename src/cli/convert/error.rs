//! What `convert` cannot do.

use std::path::PathBuf;

use crate::post;
use crate::post::convert::ProductError;

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("there is no format `{name}` to {action}; known are: {known}")]
    UnknownFormat { name: String, action: &'static str, known: String },
    #[error("the name of `{}` does not tell its format; say it with -format, one of: {known}", .path.display())]
    NoFormat { path: PathBuf, known: String },
    #[error("`{}` is there already; -force replaces it", .path.display())]
    Exists { path: PathBuf },
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error("-threads must be at least 1")]
    NoThreads,
    #[error(transparent)]
    Convert(#[from] post::Error),
    #[error("cancelled; nothing was written")]
    Cancelled,
}
