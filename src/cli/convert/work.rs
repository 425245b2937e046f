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

/// Dropped at any time, it leaves nothing behind.
pub(super) async fn perform(request: Request, context: &Context) -> Result<(), Error> {
    let Request { source, from, target, options } = request;
    let (mut disk, total) = blocking::run(move |cancelled| open(&source, from, cancelled)).await?;
    let failed = |source| Error::Write { path: target.clone(), source };
    let (partial, file) = PartialFile::create(&target, &context.cleanup).map_err(failed)?;
    let (events, work) = (context.events.clone(), Work::Write { path: target.clone() });
    let written = blocking::run(move |cancelled| {
        let mut meter = Meter::new(work, total, events, cancelled.clone());
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
    Ok(())
}

/// Opens the source with what it lies on; also says how many bytes of data it has.
fn open(path: &Path, from: Option<Format>, cancelled: &Cancelled) -> Result<(Disk, u64), image::Error> {
    let format = match from {
        Some(format) => format,
        None => detect(path)?,
    };
    let mut disk = Disk::open(path, format)?;
    let bytes = disk.data_bytes(cancelled)?;
    Ok((disk, bytes))
}

fn detect(path: &Path) -> Result<Format, image::Error> {
    let file = fs::File::open(path).map_err(|source| image::Error::Read { path: path.to_owned(), source })?;
    Input::new(file, path)?.format()
}
