//! Getting the installer image: from this host, or over HTTP into the store, and checked in either case.

mod archive;
mod checksum;
mod checksum_file;
mod client;
mod download;
mod job;
mod location;
mod netrc;
mod page;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cache::digest::Digest;
use crate::cache::store::{self, Store};
use crate::error::{Classify, ErrorKind, chain};
use crate::event::{Event, Events};
use crate::io::Context;
use crate::plan::IsoPlan;
use crate::plan::decode::duration;
pub use checksum::resolve as resolve_checksum;
use download::Patience;
use job::Job;
pub use page::page;

/// Limits the time of one download, as in Packer. Without it there is no limit while bytes come in, so
/// that a slow line still gets its image.
const READ_TIMEOUT: &str = "PACKER_GETTER_READ_TIMEOUT";

/// An image at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub path: PathBuf,
    /// It was there already.
    pub reused: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{location}` is not a URL")]
    Url { location: String, source: url::ParseError },
    #[error("`{scheme}` URLs are not supported; use a path, file, http or https")]
    Scheme { scheme: String },
    #[error("`{}` is not there", .path.display())]
    Missing { path: PathBuf },
    #[error("`{}` is not a file", .path.display())]
    NotAFile { path: PathBuf },
    #[error("cannot read `{}`", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{}`", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot set up HTTP")]
    Client { source: reqwest::Error },
    #[error("cannot get {url}")]
    Request { url: String, source: reqwest::Error },
    #[error("{url} answers {status}")]
    Status { url: String, status: u16 },
    #[error("{url} ended after {got} of {expected} bytes")]
    Truncated { url: String, got: u64, expected: u64 },
    #[error("{url} took longer than {} s, the limit in {READ_TIMEOUT}", .limit.as_secs())]
    TimeLimit { url: String, limit: Duration },
    #[error("the checksum file {location} is too long")]
    ChecksumFileTooLong { location: String },
    #[error("{url} is longer than {limit} bytes")]
    PageTooLong { url: String, limit: usize },
    #[error("the checksum file {location} does not name {}", .names.join(" or "))]
    NotListed { location: String, names: Vec<String> },
    #[error("{location} has the wrong checksum: {actual} instead of {expected}{}", kept_text(.kept.as_ref()))]
    Mismatch {
        location: String,
        expected: Digest,
        actual: Digest,
        /// Where the download was put, for a look at it.
        kept: Option<PathBuf>,
    },
    #[error("cannot unpack {kind} archives")]
    ArchiveKind { kind: String },
    #[error("cannot unpack `{}`", .path.display())]
    Unpack { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("no URL of the installer image works:{}", list(.failures))]
    AllFailed { failures: Vec<Error> },
}

impl Error {
    fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}

fn kept_text(kept: Option<&PathBuf>) -> String {
    kept.map(|path| format!("; it is kept as `{}`", path.display())).unwrap_or_default()
}

fn list(failures: &[Error]) -> String {
    failures.iter().flat_map(|error| ["\n  - ".to_owned(), chain(error)]).collect()
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Read { .. } | Self::Write { .. } | Self::Client { .. } | Self::Request { .. } => {
                ErrorKind::Environment
            }
            Self::Truncated { .. } | Self::Store(_) | Self::Unpack { .. } => ErrorKind::Environment,
            Self::AllFailed { failures } => failures.last().map_or(ErrorKind::User, Error::kind),
            _ => ErrorKind::User,
        }
    }
}

/// Tries the URLs in order and gives the first image that has the right checksum.
pub async fn iso(plan: &IsoPlan, store: &Store, context: &Context) -> Result<Fetched, Error> {
    let fetched = fetch(plan, store, context, Patience::default()).await?;
    context.events.send(Event::IsoReady { path: fetched.path.clone(), reused: fetched.reused });
    Ok(fetched)
}

/// As `iso`, for other files than installers.
pub async fn file(plan: &IsoPlan, store: &Store, context: &Context) -> Result<Fetched, Error> {
    let digest = resolve_checksum(&plan.checksum, &plan.urls).await?;
    first_good(plan, digest.as_ref(), store, context, Patience::default()).await
}

async fn fetch(plan: &IsoPlan, store: &Store, context: &Context, patience: Patience) -> Result<Fetched, Error> {
    let digest = resolve_checksum(&plan.checksum, &plan.urls).await?;
    if digest.is_none() {
        context.events.warn("the installer image is not checked: `iso_checksum` is `none`");
    }
    first_good(plan, digest.as_ref(), store, context, patience).await
}

async fn first_good(
    plan: &IsoPlan,
    digest: Option<&Digest>,
    store: &Store,
    context: &Context,
    patience: Patience,
) -> Result<Fetched, Error> {
    let limit = time_limit(std::env::var(READ_TIMEOUT).ok().as_deref(), &context.events);
    let job = Job { plan, store, digest, context, patience, limit };
    let mut failures = Vec::new();
    for (url, is_last) in plan.urls.iter().zip((0..plan.urls.len()).rev().map(|left| left == 0)) {
        match job.fetch(url).await {
            Ok(fetched) => return Ok(fetched),
            Err(error) if is_last && failures.is_empty() => return Err(error),
            Err(error) => {
                if !is_last {
                    context.events.warn(format!("{}; the next URL is tried", chain(&error)));
                }
                failures.push(error);
            }
        }
    }
    Err(Error::AllFailed { failures })
}

fn time_limit(value: Option<&str>, events: &Events) -> Option<Duration> {
    let value = value.filter(|value| !value.is_empty())?;
    match duration::parse(value) {
        Ok(limit) => limit.positive().filter(|limit| !limit.is_zero()),
        Err(error) => {
            events.warn(format!("{READ_TIMEOUT} is passed over: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests;
