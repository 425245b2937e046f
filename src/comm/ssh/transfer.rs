//! Moving files: by the method of the template, and by the other one when the guest lacks it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::BufReader;

use super::SshCommunicator;
use super::scp::{self, Fault, shell_word};
use super::sftp::Sftp;
use super::tree::{self, Entry};
use crate::comm::{Error, Upload};
use crate::plan::communicator::FileTransferMethod;

/// Which method this guest takes.
#[derive(Debug)]
pub(super) struct Methods {
    preferred: FileTransferMethod,
    /// The guest lacks the preferred one.
    other: AtomicBool,
}

impl Methods {
    pub(super) fn new(preferred: FileTransferMethod) -> Self {
        Self { preferred, other: AtomicBool::new(false) }
    }

    fn current(&self) -> FileTransferMethod {
        match (self.preferred, self.other.load(Ordering::Relaxed)) {
            (FileTransferMethod::Scp, false) | (FileTransferMethod::Sftp, true) => FileTransferMethod::Scp,
            (FileTransferMethod::Sftp, false) | (FileTransferMethod::Scp, true) => FileTransferMethod::Sftp,
        }
    }

    /// Goes over to the other method; says whether there is one that was not tried yet.
    fn switch(&self) -> bool {
        !self.other.swap(true, Ordering::Relaxed)
    }
}

impl SshCommunicator {
    pub(super) async fn send_file(&self, source: &Upload<'_>, destination: &str) -> Result<(), Error> {
        loop {
            let sent = match self.methods.current() {
                FileTransferMethod::Scp => self.scp_send(source, destination).await,
                FileTransferMethod::Sftp => self.sftp_send(source, destination).await,
            };
            match self.judge(sent?, destination) {
                Some(result) => return result,
                None => continue,
            }
        }
    }

    pub(super) async fn send_folder(&self, source: &str, destination: &str) -> Result<(), Error> {
        let failed = |error: std::io::Error| transfer_error(source, &error.to_string());
        let itself = !source.ends_with('/');
        let entries = tree::folder(source.into(), itself).await.map_err(failed)?;
        loop {
            let sent = match self.methods.current() {
                FileTransferMethod::Scp => self.scp_send_folder(&entries, destination).await,
                FileTransferMethod::Sftp => self.sftp_send_folder(&entries, destination).await,
            };
            match self.judge(sent?, source) {
                Some(result) => return result,
                None => continue,
            }
        }
    }

    pub(super) async fn fetch_file(&self, source: &str, destination: &Path) -> Result<(), Error> {
        loop {
            let got = match self.methods.current() {
                FileTransferMethod::Scp => {
                    let line = format!("scp -vf {}", shell_word(source));
                    let protocol = async |stream| scp::receive::file(stream, destination).await;
                    scp::converse(self.channel().await?, &line, protocol).await
                }
                FileTransferMethod::Sftp => self.sftp_fetch(source, destination).await?,
            };
            match self.judge(got, source) {
                Some(result) => return result,
                None => continue,
            }
        }
    }

    /// Always by scp, whose guest side expands patterns and walks folders.
    pub(super) async fn fetch_folder(&self, source: &str, destination: &Path) -> Result<(), Error> {
        let failed = |error: std::io::Error| transfer_error(source, &error.to_string());
        fs_err::tokio::create_dir_all(destination).await.map_err(failed)?;
        let pattern = if source.ends_with('/') { format!("{source}*") } else { source.to_owned() };
        let line = format!("scp -vrf {}", shell_word(&pattern));
        let protocol = async |stream| scp::receive::tree(stream, destination).await;
        match scp::converse(self.channel().await?, &line, protocol).await {
            Err(Fault::Missing) => Err(transfer_error(source, "the guest has no scp, which folders need; install it")),
            other => other.map_err(|fault| fault_error(source, fault)),
        }
    }

