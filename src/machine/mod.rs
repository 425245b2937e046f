//! Machines: what a hypervisor can do, as two traits, and one folder for each hypervisor.

pub mod fake;
pub mod finding;
pub mod hypervisors;
pub mod qemu;
pub mod virtualbox;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::artifact::MachineImage;
use crate::error::{Classify, ErrorKind};
use crate::io::Context;
use crate::keys::BootAction;
use crate::plan::{IsoPlan, MachinePlan};
use crate::template::interpolate::Fields;

/// Makes machines.
pub trait Driver: Send + Sync {
    type Machine: Machine;

    /// The address under which the guest reaches this host's HTTP server (`.HTTPIP`).
    fn http_address(&self, plan: &MachinePlan) -> impl Future<Output = Result<IpAddr, Error>> + Send;

    /// What must be fetched before the machine is made, beside the installer. Only the host knows.
    fn wish(&self, _plan: &MachinePlan) -> impl Future<Output = Result<Option<Wish>, Error>> + Send {
        async { Ok(None) }
    }

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

    /// Types at the plan's pace; `report` is told the number of actions done.
    fn send_keys(
        &mut self,
        actions: &[BootAction],
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

    /// Brings the stopped machine into its final form and says where its disks are. `None`: the machine is described
    /// by the files in the output folder.
    fn export(&mut self) -> impl Future<Output = Result<Option<MachineImage>, Error>> + Send;

    /// What the guest gets once there is a session.
    fn guest_files(&self) -> Result<Vec<GuestFile>, Error> {
        Ok(Vec::new())
    }

    /// Files in the output folder that are not part of the artifact.
    fn dropped_files(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// A file that is to be fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// For messages.
    pub what: &'static str,
    pub source: IsoPlan,
    /// Without it there is no machine; otherwise a warning will do.
    pub is_needed: bool,
}

/// A file for the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestFile {
    /// In the guest; a relative one is below the user's home.
    pub path: String,
    pub content: FileContent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// Whether a window can open. On other systems than Linux that takes no variable.
fn has_desktop() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::env::consts::OS != "linux" || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// What the machine is given to start from.
#[derive(Clone, Debug, Default)]
pub struct Media {
    /// The installer image, or with `disk_image` the disk to start from.
    pub iso: Option<PathBuf>,
    /// The exported machine to start from.
    pub source: Option<PathBuf>,
    /// What the driver wished for.
    pub additions: Option<PathBuf>,
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
