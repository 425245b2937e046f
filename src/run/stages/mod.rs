//! The stages. Each takes the value of the one before: fetched, created (the guest), booted, connected,
//! provisioned, stopped, exported, finished.

pub(super) mod boot;
pub(super) mod connect;
pub(super) mod create;
pub(super) mod error_cleanup;
pub(super) mod export;
pub(super) mod fetch;
pub(super) mod file;
pub(super) mod post_process;
pub(super) mod provision;
pub(super) mod shutdown;
mod upload;

use std::path::PathBuf;

use super::error::BuildError;
use super::output::OutputFolder;
use crate::artifact::Artifact;
use crate::comm::ssh::keypair::KeyPair;
use crate::provision::GuestData;
use crate::seed::http::HttpServer;
use crate::template::interpolate::Fields;

/// All files that the machine is made from are at hand.
#[derive(Debug)]
pub(super) struct Fetched {
    /// The installer; `None` when there is none, or the hypervisor reads it by itself.
    pub(super) iso: Option<PathBuf>,
    /// The exported machine to start from.
    pub(super) source: Option<PathBuf>,
    /// What the driver wished for.
    pub(super) additions: Option<PathBuf>,
}

/// A machine and all that was made for it. It lives until the export.
#[derive(Debug)]
pub(super) struct Guest<M> {
    pub(super) machine: M,
    pub(super) output: OutputFolder,
    /// Sockets, seed media, the serial log; removed by the cleanup.
    pub(super) work_directory: PathBuf,
    pub(super) http: Option<HttpServer>,
    pub(super) key: Option<KeyPair>,
    /// The dot-variables of the boot command.
    pub(super) fields: Fields,
}

/// The boot command is typed.
#[derive(Debug)]
pub(super) struct Booted;

/// A session is open, or the template wants none.
#[derive(Debug)]
pub(super) struct Connected<S> {
    pub(super) session: Option<S>,
    /// `{{ build }}` and the dot-variables of provisioners.
    pub(super) build_data: Fields,
}

impl<S> Connected<S> {
    /// For provisioners that work on this host only.
    pub(super) fn nowhere() -> Self {
        Self { session: None, build_data: Fields::new() }
    }
}

/// What is left for the error-cleanup provisioner after another one failed.
#[derive(Debug)]
pub(super) struct Unprovisioned<S> {
    /// `None`: the template wants no session, and the provisioner runs on this host.
    pub(super) session: Option<S>,
    pub(super) data: GuestData,
}

#[derive(Debug)]
pub(super) struct Provisioned<S> {
    pub(super) session: Option<S>,
    pub(super) build_data: Fields,
}

#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) build_data: Fields,
}

#[derive(Debug)]
pub(super) struct Exported {
    pub(super) artifact: Artifact,
}

/// What a pipeline that came to its end leaves.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) artifacts: Vec<Artifact>,
    /// Post-processors that failed; the machine itself was built.
    pub(super) error: Option<BuildError>,
}
