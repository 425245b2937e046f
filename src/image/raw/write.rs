//! Writing raw images with holes: blocks of zeros are left out of the file.

use std::io::Write;

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

/// Writes every byte of `disk`.
pub(in crate::image) fn write_all<R: Source, W: Write>(
    disk: &mut Disk<R>,
    mut sink: W,
    meter: &mut Meter,
) -> Result<W, Error> {
    let mut block = vec![0; BLOCK_BYTES as usize];
    let mut at = 0;
    while at < disk.virtual_bytes() {
        let left = usize::try_from(disk.virtual_bytes() - at).unwrap_or(usize::MAX);
        let block = &mut block[..left.min(BLOCK_BYTES as usize)];
        disk.read(at, block)?;
        sink.write_all(block).map_err(Error::Write)?;
        meter.advance(block.len() as u64).map_err(Error::Write)?;
        at += block.len() as u64;
    }
    Ok(sink)
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
