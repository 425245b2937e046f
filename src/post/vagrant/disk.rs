//! Disks as a box can hold them: qcow2 files that need no other file.

use std::path::{Path, PathBuf};

use super::Error;
use crate::artifact::Artifact;
use crate::io::Context;
use crate::io::partial::PartialFile;
use crate::post::source_disk::{self, SourceDisk};
use crate::process::Cmd;

/// A disk, ready to go into a box.
#[derive(Debug)]
pub(super) struct BoxDisk {
    pub(super) path: PathBuf,
    pub(super) virtual_size_bytes: u64,
    /// The file was made for the box and goes with this.
    pub(super) converted: Option<PartialFile>,
}

/// The artifact's disks in the guest's order. What is not a lone qcow2 file is converted, into the folder
/// of the box.
pub(super) async fn prepare(input: &Artifact, target: &Path, context: &Context) -> Result<Vec<BoxDisk>, Error> {
    let mut disks = Vec::new();
    for source in source_disk::sources(input)? {
        disks.push(prepare_one(source, target, context).await?);
    }
    Ok(disks)
}

async fn prepare_one(source: SourceDisk, target: &Path, context: &Context) -> Result<BoxDisk, Error> {
    let SourceDisk { path, format, virtual_size_bytes, self_contained } = source;
    if format == "qcow2" && self_contained {
        return Ok(BoxDisk { path, virtual_size_bytes, converted: None });
    }
    context.events.debug(format!("converting `{}` to a qcow2 file of its own", path.display()));
    let converted = convert(&path, &format, "qcow2", target, context).await?;
    Ok(BoxDisk { path: converted.path().to_owned(), virtual_size_bytes, converted: Some(converted) })
}

/// Has qemu-img write `source` anew, into the folder of `target`.
async fn convert(source: &Path, from: &str, to: &str, target: &Path, context: &Context) -> Result<PartialFile, Error> {
    let partial = PartialFile::reserve(target, &context.cleanup).map_err(Error::write(target))?;
    let command = Cmd::new("qemu-img").args(["convert", "-f", from, "-O", to]).arg(source).arg(partial.path());
    command.run().await?;
    Ok(partial)
}

/// A firmware image as a plain file: Vagrant cannot tell libvirt of any other format.
pub(super) async fn plain_firmware(
    path: &Path,
    target: &Path,
    context: &Context,
) -> Result<(PathBuf, Option<PartialFile>), Error> {
    if !source_disk::is_qcow2(path)? {
        return Ok((path.to_owned(), None));
    }
    let converted = convert(path, "qcow2", "raw", target, context).await?;
    Ok((converted.path().to_owned(), Some(converted)))
}
