//! Disks in files of their own beside what they are made for: packages are loose files, and a box's tar must know each
//! file's length before.

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
pub(in crate::post) async fn make<T, F>(
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
