//! The files that one run makes for Ansible: keys, passwords, an inventory. Nobody else may read them.

use std::path::{Path, PathBuf};

use fs_err::tokio as fs;
use tokio::io::AsyncWriteExt;

use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::provision::Error;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A folder of this run, which the cleanup of the build owns.
#[derive(Debug)]
pub(super) struct PrivateFiles {
    folder: PathBuf,
    cleanup: CleanupId,
}

impl PrivateFiles {
    pub(super) async fn make(context: &Context) -> Result<Self, Error> {
        let folder = std::env::temp_dir().join(format!("boxwright-ansible-{}", uuid::Uuid::new_v4()));
        let failed = || Error::local("make a folder for Ansible's files");
        let cleanup = context.cleanup.push_unique_path(&folder).map_err(failed())?;
        fs::DirBuilder::new().mode(FOLDER_MODE).create(&folder).await.map_err(failed())?;
        Ok(Self { folder, cleanup })
    }

    /// Writes a file and gives its path.
    pub(super) async fn write(&self, name: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.folder.join(name);
        write(&path, text).await?;
        Ok(path)
    }

    pub(super) async fn remove(self, context: &Context) {
        forget(self.cleanup, context).await;
    }
}

/// A new file that only this user can read.
pub(super) async fn write(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(FILE_MODE);
    let written = async {
        let mut file = options.open(path).await?;
        file.write_all(text.as_bytes()).await?;
        file.flush().await
    };
    written.await.map_err(Error::local("write a file for Ansible"))
}

pub(super) async fn forget(id: CleanupId, context: &Context) {
    if let Err(reason) = context.cleanup.run(id).await {
        context.events.warn(format!("a file for Ansible stays: {reason}"));
    }
}
