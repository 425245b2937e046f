//! Moving files: by the method of the template, and by the other one when the guest lacks it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::SshCommunicator;
use super::scp::{self, Fault, shell_word};
use super::sftp::{Local, Sftp};
use super::unpack::{self, Unsent};
use crate::comm::tree::{self, Entry};
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

/// One transfer, to be done by either method.
enum Job<'a> {
    SendFile { source: &'a Upload<'a>, destination: &'a str },
    SendFolder { entries: &'a Arc<[Entry]>, destination: &'a str },
    FetchFile { source: &'a str, destination: &'a Path },
}

impl SshCommunicator {
    pub(super) async fn send_file(&self, source: &Upload<'_>, destination: &str) -> Result<(), Error> {
        self.by_either(destination, Job::SendFile { source, destination }).await
    }

    pub(super) async fn send_folder(&self, source: &str, destination: &str) -> Result<(), Error> {
        let failed = |error: std::io::Error| transfer_error(source, &error.to_string());
        let itself = !source.ends_with('/');
        let entries = tree::folder(source.into(), itself).await.map_err(failed)?.into();
        self.by_either(source, Job::SendFolder { entries: &entries, destination }).await
    }

    pub(super) async fn fetch_file(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.by_either(source, Job::FetchFile { source, destination }).await
    }

    /// Always by scp, whose guest side expands patterns and walks folders.
    pub(super) async fn fetch_folder(&self, source: &str, destination: &Path) -> Result<(), Error> {
        let failed = |error: std::io::Error| transfer_error(source, &error.to_string());
        fs_err::tokio::create_dir_all(destination).await.map_err(failed)?;
        let line = format!("scp -vrf {}", shell_word(source));
        let protocol = async |stream| scp::receive::tree(stream, destination).await;
        match scp::converse(self.channel().await?, &line, protocol).await {
            Err(Fault::Missing) => Err(transfer_error(source, "the guest has no scp, which folders need; install it")),
            other => other.map_err(|fault| fault_error(source, fault)),
        }
    }

    /// Moves `what` by the method that this guest has.
    async fn by_either(&self, what: &str, job: Job<'_>) -> Result<(), Error> {
        loop {
            let result = match self.methods.current() {
                FileTransferMethod::Scp => self.by_scp(&job).await?,
                FileTransferMethod::Sftp => self.by_sftp(&job).await?,
            };
            match result {
                Err(Fault::Missing) if self.methods.switch() => {}
                result => return result.map_err(|fault| fault_error(what, fault)),
            }
        }
    }

    async fn by_scp(&self, job: &Job<'_>) -> Result<Result<(), Fault>, Error> {
        match job {
            Job::SendFile { source, destination } => self.scp_send(source, destination).await,
            Job::SendFolder { entries, destination } => self.scp_send_folder(entries, destination).await,
            Job::FetchFile { source, destination } => self.scp_fetch(source, destination).await,
        }
    }

    async fn by_sftp(&self, job: &Job<'_>) -> Result<Result<(), Fault>, Error> {
        let sftp = match Sftp::start(self.channel().await?).await {
            Ok(sftp) => sftp,
            Err(fault) => return Ok(Err(fault)),
        };
        let result = match job {
            Job::SendFile { source, destination } => send_over(&sftp, source, destination).await,
            Job::SendFolder { entries, destination } => sftp.write_tree(entries, destination).await,
            Job::FetchFile { source, destination } => sftp.read(source, destination).await,
        };
        sftp.finish().await;
        Ok(result)
    }

    /// With `-d`, since a sink would make a file in the place of a folder that is missing; without `-v`, since it would
    /// write two lines to standard error for each file, which takes it longer than the files.
    async fn scp_send(&self, source: &Upload<'_>, destination: &str) -> Result<Result<(), Fault>, Error> {
        let (folder, name) = split_path(destination);
        let line = format!("scp -dt {}", shell_word(folder));
        Ok(match source {
            Upload::Bytes { bytes, mode } => {
                let protocol = async |stream| scp::send::bytes(stream, name, *mode, bytes).await;
                scp::converse(self.channel().await?, &line, protocol).await
            }
            Upload::File(path) => {
                let entry = tree::file(path, name).await;
                let entry = entry.map_err(|error| transfer_error(&path.to_string_lossy(), &error.to_string()))?;
                let entries = [entry].into();
                let protocol = async |stream| scp::send::entries(stream, &entries).await;
                scp::converse(self.channel().await?, &line, protocol).await
            }
        })
    }

    async fn scp_send_folder(&self, entries: &Arc<[Entry]>, destination: &str) -> Result<Result<(), Fault>, Error> {
        let mut before = String::new();
        if unpack::worthwhile(entries) {
            match unpack::send(self.channel().await?, entries, destination).await {
                Ok(()) => return Ok(Ok(())),
                Err(Unsent::Fault(fault)) => return Ok(Err(fault)),
                Err(Unsent::Impossible) => {}
                Err(Unsent::Failed(why)) => before = format!(" (before that, tar: {why})"),
            }
        }
        let line = format!("scp -rdt {}", shell_word(destination));
        let protocol = async |stream| scp::send::entries(stream, entries).await;
        let sent = scp::converse(self.channel().await?, &line, protocol).await;
        Ok(sent.map_err(|fault| match fault {
            Fault::Failed(text) => Fault::Failed(text + &before),
            fault => fault,
        }))
    }

    async fn scp_fetch(&self, source: &str, destination: &Path) -> Result<Result<(), Fault>, Error> {
        let line = format!("scp -vf {}", shell_word(source));
        let protocol = async |stream| scp::receive::file(stream, destination).await;
        Ok(scp::converse(self.channel().await?, &line, protocol).await)
    }
}

async fn send_over(sftp: &Sftp, source: &Upload<'_>, destination: &str) -> Result<(), Fault> {
    match source {
        Upload::Bytes { bytes, mode } => sftp.write(destination, *mode, *bytes).await,
        Upload::File(path) => {
            let Entry::File { path, mode, size, .. } = tree::file(path, "").await.map_err(Fault::failed)? else {
                return Err(Fault::Failed("it is a folder".into()));
            };
            sftp.write_local(Local { path, mode, size }, destination).await
        }
    }
}

fn transfer_error(what: &str, message: &str) -> Error {
    Error::Transfer { what: what.to_owned(), message: message.to_owned() }
}

fn fault_error(what: &str, fault: Fault) -> Error {
    match fault {
        Fault::Missing => transfer_error(what, "the guest has neither scp nor an SFTP server; install one of them"),
        Fault::Session(message) => Error::Session { message },
        Fault::Cut => transfer_error(what, scp::CUT),
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