    /// `None`: try again with the other method.
    fn judge(&self, result: Result<(), Fault>, what: &str) -> Option<Result<(), Error>> {
        match result {
            Err(Fault::Missing) if self.methods.switch() => None,
            other => Some(other.map_err(|fault| fault_error(what, fault))),
        }
    }

    async fn scp_send(&self, source: &Upload<'_>, destination: &str) -> Result<Result<(), Fault>, Error> {
        let (folder, name) = split_path(destination);
        let line = format!("scp -vt {}", shell_word(folder));
        Ok(match source {
            Upload::Bytes { bytes, mode } => {
                let protocol = async |stream| scp::send::bytes(stream, name, *mode, bytes).await;
                scp::converse(self.channel().await?, &line, protocol).await
            }
            Upload::File(path) => {
                let entry = tree::file(path, name).await;
                let entry = entry.map_err(|error| transfer_error(&path.to_string_lossy(), &error.to_string()))?;
                let protocol = async |stream| scp::send::entries(stream, std::slice::from_ref(&entry)).await;
                scp::converse(self.channel().await?, &line, protocol).await
            }
        })
    }

    async fn scp_send_folder(&self, entries: &[Entry], destination: &str) -> Result<Result<(), Fault>, Error> {
        let line = format!("scp -rvt {}", shell_word(destination));
        let protocol = async |stream| scp::send::entries(stream, entries).await;
        Ok(scp::converse(self.channel().await?, &line, protocol).await)
    }

    async fn sftp_send(&self, source: &Upload<'_>, destination: &str) -> Result<Result<(), Fault>, Error> {
        self.with_sftp(async |sftp| match source {
            Upload::Bytes { bytes, mode } => sftp.write(destination, *mode, *bytes).await,
            Upload::File(path) => {
                let Entry::File { mode, .. } = tree::file(path, "").await.map_err(Fault::failed)? else {
                    return Err(Fault::Failed("it is a folder".into()));
                };
                let file = fs_err::tokio::File::open(path).await.map_err(Fault::failed)?;
                sftp.write(destination, mode, BufReader::new(file)).await
            }
        })
        .await
    }

    async fn sftp_send_folder(&self, entries: &[Entry], destination: &str) -> Result<Result<(), Fault>, Error> {
        self.with_sftp(async |sftp| sftp.write_tree(entries, destination).await).await
    }

    async fn sftp_fetch(&self, source: &str, destination: &Path) -> Result<Result<(), Fault>, Error> {
        self.with_sftp(async |sftp| sftp.read(source, destination).await).await
    }

    async fn with_sftp(&self, work: impl AsyncFnOnce(&Sftp) -> Result<(), Fault>) -> Result<Result<(), Fault>, Error> {
        let sftp = match Sftp::start(self.channel().await?).await {
            Ok(sftp) => sftp,
            Err(fault) => return Ok(Err(fault)),
        };
        let result = work(&sftp).await;
        sftp.finish().await;
        Ok(result)
    }
}

fn transfer_error(what: &str, message: &str) -> Error {
    Error::Transfer { what: what.to_owned(), message: message.to_owned() }
}

fn fault_error(what: &str, fault: Fault) -> Error {
    match fault {
        Fault::Missing => transfer_error(what, "the guest has neither scp nor an SFTP server; install one of them"),
        Fault::Session(message) => Error::Session { message },
        Fault::Failed(message) => transfer_error(what, &message),
    }
}

/// The folder and the name in it.
fn split_path(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => (".", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_method_is_tried_once() {
        let methods = Methods::new(FileTransferMethod::Scp);
        assert_eq!(methods.current(), FileTransferMethod::Scp);
        assert!(methods.switch());
        assert_eq!(methods.current(), FileTransferMethod::Sftp);
        assert!(!methods.switch());
    }

    #[test]
    fn a_path_without_a_folder_is_in_the_home_folder() {
        assert_eq!(split_path("a"), (".", "a"));
        assert_eq!(split_path("/a"), ("/", "a"));
        assert_eq!(split_path("~/x/a"), ("~/x", "a"));
    }
}
