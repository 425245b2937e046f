//! A disk to be converted, wherever it is.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::event::Work;
use crate::image::archive::{self, Found, Packing};
use crate::image::{Disk, Error as ImageError, Format, Input, Window};
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
    /// `None`: as its first bytes say. With a format, `path` is an archive only if the format is of a disk in it.
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
    let packing = if format.is_some() && wanted.is_none() { None } else { Packing::of(&start) };
    let (disk, unpacked) = match packing {
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

/// A fixed VHD does not begin as one: there the name counts.
fn detect(path: &Path) -> Result<Format, ImageError> {
    let format = Input::open(path)?.format()?;
    let named_vhd = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("vhd"));
    Ok(if format == Format::Raw && named_vhd { Format::Vhd } else { format })
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
