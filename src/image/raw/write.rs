//! Writing raw images with holes: blocks of zeros are left out of the file.

use fs_err as fs;

use crate::image::{Disk, Error, Output, Source};
use crate::io::meter::Meter;

/// Shorter holes would cost more to find than they save.
const BLOCK_BYTES: u32 = 64 * 1024;

/// Writes `disk` to `file`, which is empty.
pub fn write_raw<R: Source>(disk: &mut Disk<R>, file: fs::File, meter: &mut Meter) -> Result<(), Error> {
    let output = write_blocks(disk, Output::new(file), disk.virtual_bytes(), meter)?;
    output.finish().map_err(Error::Write)
}

/// Writes `disk` to the start of `output`, which goes on at `end`: the end of the disk, or behind it.
pub(in crate::image) fn write_blocks<R: Source>(
    disk: &mut Disk<R>,
    mut output: Output,
    end: u64,
    meter: &mut Meter,
) -> Result<Output, Error> {
    let virtual_bytes = disk.virtual_bytes();
    disk.data_blocks(BLOCK_BYTES, meter, |offset, block| {
        let inside = usize::try_from(virtual_bytes - offset).unwrap_or(usize::MAX).min(block.len());
        output.skip_to(offset)?;
        output.append(&block[..inside]).map(|_| ())
    })?;
    output.skip_to(end.max(virtual_bytes)).map_err(Error::Write)?;
    Ok(output)
}
