//! Communicators: a session in the guest that runs commands and moves files.

pub mod connector;
pub mod none;
pub mod session;
pub mod ssh;
mod tree;
pub mod winrm;

use std::path::{Path, PathBuf};

use self::ssh::gateway::Gateway;
use crate::error::{Classify, ErrorKind};
use crate::event::Stream;

/// A session in the guest. It reconnects by itself when the guest rebooted.
pub trait Communicator: Send + Sync {
    /// Runs a command; each line of output is handed on while it runs. One that ends with a carriage return is not
    /// complete yet: what follows is written over it.
    fn run(
        &self,
        command: &str,
        output: impl FnMut(Stream, String) + Send,
    ) -> impl Future<Output = Result<Exit, Error>> + Send;

    /// Puts a script at `path` with mode 0755 and runs `command`, which starts it. An error means that it did
    /// not start. Sessions that can do this at less cost have their own way.
    fn run_script(
        &self,
        script: &[u8],
        path: &str,
        command: &str,
        output: impl FnMut(Stream, String) + Send,
    ) -> impl Future<Output = Result<Exit, Error>> + Send {
        run_script_in_steps(self, script, path, command, output)
    }

    /// Writes a file with the given mode.
    fn upload(&self, source: Upload<'_>, destination: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// A folder: with a trailing slash in `source` its contents, otherwise the folder itself, under `destination`.
    fn upload_directory(&self, source: &str, destination: &str) -> impl Future<Output = Result<(), Error>> + Send;

    fn download(&self, source: &str, destination: &Path) -> impl Future<Output = Result<(), Error>> + Send;

    /// A folder (trailing slash) or a pattern, into a local folder.
    fn download_directory(&self, source: &str, destination: &Path) -> impl Future<Output = Result<(), Error>> + Send;

    /// Whether programs with clients of their own reach the guest at the same address, with the same credentials.
    fn other_clients(&self) -> OtherClients {
        OtherClients::None
    }

    /// Leads clients of an SSH server on this host into the guest, for as long as it is polled.
    fn serve(&self, _gateway: &Gateway) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Takes out of the guest what was put there only to get in, if the template asks for it. Called once,
    /// after the last provisioner. A failure is no reason to fail a build and goes to the log.
    fn clear_credentials(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// What other programs of this host can reach the guest with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherClients {
    /// Only this session leads there.
    None,
    Ssh,
    WinRm {
        tls: bool,
        ntlm: bool,
    },
}

/// Uploads a script, makes it executable whatever the guest's umask, and starts it.
pub(crate) async fn run_script_in_steps<C: Communicator + ?Sized>(
    communicator: &C,
    script: &[u8],
    path: &str,
    command: &str,
    output: impl FnMut(Stream, String) + Send,
) -> Result<Exit, Error> {
    communicator.upload(Upload::Bytes { bytes: script, mode: 0o755 }, path).await?;
    match communicator.run(&format!("chmod 0755 {path}"), |_, _| ()).await? {
        Exit::Status(0) => communicator.run(command, output).await,
        Exit::Status(status) => {
            let message = format!("chmod ended with status {status}");
            Err(Error::Transfer { what: path.to_owned(), message })
        }
        Exit::Disconnected => Err(Error::Session { message: "it was cut before a script started".into() }),
    }
}

#[derive(Debug)]
pub enum Upload<'a> {
    File(PathBuf),
    Bytes { bytes: &'a [u8], mode: u32 },
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Status(u32),
    /// The session was cut without a status, as a reboot does.
    Disconnected,
}

impl Exit {
    /// Packer's number for a session that was cut.
    pub const DISCONNECTED: u32 = 2_300_218;

    pub fn code(self) -> u32 {
        match self {
            Self::Status(code) => code,
            Self::Disconnected => Self::DISCONNECTED,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session within the time; `evidence` says how far the attempts came.
    #[error("no SSH session with {address} within {seconds} s; {evidence}")]
    Timeout { address: String, seconds: u64, evidence: String },
    #[error("no WinRM session with {address} within {seconds} s; {evidence}")]
    WinRmTimeout { address: String, seconds: u64, evidence: String },
    /// The guest refused the credentials as often as the template allows.
    #[error("{address} refused the credentials {attempts} times; {evidence}")]
    Refused { address: String, attempts: u32, evidence: String },
    /// A key file, an agent or an option that cannot be used.
    #[error("{message}")]
    Setup { message: String },
    #[error("the session broke: {message}")]
    Session { message: String },
    #[error("cannot transfer {what}: {message}")]
    Transfer { what: String, message: String },
    #[error("the template has `communicator: none`, so {what} is not possible")]
    NoCommunicator { what: String },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Setup { .. } | Self::NoCommunicator { .. } => ErrorKind::User,
            _ => ErrorKind::Guest,
        }
    }
}
