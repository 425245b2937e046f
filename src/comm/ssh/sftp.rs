//! Files over the SFTP subsystem of the guest's SSH server.

use std::path::{Path, PathBuf};

use fs_err::tokio as fs;
use futures::stream::{self, StreamExt, TryStreamExt};
use russh::client::Msg;
use russh::{Channel, ChannelMsg};
use russh_sftp::client::fs::File;
use russh_sftp::client::{Config, SftpSession};
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::scp::{CUT, Fault};
use crate::comm::tree::Entry;

/// How long a guest may take for one answer, in seconds: it may be writing to a slow emulated disk.
const ANSWER_SECONDS: u64 = 120;

/// Servers have a limit on open files; OpenSSH's is the process limit, others have 100.
const FILES_AT_ONCE: usize = 64;

/// A file of up to so many bytes is read at once, by one task of the pool instead of four.
const SMALL: u64 = 64 * 1024;

/// Parts of one file that are on their way, of 32 KiB each: as many as OpenSSH's client has.
const WRITES_AT_ONCE: usize = 64;

/// Bytes read from a local file at once.
const READ_BUFFER: usize = 128 * 1024;

pub(super) struct Sftp(SftpSession);

/// A file of this host.
pub(super) struct Local {
    pub(super) path: PathBuf,
    pub(super) mode: u32,
    pub(super) size: u64,
}

impl Sftp {
    pub(super) async fn start(mut channel: Channel<Msg>) -> Result<Self, Fault> {
        let session = |error: russh::Error| Fault::Session(error.to_string());
        channel.request_subsystem(true, "sftp").await.map_err(session)?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => break,
                Some(ChannelMsg::Failure) => return Err(Fault::Missing),
                Some(_) => {}
                None => return Err(Fault::Session(CUT.into())),
            }
        }
        // A server that is configured but not installed ends at once.
        let config =
            Config { request_timeout_secs: ANSWER_SECONDS, max_concurrent_writes: WRITES_AT_ONCE, ..Config::default() };
        SftpSession::new_with_config(channel.into_stream(), config).await.map(Self).map_err(|_| Fault::Missing)
    }

    pub(super) async fn finish(self) {
        // The channel is closed with the session in any case.
        let _ = self.0.close().await;
    }

    /// Makes or overwrites a file. Whether it is on the guest's disk is the guest's business: a flush would wait for that.
    pub(super) async fn write(
        &self,
        path: &str,
        mode: u32,
        mut content: impl AsyncBufRead + Unpin,
    ) -> Result<(), Fault> {
        let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE;
        let mode = permissions(mode);
        let file = self.0.open_with_flags_and_attributes(path, flags, mode.clone()).await;
        let mut file = file.map_err(Fault::failed)?;
        copy(&mut content, &mut file).await.map_err(Fault::failed)?;
        // One that was there before, or the guest's umask, has bits of its own.
        file.set_metadata(mode).await.map_err(Fault::failed)?;
        file.close().await.map_err(Fault::failed)
    }

    async fn set_mode(&self, path: &str, mode: u32) -> Result<(), Fault> {
        self.0.set_metadata(path, permissions(mode)).await.map_err(Fault::failed)
    }

    /// Puts files and folders into the folder `destination`, which is made if it is missing. Each file takes
    /// three answers of the guest, so many are on their way at one time.
    pub(super) async fn write_tree(&self, entries: &[Entry], destination: &str) -> Result<(), Fault> {
        let files = self.make_folders(entries, destination).await?;
        // Servers do not say which of many files they speak of.
        let write = async |(file, target): (Local, String)| {
            self.write_local(file, &target).await.map_err(|fault| fault.about(&target))
        };
        stream::iter(files).map(write).buffer_unordered(FILES_AT_ONCE).try_collect().await
    }

    /// As much as there was when the size was asked for, in case somebody still appends to it.
    pub(super) async fn write_local(&self, Local { path, mode, size }: Local, target: &str) -> Result<(), Fault> {
        if size > SMALL {
            let file = fs::File::open(path).await.map_err(Fault::failed)?.take(size);
            return self.write(target, mode, BufReader::with_capacity(READ_BUFFER, file)).await;
        }
        let read = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<u8>> {
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut std::io::Read::take(fs_err::File::open(path)?, size), &mut content)?;
            Ok(content)
        });
        let content = read.await.map_err(Fault::failed)?.map_err(Fault::failed)?;
        self.write(target, mode, content.as_slice()).await
    }

    /// Gives the files that belong into them, and where each goes.
    async fn make_folders(&self, entries: &[Entry], destination: &str) -> Result<Vec<(Local, String)>, Fault> {
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
                Entry::File { path, name, mode, size } => {
                    files.push((Local { path: path.clone(), mode: *mode, size: *size }, format!("{current}/{name}")));
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

/// Without the flush that the library's copies end, and often go on, with: it asks the guest to write to its disk, and waits.
async fn copy(content: &mut (impl AsyncBufRead + Unpin), file: &mut File) -> std::io::Result<()> {
    loop {
        let block = content.fill_buf().await?;
        if block.is_empty() {
            return Ok(());
        }
        file.write_all(block).await?;
        let length = block.len();
        content.consume(length);
    }
}

fn permissions(mode: u32) -> FileAttributes {
    FileAttributes { permissions: Some(mode), ..FileAttributes::empty() }
}

fn not_there(error: &russh_sftp::client::error::Error) -> Fault {
    use russh_sftp::client::error::Error;
    match error {
        Error::Status(status) if status.status_code == StatusCode::NoSuchFile => Fault::Failed("no such file".into()),
        other => Fault::failed(other),
    }
}
