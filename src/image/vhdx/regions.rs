//! The table of regions, which is there twice.

use uuid::{Uuid, uuid};

use super::{ALIGNMENT, FORMAT, SUM, checksum};
use crate::image::fields::{le_u32, le_u64};
use crate::image::{Error, Input, Source};

const PLACES: [u64; 2] = [192 * 1024, 256 * 1024];
const BYTES: usize = 64 * 1024;

const MARK: &[u8] = b"regi";
const COUNT: usize = 8;
const ENTRIES: usize = 16;
const ENTRY_BYTES: usize = 32;
const MAX_ENTRIES: u32 = 2047;

const BLOCKS: Uuid = uuid!("2dc27766-f623-4200-9d64-115e9bfd4a08");
const METADATA: Uuid = uuid!("8b7ca206-4790-4b9a-b8fe-575f050f886e");

/// Who does not know the region must not open the file.
const REQUIRED: u32 = 1;

/// A stretch of the file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Region {
    pub(super) fn covers(self, offset: u64) -> bool {
        (self.offset..self.offset + self.length).contains(&offset)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Regions {
    /// The block allocation table.
    pub(super) blocks: Region,
    pub(super) metadata: Region,
}

impl Regions {
    pub(super) fn read<R: Source>(input: &mut Input<R>) -> Result<Self, Error> {
        let mut table = vec![0; BYTES];
        for place in PLACES {
            if input.holds(place, BYTES as u64) {
                input.read(place, &mut table)?;
                if table.starts_with(MARK) && le_u32(&table, SUM) == checksum(&table) {
                    return Self::parse(&table, input);
                }
            }
        }
        Err(input.damaged(FORMAT, "neither of its tables of regions is whole"))
    }

    fn parse<R: Source>(table: &[u8], input: &Input<R>) -> Result<Self, Error> {
        let count = le_u32(table, COUNT);
        if count > MAX_ENTRIES {
            return Err(input.damaged(FORMAT, format!("a table of {count} regions cannot be")));
        }
        let (mut blocks, mut metadata) = (None, None);
        for entry in table[ENTRIES..].chunks_exact(ENTRY_BYTES).take(count as usize) {
            let id: [u8; 16] = *entry.first_chunk().expect("an entry begins with its identifier");
            let id = Uuid::from_bytes_le(id);
            if id == BLOCKS {
                blocks = Some(region(entry, input)?);
            } else if id == METADATA {
                metadata = Some(region(entry, input)?);
            } else if le_u32(entry, 28) & REQUIRED != 0 {
                return Err(input.unsupported(format!("it has a region that this program does not know: {id}")));
            }
        }
        match (blocks, metadata) {
            (Some(blocks), Some(metadata)) => Ok(Self { blocks, metadata }),
            _ => Err(input.damaged(FORMAT, "a region is missing")),
        }
    }
}

fn region<R: Source>(entry: &[u8], input: &Input<R>) -> Result<Region, Error> {
    let (offset, length) = (le_u64(entry, 16), u64::from(le_u32(entry, 24)));
    if offset < ALIGNMENT || !input.holds(offset, length) {
        return Err(input.damaged(FORMAT, format!("the region at byte {offset} lies outside the file")));
    }
    Ok(Region { offset, length })
}
