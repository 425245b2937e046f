//! The disks in their final form, when the machine is off.

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Deserialize;

use super::beneath::Beneath;
use super::convert;
use super::info::{Info, info, qemu_img};
use crate::artifact::Disk;
use crate::event::Events;
use crate::machine::Error;
use crate::plan::qemu::DiskPlan;

/// Every file may end up bigger than its guest data by this part: tables, and space reserved for them.
const TABLES_SHARE: u64 = 64;
/// And by this much in any case: header, reference counts, the first tables of an empty disk.
const TABLES_BYTES: u64 = 2 * 1024 * 1024;

/// What `qemu-img check` says about a qcow2 file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Check {
    allocated_clusters: Option<u64>,
}

/// What is done with a disk at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Compaction {
    Convert { compress: bool },
    Leave(&'static str),
}

/// Packer rewrites the first disk whether that helps or not. Here every disk is looked at, and one that is
/// as small as a rewritten one stays: with `discard` and `detect-zeroes` on `unmap`, QEMU has already given
/// back what the guest does not use, and rewriting would only cost time.
pub(super) async fn decide(plan: &DiskPlan, path: &Path) -> Result<Compaction, Error> {
    if plan.compression {
        return Ok(Compaction::Convert { compress: true });
    }
    if plan.skip_compaction {
        return Ok(Compaction::Leave("the template has `skip_compaction`, or its format has nothing to compact"));
    }
    let info = info(path).await?;
    if plan.stands_on_image && info.backing_filename.is_some() {
        return Ok(Compaction::Leave("only what is packed from it lasts"));
    }
    let asked = !plan.qemu_img_convert.is_empty() || info.backing_filename.is_some();
    match info.cluster_size {
        Some(cluster) if !asked && is_compact(path, cluster).await? => {
            Ok(Compaction::Leave("it holds nothing that rewriting would remove"))
        }
        _ => Ok(Compaction::Convert { compress: false }),
    }
}

/// Whether a qcow2 file is hardly longer than the guest data in it.
async fn is_compact(path: &Path, cluster: u64) -> Result<bool, Error> {
    let output = qemu_img("check").arg("--output=json").arg(path).output().await?;
    let check: Check = serde_json::from_str(&output.stdout).unwrap_or(Check { allocated_clusters: None });
    let length = fs::metadata(path).map_err(Error::io("look at a disk"))?.len();
    let Some(clusters) = check.allocated_clusters else { return Ok(false) };
    let data = clusters * cluster;
    Ok(length <= data + data / TABLES_SHARE + TABLES_BYTES)
}

/// Brings every disk into its final form and says what they are.
pub(in crate::machine::qemu) async fn finish(
    plan: &DiskPlan,
    paths: &[PathBuf],
    beneath: Option<&Beneath>,
    events: &Events,
) -> Result<Vec<Disk>, Error> {
    beneath.map_or(Ok(()), Beneath::check)?;
    let mut disks = Vec::new();
    for path in paths {
        match decide(plan, path).await? {
            Compaction::Leave(why) => events.debug(format!("{} stays as it is: {why}", path.display())),
            Compaction::Convert { compress } => rewrite(plan, compress, path).await?,
        }
        let Info { format, virtual_size, .. } = info(path).await?;
        disks.push(Disk { path: path.clone(), format, virtual_size_bytes: virtual_size });
    }
    Ok(disks)
}

/// The new file takes the place of the old one only when it is complete.
async fn rewrite(plan: &DiskPlan, compress: bool, path: &Path) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".convert");
    let new = PathBuf::from(name);
    convert(plan, compress, path, &new).await?;
    fs::rename(&new, path).map_err(Error::io("put the converted disk in place"))
}
