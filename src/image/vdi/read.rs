//! Reading VDI files.

use super::header::Header;
use super::{FORMAT, HOLE, ZERO};
use crate::image::table::Table;
use crate::image::{Content, Error, Extent, Input, MAX_JOINED_BYTES, Source};

#[derive(Debug)]
pub struct Vdi<R> {
    input: Input<R>,
    header: Header,
    map: Table<4>,
}

impl<R: Source> Vdi<R> {
    pub fn open(mut input: Input<R>) -> Result<Self, Error> {
        let header = Header::read(&mut input)?;
        let map = Table::new(header.map_offset.into(), header.blocks.into());
        Ok(Self { input, header, map })
    }

    pub fn virtual_bytes(&self) -> u64 {
        self.header.disk_bytes
    }

    /// What is at `offset`, for at most `limit` bytes.
    pub fn extent(&mut self, offset: u64, limit: u64) -> Result<Extent, Error> {
        let limit = limit.min(self.virtual_bytes().saturating_sub(offset));
        let (first, mut length) = self.block_at(offset)?;
        let content = content(first);
        while length < limit.min(MAX_JOINED_BYTES) {
            let (next, more) = self.block_at(offset + length)?;
            if self::content(next) != content {
                break;
            }
            length += more;
        }
        Ok(Extent { start: offset, length: length.min(limit).max(1), content })
    }

    /// Fills `buffer` from `offset` on; what is not here is zero.
    pub fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let (block, length) = self.block_at(at)?;
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
            let (part, next) = rest.split_at_mut(length);
            match content(block) {
                Content::Data => self.read_block(block, at, part)?,
                Content::Zero | Content::Hole => part.fill(0),
            }
            at += length as u64;
            rest = next;
        }
        Ok(())
    }

    /// The map's entry for the byte at `offset`, and for how many bytes it holds.
    fn block_at(&mut self, offset: u64) -> Result<(u32, u64), Error> {
        let block_bytes = u64::from(self.header.block_bytes);
        let index = offset / block_bytes;
        if index >= self.map.count() {
            return Err(self.input.damaged(FORMAT, format!("its map does not lead to byte {offset} of the disk")));
        }
        let entry = u32::from_le_bytes(self.map.entry(&mut self.input, index)?);
        Ok((entry, block_bytes - offset % block_bytes))
    }

    fn read_block(&mut self, block: u32, at: u64, part: &mut [u8]) -> Result<(), Error> {
        let (block_bytes, extra) = (u64::from(self.header.block_bytes), u64::from(self.header.block_extra));
        let offset = u64::from(self.header.data_offset) + u64::from(block) * (block_bytes + extra) + extra;
        if offset >= self.input.length() {
            return Err(self.input.damaged(FORMAT, format!("the block at byte {offset} lies outside the file")));
        }
        self.input.read_padded(offset + at % block_bytes, part)
    }
}

fn content(entry: u32) -> Content {
    match entry {
        HOLE => Content::Hole,
        ZERO => Content::Zero,
        _ => Content::Data,
    }
}
