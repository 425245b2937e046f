//! Digests of files that have not changed since they were computed. Best effort: what cannot be written
//! or read is computed again.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::super::digest::of_text;
use crate::plan::Algorithm;

/// What changes when a file does. The time of the last change of the inode cannot be set back by a
/// program, unlike that of the contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    path: PathBuf,
    size: u64,
    device: u64,
    inode: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Identity {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let path = fs::canonicalize(path).ok()?;
        let metadata = fs::metadata(&path).ok()?;
        Some(Self {
            size: metadata.len(),
            device: metadata.dev(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            path,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Record {
    identity: Identity,
    hex: String,
}

/// One small file for each file and algorithm.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    folder: PathBuf,
}

impl Verified {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn recall(&self, identity: &Identity, algorithm: Algorithm) -> Option<String> {
        let text = fs::read_to_string(self.place(identity, algorithm)).ok()?;
        let record: Record = serde_json::from_str(&text).ok()?;
        (record.identity == *identity).then_some(record.hex)
    }

    pub(super) fn remember(&self, identity: &Identity, algorithm: Algorithm, hex: &str) {
        // A record that is not kept costs no more than one more reading of the file.
        let _ = self.write(identity, algorithm, hex);
    }

    /// Readers see the old record or the new one, never a part.
    fn write(&self, identity: &Identity, algorithm: Algorithm, hex: &str) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let record = Record { identity: identity.clone(), hex: hex.to_owned() };
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(&record)?)?;
        file.persist(self.place(identity, algorithm))?;
        Ok(())
    }

    fn place(&self, identity: &Identity, algorithm: Algorithm) -> PathBuf {
        let path = of_text(Algorithm::Sha1, &identity.path.to_string_lossy());
        self.folder.join(format!("{path}-{}.json", algorithm.name()))
    }
}
