//! Installer images by what is in them: a file named after its digest is fetched once, whichever build,
//! process or mirror brings it.

mod lock;
mod verified;

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::digest::{Digest, Hasher, feed, of_text};
use crate::error::{Classify, ErrorKind};
use crate::event::Events;
use crate::plan::Algorithm;
pub use lock::Lock;
use verified::Verified;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot make the folder `{}`", .path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("cannot lock `{}`", .path.display())]
    Lock { path: PathBuf, source: std::io::Error },
    #[error("cannot compute the {} of `{}`", .algorithm.name(), .path.display())]
    Digest { path: PathBuf, algorithm: Algorithm, source: std::io::Error },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Environment
    }
}

/// The store. Clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    verified: Verified,
    packer: Vec<PathBuf>,
}

impl Store {
    pub(crate) fn new(root: &Path, packer: Vec<PathBuf>) -> Self {
        Self { folder: root.join("iso"), verified: Verified::new(root.join("verified")), packer }
    }

    /// Where the file with a digest is, or will be.
    pub fn entry(&self, digest: &Digest, extension: &str) -> PathBuf {
        self.folder.join(format!("{}-{}.{extension}", digest.algorithm.name(), digest.hex))
    }

    /// Where a file is whose digest nobody knows.
    pub fn entry_by_url(&self, url: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("url-{}.{extension}", of_text(Algorithm::Sha1, url)))
    }

    /// Packer's name for a file: `key` is the checksum with its type, or the URL where there is none.
    pub fn packer_name(key: &str, extension: &str) -> String {
        format!("{}.{extension}", of_text(Algorithm::Sha1, key))
    }

    /// Files that Packer left and that should have this digest.
    pub fn packer_files(&self, digest: &Digest, extension: &str) -> Vec<PathBuf> {
        let name = Self::packer_name(&digest.to_string(), extension);
        self.packer.iter().map(|folder| folder.join(&name)).filter(|path| path.is_file()).collect()
    }

    /// Waits until no other build, in this process or another, works on the entry.
    pub async fn lock(&self, entry: &Path, events: &Events) -> Result<Lock, Error> {
        fs::create_dir_all(&self.folder).map_err(|source| Error::Folder { path: self.folder.clone(), source })?;
        let mut name = entry.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let path = self.folder.join(name);
        Lock::wait(&path, events).await.map_err(|source| Error::Lock { path, source })
    }

    /// The digest of a file. It is read only if it has changed since the last time.
    pub async fn digest_of(&self, path: &Path, algorithm: Algorithm, events: &Events) -> Result<String, Error> {
        let before = verified::Identity::of(path);
        if let Some(known) = before.as_ref().and_then(|identity| self.verified.recall(identity, algorithm)) {
            return Ok(known);
        }
        let failed = |source| Error::Digest { path: path.to_owned(), algorithm, source };
        let hex = feed(path, Hasher::new(algorithm), events).await.map_err(failed)?.finish();
        if let Some(identity) = before.filter(|before| verified::Identity::of(path).as_ref() == Some(before)) {
            self.verified.remember(&identity, algorithm, &hex);
        }
        Ok(hex)
    }

    /// The digest of a file was computed while it was written.
    pub fn remember(&self, path: &Path, digest: &Digest) {
        if let Some(identity) = verified::Identity::of(path) {
            self.verified.remember(&identity, digest.algorithm, &digest.hex);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;
    use crate::event::Event;

    fn digest(hex: &str) -> Digest {
        Digest { algorithm: Algorithm::Sha256, hex: hex.to_owned() }
    }

    #[test]
    fn names_tell_what_is_inside() {
        let store = Cache::at("/c").store();
        assert_eq!(store.entry(&digest("ab12"), "iso"), Path::new("/c/iso/sha256-ab12.iso"));
        // sha1sum of "sha256:ab12".
        assert_eq!(
            Store::packer_name(&digest("ab12").to_string(), "iso"),
            format!("{}.iso", of_text(Algorithm::Sha1, "sha256:ab12"))
        );
    }

    #[tokio::test]
    async fn an_unchanged_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Cache::at(folder.path().join("cache")).store();
        let file = folder.path().join("file");
        fs::write(&file, "abc").unwrap();
        let (events, mut receiver) = Events::channel();
        let mut reads = || {
            let mut reads = 0;
            while let Ok((_, event)) = receiver.try_recv() {
                reads += usize::from(matches!(event, Event::Progress { .. }));
            }
            reads
        };
        let first = store.digest_of(&file, Algorithm::Sha1, &events).await.unwrap();
        assert_eq!((first.as_str(), reads()), ("a9993e364706816aba3e25717850c26c9cd0d89d", 1));
        assert_eq!(store.digest_of(&file, Algorithm::Sha1, &events).await.unwrap(), first);
        assert_eq!(reads(), 0);
        store.digest_of(&file, Algorithm::Md5, &events).await.unwrap();
        assert_eq!(reads(), 1, "each algorithm is its own");
        fs::remove_file(&file).unwrap();
        fs::write(&file, "xyz").unwrap();
        assert_ne!(store.digest_of(&file, Algorithm::Sha1, &events).await.unwrap(), first);
    }

    #[tokio::test]
    async fn locks_are_waited_for_and_end_with_their_holder() {
        let folder = tempfile::tempdir().unwrap();
        let store = Cache::at(folder.path()).store();
        let entry = store.entry(&digest("ab"), "iso");
        let (events, mut receiver) = Events::channel();
        let held = store.lock(&entry, &events).await.unwrap();
        let second = store.lock(&entry, &events);
        tokio::pin!(second);
        assert!(futures::poll!(&mut second).is_pending());
        assert!(matches!(receiver.try_recv().unwrap().1, Event::Debug { .. }));
        drop(held);
        second.await.unwrap();
    }
}
