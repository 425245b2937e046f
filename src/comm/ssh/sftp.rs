//! Files over the SFTP subsystem of the guest's SSH server.

use std::path::{Path, PathBuf};

use fs_err::tokio as fs;
use futures::stream::{self, StreamExt, TryStreamExt};
use russh::client::Msg;
use russh::{Channel, ChannelMsg};
use russh_sftp::client::{Config, SftpSession};
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use tokio::io::{AsyncBufRead, AsyncWriteExt, BufReader};

use super::scp::Fault;
use crate::comm::tree::Entry;

/// How long a guest may take for one answer, in seconds: it may be writing to a slow emulated disk.
const ANSWER_SECONDS: u64 = 120;

/// Servers have a limit on open files; OpenSSH's is the process limit, others have 100.
const FILES_AT_ONCE: usize = 24;

/// Bytes read from a local file at once.
const READ_BUFFER: usize = 128 * 1024;

pub(super) struct Sftp(SftpSession);

impl Sftp {
    pub(super) async fn start(mut channel: Channel<Msg>) -> Result<Self, Fault> {
        let session = |error: russh::Error| Fault::Session(error.to_string());
        channel.request_subsystem(true, "sftp").await.map_err(session)?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => break,
                Some(ChannelMsg::Failure) => return Err(Fault::Missing),
                Some(_) => {}
                None => return Err(Fault::Session("the connection was cut".into())),
            }
        }
        // A server that is configured but not installed ends at once.
        let config = Config { request_timeout_secs: ANSWER_SECONDS, ..Config::default() };
        SftpSession::new_with_config(channel.into_stream(), config).await.map(Self).map_err(|_| Fault::Missing)
    }

    pub(super) async fn finish(self) {
        // The channel is closed with the session in any case.
        let _ = self.0.close().await;
    }

    /// Makes or overwrites a file.
    pub(super) async fn write(
        &self,
        path: &str,
        mode: u32,
        mut content: impl AsyncBufRead + Unpin,
    ) -> Result<(), Fault> {
        let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE;
        let mut file = self.0.open_with_flags(path, flags).await.map_err(Fault::failed)?;
        tokio::io::copy_buf(&mut content, &mut file).await.map_err(Fault::failed)?;
        file.flush().await.map_err(Fault::failed)?;
        file.close().await.map_err(Fault::failed)?;
        self.set_mode(path, mode).await
    }

    async fn set_mode(&self, path: &str, mode: u32) -> Result<(), Fault> {
        let attributes = FileAttributes { permissions: Some(mode), ..FileAttributes::empty() };
        self.0.set_metadata(path, attributes).await.map_err(Fault::failed)
    }

    /// Puts files and folders into the folder `destination`, which is made if it is missing. Each file takes
    /// four answers of the guest, so several are on their way at one time.
    pub(super) async fn write_tree(&self, entries: &[Entry], destination: &str) -> Result<(), Fault> {
        let files = self.make_folders(entries, destination).await?;
        let writes = files.into_iter().map(|(path, mode, target)| self.write_local(path, mode, target));
        stream::iter(writes).buffer_unordered(FILES_AT_ONCE).try_collect().await
    }

    async fn write_local(&self, path: PathBuf, mode: u32, target: String) -> Result<(), Fault> {
        let file = fs::File::open(path).await.map_err(Fault::failed)?;
        self.write(&target, mode, BufReader::with_capacity(READ_BUFFER, file)).await
    }

    /// Gives the files that belong into them: where each is, its mode, and where it goes.
    async fn make_folders(&self, entries: &[Entry], destination: &str) -> Result<Vec<(PathBuf, u32, String)>, Fault> {
        let mut folders = vec![destination.trim_end_matches('/').to_owned()];
        self.make_folder(if folders[0].is_empty() { "/" } else { &folders[0] }).await?;
        let mut files = Vec::new();
        for entry in entries {
            let current = folders.last().cloned().unwrap_or_default();
            match entry {
                Entry::Enter { name, mode } => {
                    let path = format!("{current}/{name}");
                    self.make_folder(&path).await?;
                    self.set_mode(&path, mode | 0o700).await?;
                    folders.push(path);
                }
                Entry::Leave => drop(folders.pop()),
                Entry::File { path, name, mode, .. } => {
                    files.push((path.clone(), *mode, format!("{current}/{name}")));
                }
            }
        }
        Ok(files)
    }

    /// One that is there already is fine.
    async fn make_folder(&self, path: &str) -> Result<(), Fault> {
        match self.0.create_dir(path).await {
            Ok(()) => Ok(()),
            Err(error) => match self.0.metadata(path).await {
                Ok(attributes) if attributes.is_dir() => Ok(()),
                _ => Err(Fault::Failed(format!("cannot make {path}: {error}"))),
            },
        }
    }

    pub(super) async fn read(&self, path: &str, destination: &Path) -> Result<(), Fault> {
        if self.0.metadata(path).await.is_ok_and(|attributes| attributes.is_dir()) {
            return Err(Fault::Failed("it is a folder; end the source with `/` to download it".into()));
        }
        let remote = self.0.open(path).await.map_err(|error| not_there(&error))?;
        let mut local = fs::File::create(destination).await.map_err(Fault::failed)?;
        let mut content = BufReader::with_capacity(READ_BUFFER, remote);
        tokio::io::copy_buf(&mut content, &mut local).await.map_err(Fault::failed)?;
        local.flush().await.map_err(Fault::failed)
    }
}

fn not_there(error: &russh_sftp::client::error::Error) -> Fault {
    use russh_sftp::client::error::Error;
    match error {
        Error::Status(status) if status.status_code == StatusCode::NoSuchFile => Fault::Failed("no such file".into()),
        other => Fault::failed(other),
    }
}
