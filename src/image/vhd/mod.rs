//! VHD ("Virtual Hard Disk Image Format Specification" 1.0, Microsoft): fixed disks are the disk itself and
//! a footer behind it; dynamic ones have a table that leads to blocks.

mod footer;
mod geometry;
mod read;
mod sparse_header;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::Vhd;
pub use write::{Alignment, write_dynamic_vhd, write_fixed_vhd};

/// A footer's first bytes; a dynamic disk begins with a copy of it.
pub(super) const COOKIE: &[u8] = b"conectix";

const FORMAT: &str = "VHD";

const SECTOR_BYTES: u64 = 512;

/// An entry of the table for a block that is not there.
const HOLE: u32 = u32::MAX;

/// The complement of the sum of all bytes, but for those of the sum.
fn checksum(bytes: &[u8], sum_at: usize) -> u32 {
    let counted = bytes.iter().enumerate().filter(|(at, _)| !(sum_at..sum_at + 4).contains(at));
    !counted.map(|(_, byte)| u32::from(*byte)).sum::<u32>()
}
