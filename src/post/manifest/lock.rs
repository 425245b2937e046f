//! Keeps other processes off a manifest, Packer's way: a file `NAME.lock` that only one can make. Who
//! finds it three times goes on all the same, since its maker may have died.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;

use crate::io::cleanup::{CleanupId, CleanupStack};
use crate::post::Error;

const TRIES: u32 = 3;

/// Before the second try once, before the third twice.
const WAIT: Duration = Duration::from_millis(200);

/// Removes the lock file when dropped, even one that was left by somebody else.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    entry: Option<CleanupId>,
    cleanup: CleanupStack,
}

pub(super) async fn take(manifest: &Path, cleanup: &CleanupStack) -> Result<Lock, Error> {
    let mut name = std::path::absolute(manifest).map_err(Error::write(manifest))?.into_os_string();
    name.push(".lock");
    let mut lock = Lock { path: name.into(), entry: None, cleanup: cleanup.clone() };
    if let Some(folder) = lock.path.parent() {
        fs::create_dir_all(folder).map_err(Error::write(manifest))?;
    }
    for attempt in 0..TRIES {
        tokio::time::sleep(WAIT * attempt).await;
        if lock.try_make().map_err(Error::write(manifest))? {
            break;
        }
    }
    Ok(lock)
}

impl Lock {
    /// False when somebody else has it.
    fn try_make(&mut self) -> std::io::Result<bool> {
        match fs::OpenOptions::new().write(true).create_new(true).open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
            file => file?,
        };
        self.entry = Some(self.cleanup.push_made_path(&self.path)?);
        Ok(true)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It may be gone: its maker ended meanwhile.
        let _ = fs::remove_file(&self.path);
        if let Some(entry) = self.entry {
            self.cleanup.keep(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::journal::Journal;

    #[tokio::test(start_paused = true)]
    async fn a_lock_left_behind_is_waited_for_and_then_taken() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("manifest.json");
        fs::write(folder.path().join("manifest.json.lock"), "").unwrap();
        let cleanup = CleanupStack::new(Journal::none());
        let start = tokio::time::Instant::now();
        let lock = take(&manifest, &cleanup).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(600));
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let lock = take(&manifest, &cleanup).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(600), "a free one is taken at once");
        drop(lock);
        assert_eq!(format!("{cleanup:?}"), "[]");
    }
}
