//! A disk to be converted, wherever it is.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::event::Work;
use crate::image::archive::{self, Found, Packing};
use crate::image::{Disk, Error as ImageError, FORMAT_BYTES, Format, Input, Window};
use crate::io::Context;
use crate::io::blocking::{self, Cancelled};
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
use crate::post::Error;
use crate::post::source_disk::read_error;

/// Which disk is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// An image, or an archive with one in it.
    pub path: PathBuf,
    /// `None`: as its first bytes say. With a format, `path` is an archive only if `disk` is named, or if its name says
    /// too that it is compressed: a guest can write any first bytes to its disk. The format is then of what is in it.
    pub format: Option<Format>,
    /// The disk's name in an archive of several.
    pub disk: Option<String>,
    /// Take blocks as well that the file systems mark free.
    pub keep_unused: bool,
}

/// A disk, ready to be read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) disk: Disk,
    pub(super) data_bytes: u64,
    /// File systems of which the free blocks are left out.
    pub(super) systems: usize,
    /// The file that it was unpacked to goes with this.
    pub(super) unpacked: Option<PartialFile>,
}

/// Opens the source. A disk that cannot be read where it lies is unpacked beside `target`.
pub(super) async fn open(source: Source, target: &Path, context: &Context) -> Result<Opened, Error> {
    let Source { path, format, disk: wanted, keep_unused } = source;
    let start = Input::open(&path)?.start(archive::START_BYTES)?;
    let packing = Packing::of(&start).filter(|&packing| {
        format.is_none() || wanted.is_some() || (packing != Packing::Tar && archive::is_called_compressed(&path))
    });
    let is_described = archive::is_descriptor(&path) && (format.is_none() || wanted.is_some());
    let (disk, unpacked) = match packing {
        None if is_described => {
            (blocking::run(move |_| archive::described(&path, wanted.as_deref(), format)).await?, None)
        }
        None => (open_image(path, format).await?, None),
        Some(packing) => open_archive(path, packing, wanted, format, target, context).await?,
    };
    blocking::run(move |cancelled| look_at(disk, unpacked, keep_unused, cancelled)).await
}

fn look_at(
    mut disk: Disk,
    unpacked: Option<PartialFile>,
    keep_unused: bool,
    cancelled: &Cancelled,
) -> Result<Opened, Error> {
    let systems = if keep_unused { 0 } else { disk.leave_out_unused()? };
    let data_bytes = disk.data_bytes(cancelled)?;
    Ok(Opened { disk, data_bytes, systems, unpacked })
}

/// With what it lies on.
async fn open_image(path: PathBuf, format: Option<Format>) -> Result<Disk, Error> {
    blocking::run(move |_| {
        let format = format.map_or_else(|| detect(&path), Ok)?;
        Ok(Disk::open(&path, format)?)
    })
    .await
}

fn detect(path: &Path) -> Result<Format, ImageError> {
    let start = Input::open(path)?.start(FORMAT_BYTES)?;
    Ok(archive::format_of(path, &start))
}

async fn open_archive(
    path: PathBuf,
    packing: Packing,
    wanted: Option<String>,
    format: Option<Format>,
    target: &Path,
    context: &Context,
) -> Result<(Disk, Option<PartialFile>), Error> {
    if packing == Packing::Tar {
        let (path, wanted) = (path.clone(), wanted.clone());
        let found = blocking::run(move |_| archive::find(&path, wanted.as_deref(), format)).await?;
        if let Found::Disk(disk) = found {
            return Ok((disk, None));
        }
    }
    let (partial, file) = PartialFile::create(target, &context.cleanup).map_err(Error::write(target))?;
    let (unpacked, events, shown) = (partial.path().to_owned(), context.events.clone(), target.to_owned());
    let disk = blocking::run(move |cancelled| {
        let total = fs::metadata(&path).map_err(read_error(&path))?.len();
        let mut meter = Meter::new(Work::Unpack { path: path.clone() }, total, events, cancelled.clone());
        let found = archive::unpack(&path, packing, wanted.as_deref(), file, &mut meter);
        let found = found.map_err(Error::image(&shown))?;
        meter.finish();
        let file = fs::File::open(unpacked).and_then(Window::whole).map_err(read_error(&path))?;
        Ok::<_, Error>(Disk::of(Input::new(file, &path)?, format.unwrap_or(found))?)
    });
    Ok((disk.await?, Some(partial)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::testing::context;

    /// The first bytes alone do not make an archive of a disk of which the format is known.
    #[tokio::test]
    async fn the_format_that_was_said_is_of_what_is_called_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let packed = zstd::stream::encode_all(&[7u8; 1024][..], 1).unwrap();
        let (context, _events) = context();
        for (name, bytes) in [("disk.zst", 1024), ("disk", packed.len() as u64)] {
            let path = folder.path().join(name);
            fs::write(&path, &packed).unwrap();
            let source = Source { path, format: Some(Format::Raw), disk: None, keep_unused: true };
            let opened = open(source, &folder.path().join("target"), &context).await.unwrap();
            assert_eq!((opened.disk.virtual_bytes(), opened.unpacked.is_some()), (bytes, bytes == 1024), "{name}");
        }
    }
}
