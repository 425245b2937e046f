//! Reading VDI files.

use super::header::Header;
use super::{FORMAT, HOLE, ZERO};
use crate::image::mapped::Mapped;
use crate::image::table::Table;
use crate::image::{Content, Error, Input, Source};

#[derive(Debug)]
pub(in crate::image) struct Vdi<R> {
    input: Input<R>,
    header: Header,
    map: Table<4>,
}

impl<R: Source> Vdi<R> {
    pub(in crate::image) fn open(mut input: Input<R>) -> Result<Self, Error> {
        let header = Header::read(&mut input)?;
        let map = Table::new(header.map_offset.into(), header.blocks.into());
        Ok(Self { input, header, map })
    }
}

impl<R: Source> Mapped for Vdi<R> {
    /// An entry of the map.
    type Place = u32;

    fn disk_bytes(&self) -> u64 {
        self.header.disk_bytes
    }

    fn place_at(&mut self, offset: u64) -> Result<(u32, u64), Error> {
        let block_bytes = u64::from(self.header.block_bytes);
        let index = offset / block_bytes;
        if index >= self.map.count() {
            return Err(self.input.damaged(FORMAT, format!("its map does not lead to byte {offset} of the disk")));
        }
        let entry = u32::from_le_bytes(self.map.entry(&mut self.input, index)?);
        Ok((entry, block_bytes - offset % block_bytes))
    }

    fn read_place(&mut self, block: u32, at: u64, part: &mut [u8]) -> Result<(), Error> {
        let (block_bytes, extra) = (u64::from(self.header.block_bytes), u64::from(self.header.block_extra));
        let offset = u64::from(self.header.data_offset) + u64::from(block) * (block_bytes + extra) + extra;
        if offset >= self.input.length() {
            return Err(self.input.damaged(FORMAT, format!("the block at byte {offset} lies outside the file")));
        }
        self.input.read_padded(offset + at % block_bytes, part)
    }

    fn content(entry: u32) -> Content {
        match entry {
            HOLE => Content::Hole,
            ZERO => Content::Zero,
            _ => Content::Data,
        }
    }

    fn most_data(&self) -> u64 {
        self.input.length().saturating_add(self.header.block_bytes.into())
    }

    fn damaged(&self, what: String) -> Error {
        self.input.damaged(FORMAT, what)
    }
}
