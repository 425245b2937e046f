//! Seeds: the HTTP server, the CD image and the floppy image an installer reads its answers from.

mod catalog;
pub mod cd;
mod fat12;
pub mod floppy;
pub mod http;
mod iso9660;
mod patterns;
mod tree;
mod walk;

use std::path::{Path, PathBuf};

use crate::error::{Classify, ErrorKind};

/// What can go wrong while seeds are made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read `{}`", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{}`", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("`{pattern}` is not a pattern")]
    Pattern { pattern: String, source: glob::PatternError },
    #[error("`{}` is neither a file nor a folder", .path.display())]
    Special { path: PathBuf },
    #[error("the symbolic link `{}` leads back to a folder above it", .path.display())]
    Loop { path: PathBuf },
    #[error("the name of `{}` is not Unicode, which media need", .path.display())]
    Name { path: PathBuf },
    #[error("`{path}` does not name a file on the medium")]
    ContentPath { path: String },
    #[error("`{path}` would be both a file and a folder on the medium")]
    Twice { path: String },
    #[error("`{}` changed while it was read", .path.display())]
    Changed { path: PathBuf },
    #[error("`{name}` has {size} bytes; a file on a CD may have {}", u32::MAX)]
    FileTooLarge { name: String, size: u64 },
    #[error("the CD would be larger than its format allows")]
    CdTooLarge,
    #[error("the CD would have more than {} folders", u16::MAX)]
    TooManyFolders,
    #[error("the CD label `{label}` is longer than 32 bytes")]
    Label { label: String },
    #[error("`{name}` has no room on the floppy, which holds 1457664 bytes")]
    FloppyFull { name: String },
    #[error("the floppy has no room for more than {} names in its root", fat12::ROOT_ENTRIES)]
    FloppyRootFull,
    #[error("`{name}` is a name that a floppy cannot hold")]
    FloppyName { name: String },
    #[error("`{name}` and `{other}` are the same name on a floppy")]
    FloppySameName { name: String, other: String },
    #[error("http_directory `{}` is not a folder", .path.display())]
    NotAFolder { path: PathBuf },
    #[error("cannot serve on the port of the HTTP server")]
    Listen { source: std::io::Error },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Write { .. } | Self::Listen { .. } => ErrorKind::Environment,
            _ => ErrorKind::User,
        }
    }
}

impl Error {
    fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    fn write(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path: path.clone(), source }
    }
}
