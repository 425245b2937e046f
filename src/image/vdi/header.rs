//! The header of a VDI file; all numbers are little-endian.

use uuid::Uuid;

use super::{FORMAT, SIGNATURE, SIGNATURE_AT};
use crate::image::fields::{le_u32, le_u64};
use crate::image::{Error, Input, MAX_VIRTUAL_BYTES, Source};

pub(super) const BYTES: usize = 512;

const VERSION: usize = 68;
const LENGTH: usize = 72;
const KIND: usize = 76;
const MAP_OFFSET: usize = 340;
const DATA_OFFSET: usize = 344;
const SECTOR: usize = 360;
const DISK_BYTES: usize = 368;
const BLOCK_BYTES: usize = 376;
const BLOCK_EXTRA: usize = 380;
const BLOCKS: usize = 384;
const ALLOCATED: usize = 388;
const IMAGE_ID: usize = 392;
const SNAPSHOT_ID: usize = 408;

const VERSION_1_1: u32 = 0x0001_0001;

/// Bytes of header behind the text, the signature and the version.
const LENGTH_1_1: u32 = 400;

/// Blocks come as they are written, or are all there.
const DYNAMIC: u32 = 1;
const FIXED: u32 = 2;

/// VirtualBox's text, by which people and `file` know the format.
const TEXT: &[u8] = b"<<< Oracle VM VirtualBox Disk Image >>>\n";

const SECTOR_BYTES: u32 = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) map_offset: u32,
    pub(super) data_offset: u32,
    pub(super) disk_bytes: u64,
    pub(super) block_bytes: u32,
    /// Before each block's bytes.
    pub(super) block_extra: u32,
    pub(super) blocks: u32,
    pub(super) allocated: u32,
}

impl Header {
    pub(super) fn read<R: Source>(input: &mut Input<R>) -> Result<Self, Error> {
        let start = input.start(BYTES)?;
        if start.len() < BYTES || start[SIGNATURE_AT..SIGNATURE_AT + 4] != SIGNATURE {
            return Err(input.damaged(FORMAT, "it does not begin with a VDI header"));
        }
        let (version, kind) = (le_u32(&start, VERSION), le_u32(&start, KIND));
        if version != VERSION_1_1 {
            let (major, minor) = (version >> 16, version & 0xffff);
            return Err(input.unsupported(format!("it is VDI version {major}.{minor}; 1.1 is known")));
        }
        if kind != DYNAMIC && kind != FIXED {
            return Err(input.unsupported("it lies on another image, or is a snapshot's"));
        }
        let header = Self {
            map_offset: le_u32(&start, MAP_OFFSET),
            data_offset: le_u32(&start, DATA_OFFSET),
            disk_bytes: le_u64(&start, DISK_BYTES),
            block_bytes: le_u32(&start, BLOCK_BYTES),
            block_extra: le_u32(&start, BLOCK_EXTRA),
            blocks: le_u32(&start, BLOCKS),
            allocated: le_u32(&start, ALLOCATED),
        };
        header.check(input)?;
        Ok(header)
    }

    fn check<R: Source>(&self, input: &Input<R>) -> Result<(), Error> {
        if !self.block_bytes.is_power_of_two() || !(SECTOR_BYTES..=1 << 28).contains(&self.block_bytes) {
            return Err(input.damaged(FORMAT, format!("blocks of {} bytes cannot be", self.block_bytes)));
        }
        if self.block_extra > self.block_bytes {
            return Err(input.damaged(FORMAT, format!("blocks with {} bytes before each cannot be", self.block_extra)));
        }
        if self.disk_bytes > MAX_VIRTUAL_BYTES {
            return Err(input.unsupported(format!("it claims a disk of {} bytes, more than 1 PiB", self.disk_bytes)));
        }
        if u64::from(self.blocks) < self.disk_bytes.div_ceil(self.block_bytes.into()) {
            return Err(input.damaged(FORMAT, "its map is too short for its disk"));
        }
        if !input.holds(self.map_offset.into(), u64::from(self.blocks) * 4) {
            return Err(input.damaged(FORMAT, "its map lies outside the file"));
        }
        Ok(())
    }

    /// `id` is what VirtualBox knows the disk by.
    pub(super) fn to_bytes(self, id: Uuid) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        put(0, TEXT);
        put(SIGNATURE_AT, &SIGNATURE);
        put(VERSION, &VERSION_1_1.to_le_bytes());
        put(LENGTH, &LENGTH_1_1.to_le_bytes());
        put(KIND, &DYNAMIC.to_le_bytes());
        put(MAP_OFFSET, &self.map_offset.to_le_bytes());
        put(DATA_OFFSET, &self.data_offset.to_le_bytes());
        put(SECTOR, &SECTOR_BYTES.to_le_bytes());
        put(DISK_BYTES, &self.disk_bytes.to_le_bytes());
        put(BLOCK_BYTES, &self.block_bytes.to_le_bytes());
        put(BLOCK_EXTRA, &self.block_extra.to_le_bytes());
        put(BLOCKS, &self.blocks.to_le_bytes());
        put(ALLOCATED, &self.allocated.to_le_bytes());
        // Windows's order of bytes, as VirtualBox writes them.
        put(IMAGE_ID, &id.to_bytes_le());
        put(SNAPSHOT_ID, &Uuid::new_v5(&id, b"snapshot").to_bytes_le());
        bytes
    }
}
