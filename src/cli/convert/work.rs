//! Doing it: on threads, under another name until the file is complete.

use std::path::Path;

use fs_err as fs;

use super::{Error, Request};
use crate::event::{Event, Work};
use crate::image::{self, Disk, Format, Input, convert};
use crate::io::Context;
use crate::io::blocking::{self, Cancelled};
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;

/// A source, ready to be read.
struct Opened {
    disk: Disk,
    data_bytes: u64,
    /// File systems of which the free blocks are left out.
    systems: usize,
}

/// Tells of how many file systems the free blocks were left out. Dropped at any time, it leaves nothing behind.
pub(super) async fn perform(request: Request, context: &Context) -> Result<usize, Error> {
    let Request { source, from, keep_unused, target, options } = request;
    let opened = blocking::run(move |cancelled| open(&source, from, keep_unused, cancelled)).await?;
    let Opened { mut disk, data_bytes, systems } = opened;
    let failed = |source| Error::Write { path: target.clone(), source };
    let (partial, file) = PartialFile::create(&target, &context.cleanup).map_err(failed)?;
    let (events, work) = (context.events.clone(), Work::Write { path: target.clone() });
    let written = blocking::run(move |cancelled| {
        let mut meter = Meter::new(work, data_bytes, events, cancelled.clone());
        convert::write(&mut disk, file, &options, &mut meter)?;
        meter.finish();
        Ok(())
    });
    written.await.map_err(|error| match error {
        image::Error::Write(source) => failed(source),
        error => Error::Image(error),
    })?;
    let bytes = fs::metadata(partial.path()).map_err(failed)?.len();
    partial.commit().map_err(failed)?;
    context.events.send(Event::FileWritten { path: target, bytes });
    Ok(systems)
}

/// Opens the source with what it lies on.
fn open(path: &Path, from: Option<Format>, keep_unused: bool, cancelled: &Cancelled) -> Result<Opened, image::Error> {
    let format = match from {
        Some(format) => format,
        None => detect(path)?,
    };
    let mut disk = Disk::open(path, format)?;
    let systems = if keep_unused { 0 } else { disk.leave_out_unused()? };
    let data_bytes = disk.data_bytes(cancelled)?;
    Ok(Opened { disk, data_bytes, systems })
}

/// A fixed VHD does not begin as one: there the name counts.
fn detect(path: &Path) -> Result<Format, image::Error> {
    let format = Input::open(path)?.format()?;
    let named_vhd = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("vhd"));
    Ok(if format == Format::Raw && named_vhd { Format::Vhd } else { format })
}
