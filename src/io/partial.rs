//! A file that gets its name only when it is complete. What stood under that name before stays until
//! then, and is still there when the work fails.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::cleanup::{CleanupId, CleanupStack};

/// Removed when dropped without `commit`; after a `kill -9` the journal sees to it.
#[derive(Debug)]
pub struct PartialFile {
    target: PathBuf,
    path: PathBuf,
    entry: CleanupId,
    cleanup: CleanupStack,
}

impl PartialFile {
    /// A name beside `target` (a rename must not cross file systems). Missing folders are made.
    pub fn reserve(target: &Path, cleanup: &CleanupStack) -> std::io::Result<Self> {
        let target = std::path::absolute(target)?;
        let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(std::io::Error::other(format!("`{}` is not the name of a file", target.display())));
        };
        fs::create_dir_all(folder)?;
        let path = folder.join(format!(".{}.{}.partial", name.to_string_lossy(), uuid::Uuid::new_v4()));
        let entry = cleanup.push_unique_path(&path)?;
        Ok(Self { path, entry, cleanup: cleanup.clone(), target })
    }

    /// Reserves a name and opens the file.
    pub fn create(target: &Path, cleanup: &CleanupStack) -> std::io::Result<(Self, fs::File)> {
        let partial = Self::reserve(target, cleanup)?;
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&partial.path)?;
        Ok((partial, file))
    }

    /// Where it is for the time being.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name.
    pub fn commit(self) -> std::io::Result<()> {
        fs::rename(&self.path, &self.target)
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // After `commit` there is nothing to remove. What cannot be removed now stays in the journal.
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {}
            _ => self.cleanup.keep(self.entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::io::journal::Journal;

    #[test]
    fn the_old_file_stays_until_the_new_one_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/box");
        let cleanup = CleanupStack::new(Journal::none());
        for (content, committed) in [("first", true), ("second", false), ("third", true)] {
            let (partial, mut file) = PartialFile::create(&target, &cleanup).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            let entries = format!("{cleanup:?}");
            assert_eq!(entries.matches("remove").count(), 1);
            if committed {
                partial.commit().unwrap();
            } else {
                drop(partial);
            }
            assert_eq!(format!("{cleanup:?}"), "[]");
        }
        assert_eq!(fs::read_to_string(&target).unwrap(), "third");
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }
}
