//! Verdicts of earlier runs, in one small file. Losing it costs a few seconds, so no failure here matters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Verdict;
use crate::io::journal::boot_id;

const FILE: &str = "accelerators.json";

/// What is known about one QEMU since this host was started.
pub(super) struct Verdicts {
    file: Option<PathBuf>,
    boot_id: String,
    qemu: String,
}

impl Verdicts {
    pub(super) fn open(folder: Option<&Path>, binary: &str, version: &str) -> Self {
        let boot_id = boot_id();
        let file = folder.filter(|_| !boot_id.is_empty()).map(|folder| folder.join(FILE));
        Self { file, boot_id, qemu: format!("{binary} {version}") }
    }

    pub(super) fn get(&self, accelerator: &str) -> Option<Verdict> {
        self.read().remove(&self.key(accelerator))
    }

    /// Entries of earlier starts of the host are dropped.
    pub(super) fn put(&self, accelerator: &str, verdict: &Verdict) {
        let Some(file) = &self.file else { return };
        let mut all = self.read();
        all.retain(|key, _| key.starts_with(&self.boot_id));
        all.insert(self.key(accelerator), verdict.clone());
        let _ = write(file, &all);
    }

    fn key(&self, accelerator: &str) -> String {
        format!("{} {} {accelerator}", self.boot_id, self.qemu)
    }

    fn read(&self) -> BTreeMap<String, Verdict> {
        let text = self.file.as_ref().and_then(|file| fs::read(file).ok()).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

/// Readers see the old file or the new one, never half of it.
fn write(file: &Path, all: &BTreeMap<String, Verdict>) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let new = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&new, all)?;
    new.persist(file)?;
    Ok(())
}
