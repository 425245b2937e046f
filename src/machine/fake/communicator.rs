//! A session in a guest that is a map of files and a list of answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err::tokio as fs;

use super::script::Operation;
use super::world::World;
use crate::comm::{Communicator, Error, Exit, Upload};
use crate::event::Stream;

#[derive(Clone, Debug)]
pub struct FakeCommunicator {
    world: Arc<World>,
}

impl FakeCommunicator {
    pub(super) async fn connect(world: Arc<World>) -> Result<Self, Error> {
        let refused = |evidence| Error::Timeout { address: "127.0.0.1:22".into(), seconds: 0, evidence };
        world.enter(Operation::Connect, "").await.map_err(refused)?;
        Ok(Self { world })
    }

    async fn transfer(&self, operation: Operation, what: &str) -> Result<(), Error> {
        self.world.enter(operation, what).await.map_err(|message| Error::Transfer { what: what.to_owned(), message })
    }
}

impl Communicator for FakeCommunicator {
    async fn run(&self, command: &str, mut output: impl FnMut(Stream, String) + Send) -> Result<Exit, Error> {
        let broke = |message| Error::Session { message };
        self.world.enter(Operation::Run, command).await.map_err(broke)?;
        let answer = self.world.answer_to(command);
        answer.stdout.into_iter().for_each(|line| output(Stream::Stdout, line));
        answer.stderr.into_iter().for_each(|line| output(Stream::Stderr, line));
        if answer.powers_off {
            self.world.switch(false);
        }
        Ok(answer.exit)
    }

    async fn upload(&self, source: Upload<'_>, destination: &str) -> Result<(), Error> {
        self.transfer(Operation::Upload, destination).await?;
        let bytes = match source {
            Upload::File(path) => fs::read(path).await.map_err(failed(destination))?,
            Upload::Bytes { bytes, .. } => bytes.to_vec(),
        };
        self.world.put_guest_file(destination, bytes);
        Ok(())
    }

    async fn upload_directory(&self, source: &str, destination: &str) -> Result<(), Error> {
        self.transfer(Operation::UploadDirectory, destination).await?;
        let root = Path::new(source);
        let name = root.file_name().filter(|_| !source.ends_with('/'));
        let base = name.map_or_else(|| PathBuf::from(destination), |name| Path::new(destination).join(name));
        for (relative, bytes) in read_tree(root).await.map_err(failed(destination))? {
            self.world.put_guest_file(&base.join(relative).to_string_lossy(), bytes);
        }
        Ok(())
    }

    async fn download(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.transfer(Operation::Download, source).await?;
        let bytes = self.world.guest_file(source).ok_or_else(|| failed(source)(std::io::ErrorKind::NotFound.into()))?;
        fs::write(destination, bytes).await.map_err(failed(source))
    }

    async fn download_directory(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.transfer(Operation::DownloadDirectory, source).await?;
        for (relative, bytes) in self.world.guest_files_under(source) {
            let path = destination.join(relative);
            let folder = path.parent().expect("it was joined to a folder");
            fs::create_dir_all(folder).await.map_err(failed(source))?;
            fs::write(&path, bytes).await.map_err(failed(source))?;
        }
        Ok(())
    }
}

fn failed(what: &str) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::Transfer { what: what.to_owned(), message: error.to_string() }
}

/// All files below a folder, by their paths relative to it.
async fn read_tree(root: &Path) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(&folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(root).expect("the walk started at the root").to_owned();
                files.push((relative, fs::read(&path).await?));
            }
        }
    }
    Ok(files)
}
