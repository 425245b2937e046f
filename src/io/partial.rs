//! A file that gets its name only when it is complete. What stood under that name before stays until
//! then, and is still there when the work fails.

use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::blocking;
use super::cleanup::{CleanupId, CleanupStack};

/// As many as Linux follows.
const MAX_LINKS: usize = 40;

/// Removed when dropped without `commit`; after a `kill -9` the journal sees to it.
#[derive(Debug)]
pub struct PartialFile {
    target: PathBuf,
    path: PathBuf,
    entry: CleanupId,
    cleanup: CleanupStack,
}

impl PartialFile {
    /// A name beside `target` (a rename must not cross file systems). Missing folders are made, but not those that only
    /// a link tells of. Only a file is replaced, and a link stays: its file is.
    pub fn reserve(target: &Path, cleanup: &CleanupStack) -> std::io::Result<Self> {
        if target.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(std::io::Error::other(format!("`{}` is the name of a folder", target.display())));
        }
        let named = std::path::absolute(target)?;
        let target = followed(named.clone())?;
        let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(std::io::Error::other(format!("`{}` is not the name of a file", target.display())));
        };
        if target == named {
            fs::create_dir_all(folder)?;
        } else {
            fs::metadata(folder)?;
        }
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

    /// Gives it its name when all of it is on the disk: some file systems tell only then that there was no room, and
    /// what it was made from may be removed next.
    pub async fn commit(self) -> std::io::Result<()> {
        Self::commit_all(vec![self]).await
    }

    /// The same for files of one folder that belong together. No cancellation comes between the first name and the end.
    pub async fn commit_all(all: Vec<Self>) -> std::io::Result<()> {
        for partial in &all {
            partial.sync().await?;
        }
        all.iter().try_for_each(|partial| fs::rename(&partial.path, &partial.target))?;
        if let Some(folder) = all.first().and_then(|partial| partial.target.parent()) {
            // Not every file system can do this to a folder, and the files are complete.
            let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    async fn sync(&self) -> std::io::Result<()> {
        let path = self.path.clone();
        blocking::run(move |_| fs::File::open(path)?.sync_data()).await
    }
}

/// The file that `target` means, which may be missing: what a link leads to. Anything but a file is refused: a folder
/// before the work rather than after it, and a device because it would be replaced by a file, not written to.
fn followed(mut target: PathBuf) -> std::io::Result<PathBuf> {
    for _ in 0..=MAX_LINKS {
        let kind = match fs::symlink_metadata(&target) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(target),
            metadata => metadata?.file_type(),
        };
        if !kind.is_symlink() {
            return if kind.is_file() { Ok(target) } else { Err(not_a_file(&target, kind)) };
        }
        let leads_to = fs::read_link(&target)?;
        target = target.parent().unwrap_or(Path::new("/")).join(leads_to);
    }
    Err(std::io::Error::other(format!("`{}` is a link that leads back to itself", target.display())))
}

fn not_a_file(target: &Path, kind: std::fs::FileType) -> std::io::Error {
    let what = if kind.is_dir() {
        "is a folder"
    } else if kind.is_block_device() || kind.is_char_device() {
        "is a device; write to a file and copy it there"
    } else {
        "is a pipe or a socket, not a file"
    };
    std::io::Error::other(format!("`{}` {what}", target.display()))
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

    #[tokio::test]
    async fn the_old_file_stays_until_the_new_one_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/box");
        let cleanup = CleanupStack::new(Journal::none());
        for (content, committed) in [("first", true), ("second", false), ("third", true)] {
            let (partial, mut file) = PartialFile::create(&target, &cleanup).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            let entries = format!("{cleanup:?}");
            assert_eq!(entries.matches("remove").count(), 1);
            if committed {
                partial.commit().await.unwrap();
            } else {
                drop(partial);
            }
            assert_eq!(format!("{cleanup:?}"), "[]");
        }
        assert_eq!(fs::read_to_string(&target).unwrap(), "third");
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_link_stays_and_its_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        let cleanup = CleanupStack::new(Journal::none());
        std::os::unix::fs::symlink("second", path("first")).unwrap();
        std::os::unix::fs::symlink("deep/box", path("second")).unwrap();
        for content in ["dangling", "there"] {
            let (partial, mut file) = PartialFile::create(&path("first"), &cleanup).unwrap();
            assert_eq!(partial.path().parent(), Some(path("deep").as_path()));
            file.write_all(content.as_bytes()).unwrap();
            partial.commit().await.unwrap();
            assert_eq!(fs::read_to_string(path("deep/box")).unwrap(), content);
        }
        for link in ["first", "second"] {
            assert!(fs::symlink_metadata(path(link)).unwrap().is_symlink(), "{link}");
        }
        assert_eq!(format!("{cleanup:?}"), "[]");
    }

    #[test]
    fn only_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let _listener = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        std::os::unix::fs::symlink("missing/box", path("lost")).unwrap();
        let cleanup = CleanupStack::new(Journal::none());
        for (target, expected) in [
            (folder.path().to_owned(), "is a folder"),
            ("/dev/null".into(), "`/dev/null` is a device; write to a file and copy it there"),
            (path("socket"), "is a pipe or a socket, not a file"),
            (path("loop"), "is a link that leads back to itself"),
            (path("lost"), "missing"),
            (path("new/"), "new/` is the name of a folder"),
        ] {
            let error = PartialFile::reserve(&target, &cleanup).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(!path("missing").exists());
        assert_eq!(format!("{cleanup:?}"), "[]");
    }
}
