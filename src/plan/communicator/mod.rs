//! How the guest is reached.

pub mod algorithms;

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

    /// All passwords, each with its user.
    pub fn passwords(&self) -> Vec<(&str, &Secret)> {
        let all = match self {
            Self::None => Vec::new(),
            Self::WinRm(winrm) => vec![(winrm.username.as_str(), &winrm.password)],
            Self::Ssh(ssh) => {
                let detour = ssh.detour.as_ref().map(|detour| match detour {
                    Detour::Bastion(bastion) => (bastion.username.as_str(), &bastion.password),
                    Detour::Proxy(proxy) => (proxy.username.as_deref().unwrap_or_default(), &proxy.password),
                });
                std::iter::once((ssh.username.as_str(), &ssh.password)).chain(detour).collect()
            }
        };
        all.into_iter().filter_map(|(user, password)| Some((user, password.as_ref()?))).collect()
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
    /// Between the first answer and the one from which on it is used.
    pub pause_before_connecting: Duration,
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
    /// Through which other host the guest is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detour: Option<Detour>,
    /// Ports of this host that lead to what the guest reaches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_tunnels: Vec<Tunnel>,
    /// Ports of the guest that lead to what this host reaches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remote_tunnels: Vec<Tunnel>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Detour {
    Bastion(Box<Bastion>),
    Proxy(Proxy),
}

/// Another SSH server, from which the guest is reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bastion {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: Option<Secret>,
    pub private_key_file: Option<PathBuf>,
    pub certificate_file: Option<PathBuf>,
    pub agent_auth: bool,
    /// Its questions are put to the person at the terminal.
    pub interactive: bool,
}

/// A SOCKS5 proxy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proxy {
    pub host: String,
    pub port: u16,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

/// `PORT:HOST:PORT`: a port of one side, and where it leads on the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tunnel {
    pub port: u16,
    pub host: String,
    pub host_port: u16,
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
