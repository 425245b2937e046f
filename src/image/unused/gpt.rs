//! GPT (UEFI specification, section 5.3), on disks with sectors of 512 bytes.

use libdeflater::Crc;
use uuid::{Uuid, uuid};

use super::partitions::{Listed, Partition, SECTOR_BYTES};
use crate::image::fields::{le_u32, le_u64};
use crate::image::{Disk, Error, Source};

const SIGNATURE: &[u8] = b"EFI PART";
const HEADER_BYTES: usize = 12;
const HEADER_SUM: usize = 16;
const ENTRIES_AT: usize = 72;
const ENTRIES: usize = 80;
const ENTRY_BYTES: usize = 84;
const ENTRIES_SUM: usize = 88;

/// Partition tools make 128.
const MAX_ENTRIES: u32 = 1024;
const MAX_ENTRY_BYTES: u32 = 1024;

/// The types that Linux uses for file systems (uapi-group.org, "Discoverable Partitions Specification"), and for LVM.
const LINUX: [Uuid; 10] = [
    uuid!("0fc63daf-8483-4772-8e79-3d69d8477de4"),
    uuid!("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
    uuid!("44479540-f297-41b2-9af7-d131d5f0458a"),
    uuid!("b921b045-1df0-41c3-af44-4c6f280d3fae"),
    uuid!("8484680c-9521-48c6-9c11-b0720656f69e"),
    uuid!("933ac7e1-2eb4-4f13-b844-0e14e2aef915"),
    uuid!("3b8f8425-20e0-4f3b-907f-1a25a76f98e8"),
    uuid!("4d21b016-b534-45c2-a9fb-5c16e091fd2d"),
    uuid!("bc13c2ff-59e6-4262-a352-b275fd6f7172"),
    uuid!("e6d6d379-f507-44c2-a23c-238f2a3df928"),
];

/// All partitions; `None` if the table is not whole.
pub(super) fn partitions<R: Source>(disk: &mut Disk<R>) -> Result<Option<Vec<Listed>>, Error> {
    let mut header = [0; 512];
    disk.read(SECTOR_BYTES, &mut header)?;
    if !is_whole(&header) {
        return Ok(None);
    }
    let (count, entry_bytes) = (le_u32(&header, ENTRIES), le_u32(&header, ENTRY_BYTES));
    let offset = le_u64(&header, ENTRIES_AT).checked_mul(SECTOR_BYTES);
    let fits = count <= MAX_ENTRIES && (128..=MAX_ENTRY_BYTES).contains(&entry_bytes);
    let Some(offset) = offset.filter(|offset| fits && *offset < disk.virtual_bytes()) else { return Ok(None) };
    let mut table = vec![0; (count * entry_bytes) as usize];
    disk.read(offset, &mut table)?;
    if sum(&table) != le_u32(&header, ENTRIES_SUM) {
        return Ok(None);
    }
    let used = table.chunks_exact(entry_bytes as usize).filter(|entry| entry[..16] != [0; 16]);
    Ok(used.map(|entry| partition(entry, disk.virtual_bytes())).collect())
}

fn is_whole(header: &[u8; 512]) -> bool {
    let length = usize::try_from(le_u32(header, HEADER_BYTES)).unwrap_or(usize::MAX);
    if !header.starts_with(SIGNATURE) || !(92..=512).contains(&length) {
        return false;
    }
    let mut summed = header[..length].to_vec();
    summed[HEADER_SUM..HEADER_SUM + 4].fill(0);
    sum(&summed) == le_u32(header, HEADER_SUM)
}

fn sum(bytes: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// The last sector belongs to it.
fn partition(entry: &[u8], disk_bytes: u64) -> Option<Listed> {
    let (first, last) = (le_u64(entry, 32), le_u64(entry, 40));
    let place = Partition::of_sectors(first, last.checked_sub(first)?.checked_add(1)?, disk_bytes)?;
    let is_linux = entry.first_chunk().is_some_and(|kind| LINUX.contains(&Uuid::from_bytes_le(*kind)));
    Some(Listed { place, is_linux })
}
