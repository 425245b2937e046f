//! Disks whose length is known only when they are written, which the box's tar must know before: they are made beside
//! the box first.

use std::path::Path;

use fs_err as fs;

use crate::image::{self, Disk};
use crate::io::Context;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
use crate::post::Error;
use crate::post::archive::metered;
use crate::post::source_disk::OpenDisk;

/// Has `write` put `source` into a file that goes with what is returned.
pub(super) async fn make<T, F>(
    source: OpenDisk,
    name: &str,
    target: &Path,
    context: &Context,
    write: F,
) -> Result<(PartialFile, T), Error>
where
    T: Send + 'static,
    F: FnOnce(&mut Disk, fs::File, &mut Meter) -> Result<T, image::Error> + Send + 'static,
{
    let beside = target.with_file_name(name);
    let (partial, file) = PartialFile::create(&beside, &context.cleanup).map_err(Error::write(&beside))?;
    let (mut disk, total) = source.counted().await?;
    let failed = Error::image(&beside);
    let made = metered(&beside, total, context, move |meter| write(&mut disk, file, meter).map_err(failed));
    Ok((partial, made.await?))
}
