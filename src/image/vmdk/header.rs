//! The sparse header, the same at the start of a file and in its footer.

use super::{FORMAT, MAGIC, SECTOR_BYTES};
use crate::image::fields::{le_u16, le_u32, le_u64};
use crate::image::{Error, Input, MAX_VIRTUAL_BYTES, Source};

/// The directory's place is in the footer.
pub(super) const AT_END: u64 = u64::MAX;

pub(super) const FLAG_NEWLINES: u32 = 1;
pub(super) const FLAG_REDUNDANT: u32 = 1 << 1;
pub(super) const FLAG_COMPRESSED: u32 = 1 << 16;
pub(super) const FLAG_MARKERS: u32 = 1 << 17;
pub(super) const DEFLATE: u16 = 1;

/// An entry of 1 means a grain of zeros.
const FLAG_ZERO_GRAINS: u32 = 1 << 2;

/// Damaged when a transfer changed line ends.
const LINE_ENDS: &[u8; 4] = b"\n \r\n";

/// QEMU's limit.
const MAX_GRAIN_SECTORS: u64 = 4096;

/// So many of the usual size tell of the largest disk there can be.
const MAX_TABLES: u64 = MAX_VIRTUAL_BYTES >> 25;

/// Where its numbers stand; all are little-endian.
const VERSION: usize = 4;
const FLAGS: usize = 8;
const CAPACITY: usize = 12;
const GRAIN: usize = 20;
const DESCRIPTOR: usize = 28;
const DESCRIPTOR_SECTORS: usize = 36;
const TABLE_ENTRIES: usize = 44;
const REDUNDANT_DIRECTORY: usize = 48;
const DIRECTORY: usize = 56;
const OVERHEAD: usize = 64;
const LINE_END_TEST: usize = 73;
const COMPRESSION: usize = 77;

pub(super) type Sector = [u8; 512];

/// Numbers count sectors where their names say nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) flags: u32,
    pub(super) capacity: u64,
    pub(super) grain: u64,
    pub(super) descriptor: u64,
    pub(super) descriptor_sectors: u64,
    pub(super) table_entries: u32,
    /// A copy of the directory, with tables of its own; only written.
    pub(super) redundant_directory: u64,
    pub(super) directory: u64,
    /// Where the first grain may be.
    pub(super) overhead: u64,
    pub(super) compression: u16,
}

impl Header {
    pub(super) fn parse(sector: &Sector) -> Option<Self> {
        sector.starts_with(MAGIC).then(|| Self {
            version: le_u32(sector, VERSION),
            flags: le_u32(sector, FLAGS),
            capacity: le_u64(sector, CAPACITY),
            grain: le_u64(sector, GRAIN),
            descriptor: le_u64(sector, DESCRIPTOR),
            descriptor_sectors: le_u64(sector, DESCRIPTOR_SECTORS),
            table_entries: le_u32(sector, TABLE_ENTRIES),
            redundant_directory: le_u64(sector, REDUNDANT_DIRECTORY),
            directory: le_u64(sector, DIRECTORY),
            overhead: le_u64(sector, OVERHEAD),
            compression: le_u16(sector, COMPRESSION),
        })
    }

    pub(super) fn to_sector(self) -> Sector {
        let mut sector = [0; 512];
        let mut put = |at: usize, bytes: &[u8]| sector[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, MAGIC);
        put(VERSION, &self.version.to_le_bytes());
        put(FLAGS, &self.flags.to_le_bytes());
        put(CAPACITY, &self.capacity.to_le_bytes());
        put(GRAIN, &self.grain.to_le_bytes());
        put(DESCRIPTOR, &self.descriptor.to_le_bytes());
        put(DESCRIPTOR_SECTORS, &self.descriptor_sectors.to_le_bytes());
        put(TABLE_ENTRIES, &self.table_entries.to_le_bytes());
        put(REDUNDANT_DIRECTORY, &self.redundant_directory.to_le_bytes());
        put(DIRECTORY, &self.directory.to_le_bytes());
        put(OVERHEAD, &self.overhead.to_le_bytes());
        put(LINE_END_TEST, LINE_ENDS);
        put(COMPRESSION, &self.compression.to_le_bytes());
        sector
    }

    /// The header that counts: the footer's, where the first one says so.
    pub(super) fn read<R: Source>(input: &mut Input<R>) -> Result<Self, Error> {
        let first = Self::read_at(input, 0)?;
        let header = if first.directory == AT_END {
            // The footer is the last sector but one.
            let footer = input.length().saturating_sub(2 * SECTOR_BYTES);
            Self::read_at(input, footer / SECTOR_BYTES * SECTOR_BYTES)?
        } else {
            first
        };
        header.check(input)?;
        Ok(header)
    }

    fn read_at<R: Source>(input: &mut Input<R>, offset: u64) -> Result<Self, Error> {
        let mut sector = [0; 512];
        if !input.holds(offset, SECTOR_BYTES) {
            return Err(input.damaged(FORMAT, "it is shorter than its header"));
        }
        input.read(offset, &mut sector)?;
        let what = if offset == 0 { "it does not begin with a header" } else { "it is cut off: its footer is missing" };
        Self::parse(&sector).ok_or_else(|| input.damaged(FORMAT, what))
    }

    fn check<R: Source>(&self, input: &Input<R>) -> Result<(), Error> {
        if !(1..=3).contains(&self.version) {
            return Err(input.unsupported(format!("it is VMDK version {}; 1 to 3 are known", self.version)));
        }
        if !self.grain.is_power_of_two() || self.grain > MAX_GRAIN_SECTORS {
            return Err(input.damaged(FORMAT, format!("grains of {} sectors cannot be", self.grain)));
        }
        if !(1..=512).contains(&self.table_entries) {
            return Err(input.damaged(FORMAT, format!("tables of {} grains cannot be", self.table_entries)));
        }
        if self.capacity > MAX_VIRTUAL_BYTES / SECTOR_BYTES {
            return Err(input.unsupported(format!("it claims a disk of {} sectors, more than 1 PiB", self.capacity)));
        }
        if self.is_compressed() && self.compression != DEFLATE {
            return Err(input.unsupported("its grains are compressed by something else than deflate"));
        }
        if self.tables() > MAX_TABLES {
            return Err(input.damaged(FORMAT, "its grains are too small for its disk"));
        }
        let directory = self.directory.checked_mul(SECTOR_BYTES);
        if directory.is_none_or(|offset| !input.holds(offset, self.tables() * 4)) {
            return Err(input.damaged(FORMAT, "its grain directory lies outside the file"));
        }
        Ok(())
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.flags & FLAG_COMPRESSED != 0
    }

    pub(super) fn has_zero_grains(&self) -> bool {
        self.flags & FLAG_ZERO_GRAINS != 0
    }

    pub(super) fn grain_bytes(&self) -> u64 {
        self.grain * SECTOR_BYTES
    }

    /// Bytes of the disk that one grain table tells of.
    pub(super) fn table_reach(&self) -> u64 {
        self.grain_bytes() * u64::from(self.table_entries)
    }

    /// Entries of the grain directory.
    pub(super) fn tables(&self) -> u64 {
        (self.capacity * SECTOR_BYTES).div_ceil(self.table_reach())
    }
}
