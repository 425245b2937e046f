//! What a build says about itself. Stages send events; only `ui` turns them into text.

mod channel;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::error::ErrorKind;

pub use self::channel::{Asking, EventReceiver, Events};

/// The stages of a build, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The installer image is at hand.
    Fetch,
    /// Output folder, seed media, HTTP server, disks and ports are made.
    Create,
    /// The machine runs and the boot command was typed.
    Boot,
    /// A session in the guest is open.
    Connect,
    Provision,
    /// The machine is powered off.
    Shutdown,
    /// The disks are in their final form.
    Export,
    PostProcess,
    /// What must not stay is being removed.
    Cleanup,
}

/// What a progress report counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Download {
        url: String,
    },
    Checksum {
        path: PathBuf,
    },
    /// Keys of the boot command.
    Typing,
    Upload {
        destination: String,
    },
    Write {
        path: PathBuf,
    },
    /// An archive that is read.
    Unpack {
        path: PathBuf,
    },
}

/// Which stream of a program or of the guest a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// One thing that happened in a build.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    StageStarted {
        stage: Stage,
    },
    StageFinished {
        stage: Stage,
        elapsed: Duration,
    },
    /// Done so far, in bytes (for `Typing`: keys). The last report has `done == total`.
    Progress {
        work: Work,
        done: u64,
        total: Option<u64>,
    },
    /// Something the user can mend or should know; the text names the next step.
    Warning {
        text: String,
    },
    IsoReady {
        path: PathBuf,
        reused: bool,
    },
    HttpServing {
        address: String,
        root: String,
    },
    HttpRequest {
        method: String,
        path: String,
        status: u16,
        bytes: u64,
    },
    SeedMediumWritten {
        kind: &'static str,
        path: PathBuf,
        bytes: u64,
    },
    DiskCreated {
        path: PathBuf,
        size: String,
    },
    AcceleratorChosen {
        accelerator: String,
        reason: String,
    },
    MachineStarted {
        /// `None`: it is no child of ours.
        process: Option<u32>,
        command: String,
        /// Where to watch it, as a URL.
        console: Option<String>,
    },
    BootWait {
        duration: Duration,
    },
    BootStep {
        description: String,
    },
    SshWaiting {
        address: String,
    },
    WinRmWaiting {
        address: String,
    },
    /// An attempt that did not get a session, and why; repeated reasons are sent once.
    SshNotYet {
        reason: String,
    },
    SshConnected {
        address: String,
        method: String,
        attempts: u32,
    },
    ProvisionerStarted {
        kind: String,
        name: String,
    },
    ProvisionerRetry {
        kind: String,
        attempt: u32,
        reason: String,
    },
    Pausing {
        duration: Duration,
    },
    ProvisionerFinished {
        kind: String,
        elapsed: Duration,
        success: bool,
    },
    ScriptStarted {
        name: String,
    },
    /// What a provisioner has come to.
    Step {
        text: String,
    },
    ScriptFinished {
        name: String,
        elapsed: Duration,
        code: u32,
    },
    /// Where the shell says that a script failed.
    ScriptFault {
        name: String,
        line: usize,
        /// The line as the user wrote it.
        source: String,
        message: String,
    },
    /// A line that a guest command or a local program printed. One that ends with a carriage return is not complete
    /// yet: what follows is written over it.
    Output {
        stream: Stream,
        line: String,
    },
    ShutdownRequested {
        how: String,
    },
    MachineStopped,
    PostProcessorStarted {
        kind: String,
        name: String,
    },
    FileWritten {
        path: PathBuf,
        bytes: u64,
    },
    CleanupStep {
        label: String,
    },
    /// The first error of the build, before any cleanup.
    Failed {
        kind: ErrorKind,
        stage: Option<Stage>,
        message: String,
    },
    /// What the cleanup or a later stage failed at, after the first error.
    AlsoFailed {
        message: String,
    },
    /// Somebody is asked at the terminal. What is drawn there makes way; the question is shown by who asks it.
    Asking {
        question: String,
    },
    Answered,
    /// What was kept of a failed build.
    EvidenceSaved {
        folder: PathBuf,
        files: Vec<PathBuf>,
    },
    /// Text that only matters to somebody who looks for a fault; goes to the log.
    Debug {
        text: String,
    },
}
