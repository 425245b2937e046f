//! An image that a disk stands on while the machine runs, where only what is packed from the disk lasts: nothing is copied.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::info::{Info, qemu_img};
use crate::machine::Error;
use crate::plan::qemu::DiskPlan;

/// The image's format, if the disk is to stand on it, post-processors can read that, and QEMU can use it: nobody may have
/// it open for writing, which `qemu-img` finds out.
pub(super) async fn standing_format(plan: &DiskPlan, source: &Path) -> Result<Option<String>, Error> {
    if !plan.stands_on_image || source.to_str().is_none() {
        return Ok(None);
    }
    let output = qemu_img("info").arg("--output=json").arg(source).output().await?;
    let info = serde_json::from_str(&output.stdout).ok();
    Ok(info.filter(Info::is_plain).map(|info| info.format))
}

pub(super) async fn stand_on(source: &Path, format: &str, path: &Path) -> Result<Beneath, Error> {
    let source = fs::canonicalize(source).map_err(Error::io("find the disk image to start from"))?;
    qemu_img("create").args(["-f", "qcow2", "-F", format, "-b"]).arg(&source).arg(path).run().await?;
    Ok(Beneath { was: state(&source)?, path: source })
}

/// An image below a disk, as it was when the disk was made. The disk knows only its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine::qemu) struct Beneath {
    path: PathBuf,
    was: State,
}

/// Device, inode, bytes, and the time of the last change.
type State = (u64, u64, u64, i64, i64);

fn state(path: &Path) -> Result<State, Error> {
    let found = fs::metadata(path).map_err(Error::io("look at the disk image that the machine started from"))?;
    Ok((found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

impl Beneath {
    pub(super) fn check(&self) -> Result<(), Error> {
        if state(&self.path)? == self.was {
            return Ok(());
        }
        let path = self.path.display();
        Err(Error::Host { message: format!("the disk image {path} was changed while the machine ran; build again") })
    }
}
