//! What the disk is: a table of items, and the items.

use uuid::{Uuid, uuid};

use super::FORMAT;
use super::regions::Region;
use crate::image::fields::{le_u16, le_u32, le_u64};
use crate::image::{Error, Input, MAX_VIRTUAL_BYTES, Source};

const TABLE_BYTES: usize = 64 * 1024;
const MARK: &[u8] = b"metadata";
const COUNT: usize = 10;
const ENTRIES: usize = 32;
const ENTRY_BYTES: usize = 32;

const PARAMETERS: Uuid = uuid!("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
const DISK_BYTES: Uuid = uuid!("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
const SECTOR_BYTES: Uuid = uuid!("8141bf1d-a96f-4709-ba47-f233a8faab5f");

/// What changes no byte: the disk's name, and how its sectors were stored.
const HARMLESS: [Uuid; 2] =
    [uuid!("beca12ab-b2e6-4523-93ef-c309e000c746"), uuid!("cda348c7-445d-4471-9cc9-e9885251c556")];

/// Who does not know the item must not open the file.
const REQUIRED: u32 = 1 << 2;

const HAS_PARENT: u32 = 1 << 1;

/// One of the blocks of bitmaps, which only images on other images fill, tells of so many sectors.
const BITMAP_SECTORS: u64 = 1 << 23;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) disk_bytes: u64,
    pub(super) block_bytes: u64,
    /// Blocks of data before each block of bitmaps in the table.
    pub(super) chunk_blocks: u64,
}

impl Metadata {
    pub(super) fn read<R: Source>(input: &mut Input<R>, region: Region) -> Result<Self, Error> {
        let items = Items::read(input, region)?;
        let parameters = items.value::<8, R>(input, PARAMETERS)?;
        let (block_bytes, flags) = (u64::from(le_u32(&parameters, 0)), le_u32(&parameters, 4));
        let disk_bytes = le_u64(&items.value::<8, R>(input, DISK_BYTES)?, 0);
        let sector_bytes = u64::from(le_u32(&items.value::<4, R>(input, SECTOR_BYTES)?, 0));
        if flags & HAS_PARENT != 0 {
            return Err(input.unsupported("it lies on another image"));
        }
        if !block_bytes.is_power_of_two() || !(1 << 20..=256 << 20).contains(&block_bytes) {
            return Err(input.damaged(FORMAT, format!("blocks of {block_bytes} bytes cannot be")));
        }
        if sector_bytes != 512 && sector_bytes != 4096 {
            return Err(input.damaged(FORMAT, format!("sectors of {sector_bytes} bytes cannot be")));
        }
        if disk_bytes > MAX_VIRTUAL_BYTES {
            return Err(input.unsupported(format!("it claims a disk of {disk_bytes} bytes, more than 1 PiB")));
        }
        Ok(Self { disk_bytes, block_bytes, chunk_blocks: BITMAP_SECTORS * sector_bytes / block_bytes })
    }

    /// Entries of the block allocation table.
    pub(super) fn entries(&self) -> u64 {
        match self.disk_bytes.div_ceil(self.block_bytes).checked_sub(1) {
            Some(last) => self.entry_of(last) + 1,
            None => 0,
        }
    }

    /// The index of a block's entry.
    pub(super) fn entry_of(&self, block: u64) -> u64 {
        block + block / self.chunk_blocks
    }
}

/// The items' identifiers, with where they are.
struct Items {
    region: Region,
    found: Vec<(Uuid, Region)>,
}

impl Items {
    fn read<R: Source>(input: &mut Input<R>, region: Region) -> Result<Self, Error> {
        let mut table = vec![0; TABLE_BYTES];
        if region.length >= TABLE_BYTES as u64 {
            input.read(region.offset, &mut table)?;
        }
        if !table.starts_with(MARK) {
            return Err(input.damaged(FORMAT, "it does not say what disk it is"));
        }
        let mut found = Vec::new();
        for entry in table[ENTRIES..].chunks_exact(ENTRY_BYTES).take(le_u16(&table, COUNT).into()) {
            let id = Uuid::from_bytes_le(*entry.first_chunk().expect("an entry begins with its identifier"));
            let known = [PARAMETERS, DISK_BYTES, SECTOR_BYTES].contains(&id);
            if known {
                found.push((id, Region { offset: le_u32(entry, 16).into(), length: le_u32(entry, 20).into() }));
            } else if le_u32(entry, 24) & REQUIRED != 0 && !HARMLESS.contains(&id) {
                return Err(input.unsupported(format!("it has a property that this program does not know: {id}")));
            }
        }
        Ok(Self { region, found })
    }

    fn value<const N: usize, R: Source>(&self, input: &mut Input<R>, id: Uuid) -> Result<[u8; N], Error> {
        let mut value = [0; N];
        let item = self.found.iter().find(|(found, _)| *found == id).map(|(_, item)| *item);
        let inside = |item: &Region| item.length >= N as u64 && item.offset + item.length <= self.region.length;
        let Some(item) = item.filter(inside) else {
            return Err(input.damaged(FORMAT, format!("its property {id} is missing, or lies outside its region")));
        };
        input.read(self.region.offset + item.offset, &mut value)?;
        Ok(value)
    }
}
