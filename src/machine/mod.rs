//! Machines: what a hypervisor can do, as two traits, and one folder for each hypervisor.

pub mod fake;
pub mod qemu;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::artifact::MachineImage;
use crate::error::{Classify, ErrorKind};
use crate::io::Context;
use crate::keys::BootAction;
use crate::plan::MachinePlan;
use crate::template::interpolate::Fields;

/// Makes machines.
pub trait Driver: Send + Sync {
    type Machine: Machine;

    /// The address under which the guest reaches this host's HTTP server (`.HTTPIP`).
    fn http_address(&self, plan: &MachinePlan) -> impl Future<Output = Result<IpAddr, Error>> + Send;

    /// Makes disks, ports and command line. Nothing runs yet. All it makes is on the cleanup stack.
    fn create(
        &self,
        plan: &MachinePlan,
        media: &Media,
        context: &Context,
    ) -> impl Future<Output = Result<Self::Machine, Error>> + Send;
}

/// One machine. Futures may be dropped at any await; what then exists is on the cleanup stack.
pub trait Machine: Send + Sync {
    /// Starts it; done when the hypervisor says that it runs.
    fn start(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Types; `report` is told the number of actions done.
    fn send_keys(
        &mut self,
        actions: &[BootAction],
        interval: Option<Duration>,
        report: impl FnMut(usize) + Send,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Where this host reaches the guest's port.
    fn guest_address(&mut self, guest_port: u16) -> impl Future<Output = Result<(String, u16), Error>> + Send;

    /// A picture of the console as PNG.
    fn screenshot(&mut self, path: &Path) -> impl Future<Output = Result<(), Error>> + Send;

    /// Returns when the machine is off, for whatever reason. An error tells of a crash.
    fn wait_stopped(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Presses the power button.
    fn request_shutdown(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Ends it at once; disk caches are written out where the hypervisor can.
    fn power_off(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Brings the disks of the stopped machine into their final form and says where they are.
    fn export(&mut self) -> impl Future<Output = Result<MachineImage, Error>> + Send;

    /// Files in the output folder that are not part of the artifact.
    fn dropped_files(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// What the machine is given to start from.
#[derive(Clone, Debug, Default)]
pub struct Media {
    /// The installer image, or with `disk_image` the disk to start from.
    pub iso: Option<PathBuf>,
    /// URL that the hypervisor reads by itself (`iso_skip_cache`).
    pub iso_url: Option<String>,
    pub cd: Option<PathBuf>,
    pub floppy: Option<PathBuf>,
    /// Exists and is empty; the artifact's files go here.
    pub output_directory: PathBuf,
    /// A private folder of this build for sockets and other short-lived files.
    pub work_directory: PathBuf,
    /// `.HTTPIP .HTTPPort .HTTPDir .HTTPContent .Name .SSHPublicKey`.
    pub fields: Fields,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Process(#[from] crate::process::Error),
    #[error("cannot {action}")]
    Io { action: String, source: std::io::Error },
    /// The host lacks something; the text names the fix.
    #[error("{message}")]
    Host { message: String },
    /// The template asks for something that cannot be.
    #[error("{message}")]
    Plan { message: String },
    /// The hypervisor ended or refused a command; `stderr` is the tail of what it printed.
    #[error("{message}{}", if .stderr.trim().is_empty() { String::new() } else { format!(":\n{}", .stderr.trim()) })]
    Hypervisor { message: String, stderr: String },
}

impl Error {
    pub fn io(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Plan { .. } => ErrorKind::User,
            Self::Process(_) | Self::Io { .. } | Self::Host { .. } => ErrorKind::Environment,
            Self::Hypervisor { .. } => ErrorKind::Guest,
        }
    }
}
