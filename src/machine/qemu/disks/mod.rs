//! The machine's disk files, by `qemu-img`.

mod beneath;
mod finish;
mod info;
#[cfg(test)]
mod tests;

pub(super) use beneath::Beneath;
pub(super) use finish::finish;

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::event::{Event, Events};
use crate::machine::Error;
use crate::plan::qemu::DiskPlan;
use info::{Info, info, qemu_img};

/// Makes all disks of a machine, in Packer's order. `source` is the image to start from, with `disk_image`;
/// it comes last then, since it takes the longest. Says which image the first disk stands on for the time being.
pub(super) async fn create(
    plan: &DiskPlan,
    paths: &[PathBuf],
    source: Option<&Path>,
    events: &Events,
) -> Result<Option<Beneath>, Error> {
    let Some((first, more)) = paths.split_first() else { return Ok(None) };
    let Some(source) = source else {
        create_empty(plan, first, &plan.size).await?;
        told(events, first, &plan.size);
        create_more(plan, more, events).await?;
        return Ok(None);
    };
    create_more(plan, more, events).await?;
    create_from(source, plan, first, events).await
}

async fn create_more(plan: &DiskPlan, paths: &[PathBuf], events: &Events) -> Result<(), Error> {
    for (path, size) in paths.iter().zip(&plan.additional_sizes) {
        create_empty(plan, path, size).await?;
        told(events, path, size);
    }
    Ok(())
}

async fn create_from(source: &Path, plan: &DiskPlan, path: &Path, events: &Events) -> Result<Option<Beneath>, Error> {
    let mut beneath = None;
    if plan.use_backing_file {
        create_overlay(plan, source, path).await?;
    } else if let Some(format) = beneath::standing_format(plan, source).await? {
        beneath = Some(beneath::stand_on(source, &format, path).await?);
    } else {
        copy(plan, source, path).await?;
    }
    if !plan.skip_resize {
        resize(plan, path).await?;
    }
    told(events, path, &plan.size);
    Ok(beneath)
}

fn told(events: &Events, path: &Path, size: &str) {
    events.send(Event::DiskCreated { path: path.to_owned(), size: size.to_owned() });
}

async fn create_empty(plan: &DiskPlan, path: &Path, size: &str) -> Result<(), Error> {
    qemu_img("create").args(["-f", &plan.format]).args(&plan.qemu_img_create).arg(path).arg(size).run().await?;
    Ok(())
}

/// QEMU wants to be told the backing file's format and does not guess it.
async fn create_overlay(plan: &DiskPlan, source: &Path, path: &Path) -> Result<(), Error> {
    let source = fs::canonicalize(source).map_err(Error::io("find the disk image to start from"))?;
    let Info { format, .. } = info(&source).await?;
    let command = qemu_img("create").args(["-f", &plan.format, "-b"]).arg(&source).args(["-F", &format]);
    command.args(&plan.qemu_img_create).arg(path).arg(&plan.size).run().await?;
    Ok(())
}

/// A file of the right format is taken as it is, sharing its blocks where the file system can.
async fn copy(plan: &DiskPlan, source: &Path, path: &Path) -> Result<(), Error> {
    let same = source.extension().is_some_and(|extension| extension == plan.format.as_str());
    if !same || !plan.qemu_img_convert.is_empty() {
        return convert(plan, false, source, path).await;
    }
    if is_reflinked(source, path) {
        return Ok(());
    }
    if plan.format == "raw" {
        // A plain copy would write out the holes.
        let command = qemu_img("convert").args(["-f", "raw", "-O", "raw"]).arg(source).arg(path);
        return command.run().await.map(|_| ()).map_err(Error::from);
    }
    let copied = fs_err::tokio::copy(source, path).await;
    copied.map_err(Error::io(format!("copy {} to {}", source.display(), path.display())))?;
    Ok(())
}

/// Tries to share the blocks of a file; file systems that cannot say so at once.
#[cfg(target_os = "linux")]
fn is_reflinked(source: &Path, path: &Path) -> bool {
    let (Ok(from), Ok(to)) = (fs::File::open(source), fs::File::create(path)) else { return false };
    rustix::fs::ioctl_ficlone(to.file(), from.file()).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn is_reflinked(_source: &Path, _path: &Path) -> bool {
    false
}

async fn convert(plan: &DiskPlan, compress: bool, source: &Path, path: &Path) -> Result<(), Error> {
    let command = qemu_img("convert").args(compress.then_some("-c")).args(&plan.qemu_img_convert);
    command.args(["-O", &plan.format]).arg(source).arg(path).run().await?;
    Ok(())
}

async fn resize(plan: &DiskPlan, path: &Path) -> Result<(), Error> {
    let command = qemu_img("resize").args(["-f", &plan.format]).args(&plan.qemu_img_resize);
    let result = command.arg(path).arg(&plan.size).run().await;
    result.map(|_| ()).map_err(|error| match error {
        crate::process::Error::Failed { stderr, .. } if stderr.contains("--shrink") => Error::Plan {
            message: format!(
                "the disk image is larger than `disk_size` {}; make it larger, or set `skip_resize_disk`",
                plan.size
            ),
        },
        other => other.into(),
    })
}
