//! Reading fixed and dynamic disks. A block begins with a bitmap of its sectors, in which writers set what
//! they wrote; the sectors that are not set are zero anyway, so it is not looked at, as QEMU does not.

use super::footer::{Footer, Kind};
use super::sparse_header::SparseHeader;
use super::{FORMAT, HOLE, SECTOR_BYTES};
use crate::image::mapped::Mapped;
use crate::image::table::Table;
use crate::image::{Content, Error, Input, Source};

#[derive(Debug)]
pub(in crate::image) struct Vhd<R> {
    input: Input<R>,
    disk_bytes: u64,
    /// `None`: the disk is fixed.
    blocks: Option<Blocks>,
}

#[derive(Debug)]
struct Blocks {
    bytes: u64,
    bitmap_bytes: u64,
    table: Table<4>,
}

impl<R: Source> Vhd<R> {
    pub(in crate::image) fn open(mut input: Input<R>) -> Result<Self, Error> {
        let Footer { kind, disk_bytes, data_offset } = Footer::read(&mut input)?;
        let blocks = match kind {
            Kind::Fixed => None,
            Kind::Dynamic => {
                let header = SparseHeader::read(&mut input, data_offset, disk_bytes)?;
                let bytes = u64::from(header.block_bytes);
                let bitmap_bytes = (bytes / SECTOR_BYTES).div_ceil(8).next_multiple_of(SECTOR_BYTES);
                Some(Blocks { bytes, bitmap_bytes, table: Table::new(header.table_offset, header.entries.into()) })
            }
        };
        Ok(Self { input, disk_bytes, blocks })
    }
}

impl<R: Source> Mapped for Vhd<R> {
    /// Where the byte is in the file, if it is there.
    type Place = Option<u64>;

    fn disk_bytes(&self) -> u64 {
        self.disk_bytes
    }

    fn place_at(&mut self, offset: u64) -> Result<(Option<u64>, u64), Error> {
        match &mut self.blocks {
            Some(blocks) => blocks.stretch_at(&mut self.input, offset),
            None => fixed_stretch(&mut self.input, offset, self.disk_bytes),
        }
    }

    fn content(place: Option<u64>) -> Content {
        if place.is_some() { Content::Data } else { Content::Hole }
    }

    fn read_place(&mut self, place: Option<u64>, _: u64, part: &mut [u8]) -> Result<(), Error> {
        let Some(place) = place else {
            part.fill(0);
            return Ok(());
        };
        self.input.read_padded(place, part)
    }

    fn most_data(&self) -> u64 {
        let block_bytes = self.blocks.as_ref().map_or(0, |blocks| blocks.bytes);
        self.input.length().saturating_add(block_bytes)
    }

    fn damaged(&self, what: String) -> Error {
        self.input.damaged(FORMAT, what)
    }
}

/// A fixed disk may lie in a file with holes.
fn fixed_stretch<R: Source>(input: &mut Input<R>, offset: u64, disk_bytes: u64) -> Result<(Option<u64>, u64), Error> {
    let left = disk_bytes.saturating_sub(offset);
    Ok(match input.stored(offset)? {
        Some(stored) if stored.start <= offset => (Some(offset), (stored.end - offset).min(left).max(1)),
        Some(stored) => (None, (stored.start - offset).min(left).max(1)),
        None => (None, left.max(1)),
    })
}

impl Blocks {
    fn stretch_at<R: Source>(&mut self, input: &mut Input<R>, offset: u64) -> Result<(Option<u64>, u64), Error> {
        let index = offset / self.bytes;
        if index >= self.table.count() {
            return Err(input.damaged(FORMAT, format!("its table does not lead to byte {offset} of the disk")));
        }
        let (entry, inside) = (u32::from_be_bytes(self.table.entry(input, index)?), offset % self.bytes);
        if entry == HOLE {
            return Ok((None, self.bytes - inside));
        }
        let start = u64::from(entry) * SECTOR_BYTES + self.bitmap_bytes;
        if start >= input.length() {
            return Err(input.damaged(FORMAT, format!("the block at byte {start} lies outside the file")));
        }
        Ok((Some(start + inside), self.bytes - inside))
    }
}
