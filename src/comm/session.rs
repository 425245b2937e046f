//! A session by whichever protocol the template asks for.

use std::path::Path;

use super::ssh::SshCommunicator;
use super::ssh::gateway::Gateway;
use super::winrm::WinRmCommunicator;
use super::{Communicator, Error, Exit, OtherClients, Upload};
use crate::event::Stream;

#[derive(Debug)]
pub enum AnySession {
    Ssh(Box<SshCommunicator>),
    WinRm(Box<WinRmCommunicator>),
}

impl Communicator for AnySession {
    async fn run(&self, command: &str, output: impl FnMut(Stream, String) + Send) -> Result<Exit, Error> {
        match self {
            Self::Ssh(ssh) => ssh.run(command, output).await,
            Self::WinRm(winrm) => winrm.run(command, output).await,
        }
    }

    async fn run_script(
        &self,
        script: &[u8],
        path: &str,
        command: &str,
        output: impl FnMut(Stream, String) + Send,
    ) -> Result<Exit, Error> {
        match self {
            Self::Ssh(ssh) => ssh.run_script(script, path, command, output).await,
            Self::WinRm(winrm) => winrm.run_script(script, path, command, output).await,
        }
    }

    async fn upload(&self, source: Upload<'_>, destination: &str) -> Result<(), Error> {
        match self {
            Self::Ssh(ssh) => ssh.upload(source, destination).await,
            Self::WinRm(winrm) => winrm.upload(source, destination).await,
        }
    }

    async fn upload_directory(&self, source: &str, destination: &str) -> Result<(), Error> {
        match self {
            Self::Ssh(ssh) => ssh.upload_directory(source, destination).await,
            Self::WinRm(winrm) => winrm.upload_directory(source, destination).await,
        }
    }

    async fn download(&self, source: &str, destination: &Path) -> Result<(), Error> {
        match self {
            Self::Ssh(ssh) => ssh.download(source, destination).await,
            Self::WinRm(winrm) => winrm.download(source, destination).await,
        }
    }

    async fn download_directory(&self, source: &str, destination: &Path) -> Result<(), Error> {
        match self {
            Self::Ssh(ssh) => ssh.download_directory(source, destination).await,
            Self::WinRm(winrm) => winrm.download_directory(source, destination).await,
        }
    }

    fn other_clients(&self) -> OtherClients {
        match self {
            Self::Ssh(ssh) => ssh.other_clients(),
            Self::WinRm(winrm) => winrm.other_clients(),
        }
    }

    async fn serve(&self, gateway: &Gateway) {
        match self {
            Self::Ssh(ssh) => ssh.serve(gateway).await,
            Self::WinRm(winrm) => winrm.serve(gateway).await,
        }
    }

    async fn clear_credentials(&self) {
        match self {
            Self::Ssh(ssh) => ssh.clear_credentials().await,
            Self::WinRm(winrm) => winrm.clear_credentials().await,
        }
    }
}
