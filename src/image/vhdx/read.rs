//! Reading fixed and dynamic disks: both have a table of their blocks.

use super::metadata::Metadata;
use super::regions::Regions;
use super::{ALIGNMENT, FORMAT, header};
use crate::image::mapped::Mapped;
use crate::image::table::Table;
use crate::image::{Content, Error, Input, Source};

/// An entry: what there is of a block, and in the upper bits where it is, in bytes.
const STATE: u64 = 0b111;
const OFFSET: u64 = !(ALIGNMENT - 1);

/// Never written, or of no defined content.
const ABSENT: u64 = 0;
const UNDEFINED: u64 = 1;
/// Zeros, or discarded.
const ZERO: u64 = 2;
const UNMAPPED: u64 = 3;
const PRESENT: u64 = 6;

#[derive(Debug)]
pub(in crate::image) struct Vhdx<R> {
    input: Input<R>,
    regions: Regions,
    metadata: Metadata,
    table: Table<8>,
}

impl<R: Source> Vhdx<R> {
    pub(in crate::image) fn open(mut input: Input<R>) -> Result<Self, Error> {
        header::check(&mut input)?;
        let regions = Regions::read(&mut input)?;
        let metadata = Metadata::read(&mut input, regions.metadata)?;
        if metadata.entries() * 8 > regions.blocks.length {
            return Err(input.damaged(FORMAT, "its table of blocks is too short for its disk"));
        }
        let table = Table::new(regions.blocks.offset, metadata.entries());
        Ok(Self { input, regions, metadata, table })
    }

    /// `entry` is one that can be, and leads to a place of its own.
    fn check(&self, entry: u64) -> Result<u64, Error> {
        let (state, offset) = (entry & STATE, entry & OFFSET);
        if !matches!(state, ABSENT | UNDEFINED | ZERO | UNMAPPED | PRESENT) {
            return Err(self.damaged(format!("the state {state} of a block cannot be")));
        }
        if state != PRESENT {
            return Ok(entry);
        }
        if offset >= self.input.length() {
            return Err(self.damaged(format!("the block at byte {offset} lies outside the file")));
        }
        if offset < ALIGNMENT || self.regions.blocks.covers(offset) || self.regions.metadata.covers(offset) {
            return Err(self.damaged(format!("the block at byte {offset} lies on a table")));
        }
        Ok(entry)
    }
}

impl<R: Source> Mapped for Vhdx<R> {
    /// An entry of the table.
    type Place = u64;

    fn disk_bytes(&self) -> u64 {
        self.metadata.disk_bytes
    }

    fn place_at(&mut self, offset: u64) -> Result<(u64, u64), Error> {
        let block_bytes = self.metadata.block_bytes;
        let index = self.metadata.entry_of(offset / block_bytes);
        if index >= self.table.count() {
            return Err(self.damaged(format!("its table does not lead to byte {offset} of the disk")));
        }
        let entry = u64::from_le_bytes(self.table.entry(&mut self.input, index)?);
        Ok((self.check(entry)?, block_bytes - offset % block_bytes))
    }

    fn content(entry: u64) -> Content {
        match entry & STATE {
            PRESENT => Content::Data,
            ZERO | UNMAPPED => Content::Zero,
            _ => Content::Hole,
        }
    }

    fn read_place(&mut self, entry: u64, at: u64, part: &mut [u8]) -> Result<(), Error> {
        self.input.read_padded((entry & OFFSET).saturating_add(at % self.metadata.block_bytes), part)
    }

    fn most_data(&self) -> u64 {
        self.input.length().saturating_add(self.metadata.block_bytes)
    }

    fn damaged(&self, what: String) -> Error {
        self.input.damaged(FORMAT, what)
    }
}
