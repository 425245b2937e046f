//! What Google's Compute Engine imports: a gzipped tar in GNU's old form with the file `disk.raw`, of whole GiB. What is
//! zero is a hole in it (Google, "Manually import boot disks", "Creating a tar.gz file").

use std::io::Write;
use std::ops::Range;

use super::occupied::{BLOCK_BYTES, Occupied};
use super::{Disk, Error, Source};
use crate::io::gzip;
use crate::io::meter::Meter;
use crate::io::tar::TarWriter;

const NAME: &str = "disk.raw";

const GIB: u64 = 1 << 30;

/// Writes `disk` to `sink`. The level is one of gzip's; `threads` compress, `None`: one for each core.
pub fn write_compute_engine<R: Source, W: Write>(
    disk: &mut Disk<R>,
    sink: W,
    level: gzip::Level,
    threads: Option<usize>,
    meter: &mut Meter,
) -> Result<W, Error> {
    let occupied = Occupied::of(disk, meter.cancelled())?;
    let size = disk.virtual_bytes().max(1).next_multiple_of(GIB);
    let mut tar = TarWriter::new(gzip::writer_with(sink, level, threads));
    let written = tar.append_sparse(NAME, size, &ranges(&occupied), |sink| {
        let mut block = vec![0; usize::try_from(BLOCK_BYTES).expect("64 KiB")];
        for index in occupied.iter() {
            disk.read(index * BLOCK_BYTES, &mut block)?;
            sink.write_all(&block)?;
            meter.advance(BLOCK_BYTES)?;
        }
        Ok(())
    });
    written.map_err(Error::of_writer)?;
    tar.finish().and_then(gzip::GzipWriter::finish).map_err(Error::Write)
}

/// Blocks that follow one another are one entry of the map.
fn ranges(occupied: &Occupied) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for index in occupied.iter() {
        let (start, end) = (index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_range() {
        let occupied: Occupied = [0, 1, 2, 7, 9].into_iter().collect();
        let block = |from: u64, to: u64| from * BLOCK_BYTES..to * BLOCK_BYTES;
        assert_eq!(ranges(&occupied), [block(0, 3), block(7, 8), block(9, 10)]);
        assert_eq!(ranges(&Occupied::default()), []);
    }
}
