//! How the guest is reached.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::io::secrets::Secret;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "communicator", rename_all = "lowercase")]
pub enum CommunicatorPlan {
    None,
    Ssh(Box<SshPlan>),
    WinRm(Box<WinRmPlan>),
}

impl CommunicatorPlan {
    /// The guest's port.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::None => None,
            Self::Ssh(ssh) => Some(ssh.port),
            Self::WinRm(winrm) => Some(winrm.port),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WinRmPlan {
    /// Overrides the address that the machine tells.
    pub host: Option<String>,
    /// In the guest.
    pub port: u16,
    pub username: String,
    pub password: Option<Secret>,
    pub timeout: Duration,
    pub use_ssl: bool,
    /// Any certificate is taken.
    pub insecure: bool,
    pub use_ntlm: bool,
    pub no_proxy: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SshPlan {
    /// Overrides the address that the machine tells.
    pub host: Option<String>,
    /// In the guest.
    pub port: u16,
    pub username: String,
    pub password: Option<Secret>,
    pub private_key_file: Option<PathBuf>,
    pub certificate_file: Option<PathBuf>,
    pub agent_auth: bool,
    pub disable_agent_forwarding: bool,
    /// Made for this build: no key file is given, and the template uses `.SSHPublicKey` or has no other way in.
    pub temporary_key: Option<TemporaryKey>,
    pub clear_authorized_keys: bool,
    pub ciphers: Vec<String>,
    pub key_exchange_algorithms: Vec<String>,
    pub pty: bool,
    /// `None`: no limit (`ssh_handshake_attempts` is set and `ssh_timeout` is 0).
    pub timeout: Option<Duration>,
    /// Counts refusals of the credentials only; 0 is no limit.
    pub handshake_attempts: u32,
    pub file_transfer_method: FileTransferMethod,
    /// `None`: off.
    pub keep_alive_interval: Option<Duration>,
    /// `None`: no limit.
    pub read_write_timeout: Option<Duration>,
    pub pause_before_connecting: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileTransferMethod {
    Scp,
    Sftp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TemporaryKey {
    /// rsa, ecdsa or ed25519.
    pub kind: String,
    pub bits: u32,
}
