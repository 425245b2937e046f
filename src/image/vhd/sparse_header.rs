//! The header of a dynamic disk: where its table is, and how large its blocks are. Big-endian.

use super::{FORMAT, SECTOR_BYTES, checksum};
use crate::image::fields::{be_u32, be_u64};
use crate::image::{Error, Input, Source};

pub(super) const BYTES: usize = 1024;

const COOKIE: &[u8] = b"cxsparse";
const NEXT: usize = 8;
const TABLE: usize = 16;
const VERSION: usize = 24;
const ENTRIES: usize = 28;
const BLOCK: usize = 32;
const CHECKSUM: usize = 36;

const VERSION_1: u32 = 0x0001_0000;

/// Larger ones are not made by anybody; 2 MiB is what all make.
const MAX_BLOCK_BYTES: u32 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SparseHeader {
    pub(super) table_offset: u64,
    pub(super) entries: u32,
    pub(super) block_bytes: u32,
}

impl SparseHeader {
    pub(super) fn read<R: Source>(input: &mut Input<R>, offset: u64, disk_bytes: u64) -> Result<Self, Error> {
        let mut bytes = [0; BYTES];
        if !input.holds(offset, BYTES as u64) {
            return Err(input.damaged(FORMAT, "its second header lies outside the file"));
        }
        input.read(offset, &mut bytes)?;
        if !bytes.starts_with(COOKIE) || be_u32(&bytes, CHECKSUM) != checksum(&bytes, CHECKSUM) {
            return Err(input.damaged(FORMAT, "its second header is not whole"));
        }
        let header = Self {
            table_offset: be_u64(&bytes, TABLE),
            entries: be_u32(&bytes, ENTRIES),
            block_bytes: be_u32(&bytes, BLOCK),
        };
        header.check(input, disk_bytes)?;
        Ok(header)
    }

    fn check<R: Source>(&self, input: &Input<R>, disk_bytes: u64) -> Result<(), Error> {
        let fits = |bytes: u32| bytes.is_power_of_two() && u64::from(bytes) >= SECTOR_BYTES && bytes <= MAX_BLOCK_BYTES;
        if !fits(self.block_bytes) {
            return Err(input.damaged(FORMAT, format!("blocks of {} bytes cannot be", self.block_bytes)));
        }
        if u64::from(self.entries) < disk_bytes.div_ceil(self.block_bytes.into()) {
            return Err(input.damaged(FORMAT, "its table is too short for its disk"));
        }
        if !input.holds(self.table_offset, u64::from(self.entries) * 4) {
            return Err(input.damaged(FORMAT, "its table lies outside the file"));
        }
        Ok(())
    }

    pub(super) fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        put(0, COOKIE);
        // No further header.
        put(NEXT, &u64::MAX.to_be_bytes());
        put(TABLE, &self.table_offset.to_be_bytes());
        put(VERSION, &VERSION_1.to_be_bytes());
        put(ENTRIES, &self.entries.to_be_bytes());
        put(BLOCK, &self.block_bytes.to_be_bytes());
        let sum = checksum(&bytes, CHECKSUM);
        bytes[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum.to_be_bytes());
        bytes
    }
}
