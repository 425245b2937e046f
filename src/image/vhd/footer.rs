//! The footer: what kind of disk it is, and how large. All numbers are big-endian.

use uuid::Uuid;

use super::{COOKIE, FORMAT, SECTOR_BYTES, checksum, geometry};
use crate::image::fields::{be_u32, be_u64};
use crate::image::{Error, Input, MAX_VIRTUAL_BYTES, Source};

pub(super) const BYTES: usize = 512;

const FEATURES: usize = 8;
const VERSION: usize = 12;
const DATA_OFFSET: usize = 16;
const CREATOR: usize = 28;
const CREATOR_VERSION: usize = 32;
const CREATOR_HOST: usize = 36;
const ORIGINAL_SIZE: usize = 40;
const SIZE: usize = 48;
const GEOMETRY: usize = 56;
const KIND: usize = 60;
const CHECKSUM: usize = 64;
const ID: usize = 68;

/// Always set.
const RESERVED_FEATURE: u32 = 2;
const VERSION_1: u32 = 0x0001_0000;

/// Hyper-V's name. Of images by others, some readers take the size from the geometry, which is too small.
const HYPER_V: &[u8] = b"win ";
const HYPER_V_VERSION: u32 = 0x000a_0000;
const WINDOWS: &[u8] = b"Wi2k";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Fixed,
    Dynamic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) kind: Kind,
    pub(super) disk_bytes: u64,
    /// Where a dynamic disk's header is.
    pub(super) data_offset: u64,
}

impl Footer {
    /// The footer, or else the copy of it that a dynamic disk begins with.
    pub(super) fn read<R: Source>(input: &mut Input<R>) -> Result<Self, Error> {
        let mut sector = [0; BYTES];
        for offset in [input.length().checked_sub(SECTOR_BYTES), Some(0)].into_iter().flatten() {
            if input.holds(offset, SECTOR_BYTES) {
                input.read(offset, &mut sector)?;
                if sector.starts_with(COOKIE) && be_u32(&sector, CHECKSUM) == checksum(&sector, CHECKSUM) {
                    return Self::parse(&sector, input);
                }
            }
        }
        Err(input.damaged(FORMAT, "neither its end nor its beginning is a footer that is whole"))
    }

    fn parse<R: Source>(sector: &[u8; BYTES], input: &Input<R>) -> Result<Self, Error> {
        let (version, disk_bytes) = (be_u32(sector, VERSION), be_u64(sector, SIZE));
        if version >> 16 != VERSION_1 >> 16 {
            return Err(input.unsupported(format!("it is VHD version {}; 1 is known", version >> 16)));
        }
        let kind = match be_u32(sector, KIND) {
            2 => Kind::Fixed,
            3 => Kind::Dynamic,
            4 => return Err(input.unsupported("it lies on another image")),
            kind => return Err(input.unsupported(format!("it is a VHD of the kind {kind}; 2 and 3 are known"))),
        };
        if disk_bytes > MAX_VIRTUAL_BYTES {
            return Err(input.unsupported(format!("it claims a disk of {disk_bytes} bytes, more than 1 PiB")));
        }
        if kind == Kind::Fixed && !input.holds(0, disk_bytes) {
            return Err(input.damaged(FORMAT, "it is shorter than its disk"));
        }
        Ok(Self { kind, disk_bytes, data_offset: be_u64(sector, DATA_OFFSET) })
    }

    /// The time of making is left at its zero, the year 2000.
    pub(super) fn to_sector(self, id: Uuid) -> [u8; BYTES] {
        let mut sector = [0; BYTES];
        let kind: u32 = if self.kind == Kind::Fixed { 2 } else { 3 };
        let mut put = |at: usize, field: &[u8]| sector[at..at + field.len()].copy_from_slice(field);
        put(0, COOKIE);
        put(FEATURES, &RESERVED_FEATURE.to_be_bytes());
        put(VERSION, &VERSION_1.to_be_bytes());
        put(DATA_OFFSET, &self.data_offset.to_be_bytes());
        put(CREATOR, HYPER_V);
        put(CREATOR_VERSION, &HYPER_V_VERSION.to_be_bytes());
        put(CREATOR_HOST, WINDOWS);
        put(ORIGINAL_SIZE, &self.disk_bytes.to_be_bytes());
        put(SIZE, &self.disk_bytes.to_be_bytes());
        put(GEOMETRY, &geometry::of(self.disk_bytes / SECTOR_BYTES));
        put(KIND, &kind.to_be_bytes());
        put(ID, id.as_bytes());
        let sum = checksum(&sector, CHECKSUM);
        sector[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum.to_be_bytes());
        sector
    }
}
