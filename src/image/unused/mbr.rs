//! The partition table of PC BIOSes: four entries in the first sector, one of which may lead to a chain of further
//! ones ("extended partition").

use super::partitions::{Listed, Partition};
use crate::image::fields::{le_u16, le_u32};
use crate::image::{Disk, Error, Source};

const ENTRIES: usize = 446;
const ENTRY_BYTES: usize = 16;
const SIGNATURE: usize = 510;
const MARK: u16 = 0xaa55;

const BOOTABLE: u8 = 0x80;

/// A GPT follows.
const PROTECTIVE: u8 = 0xee;

/// The kinds that Linux uses: file systems, and LVM.
const LINUX: [u8; 2] = [0x83, 0x8e];

/// The kinds that hold further partitions.
const EXTENDED: [u8; 3] = [0x05, 0x0f, 0x85];

/// More logical partitions are not looked for; a chain may be a circle.
const MAX_LOGICAL: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    kind: u8,
    start: u64,
    sectors: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    entries: Vec<Entry>,
}

/// The table, if the sector ends as one and its entries are such. The boot sector of a file system ends so as well.
pub(super) fn parse(sector: &[u8; 512]) -> Option<Table> {
    let entries = (0..4).map(|index| &sector[ENTRIES + index * ENTRY_BYTES..][..ENTRY_BYTES]);
    let plausible = entries.clone().all(|entry| matches!(entry[0], 0 | BOOTABLE));
    let entries: Vec<Entry> = entries.map(entry).filter(|entry| entry.kind != 0).collect();
    (le_u16(sector, SIGNATURE) == MARK && plausible && !entries.is_empty()).then_some(Table { entries })
}

fn entry(bytes: &[u8]) -> Entry {
    Entry { kind: bytes[4], start: le_u32(bytes, 8).into(), sectors: le_u32(bytes, 12).into() }
}

impl Entry {
    /// Some of these entries are relative to a table.
    fn listed(self, base: u64, disk_bytes: u64) -> Option<Listed> {
        let place = Partition::of_sectors(base + self.start, self.sectors, disk_bytes)?;
        Some(Listed { place, is_linux: LINUX.contains(&self.kind) })
    }
}

impl Table {
    pub(super) fn is_protective(&self) -> bool {
        self.entries.iter().any(|entry| entry.kind == PROTECTIVE)
    }
}

/// All partitions, those of a chain too; `None` if one of them is not within the disk.
pub(super) fn partitions<R: Source>(disk: &mut Disk<R>, table: &Table) -> Result<Option<Vec<Listed>>, Error> {
    let disk_bytes = disk.virtual_bytes();
    let mut partitions = Vec::new();
    for entry in &table.entries {
        if EXTENDED.contains(&entry.kind) {
            let Some(logical) = logical(disk, *entry)? else { return Ok(None) };
            partitions.extend(logical);
            continue;
        }
        let Some(partition) = entry.listed(0, disk_bytes) else { return Ok(None) };
        partitions.push(partition);
    }
    Ok(Some(partitions))
}

/// Each table of the chain has a partition, relative to itself, and the next table, relative to the first one.
fn logical<R: Source>(disk: &mut Disk<R>, extended: Entry) -> Result<Option<Vec<Listed>>, Error> {
    let mut partitions = Vec::new();
    let mut table_at = extended.start;
    for _ in 0..MAX_LOGICAL {
        let mut sector = [0; 512];
        let Some(place) = Partition::of_sectors(table_at, 1, disk.virtual_bytes()) else { return Ok(None) };
        disk.read(place.start, &mut sector)?;
        let Some(table) = parse(&sector) else { return Ok(None) };
        let (links, own): (Vec<Entry>, Vec<Entry>) =
            table.entries.into_iter().partition(|entry| EXTENDED.contains(&entry.kind));
        for entry in own {
            let Some(partition) = entry.listed(table_at, disk.virtual_bytes()) else { return Ok(None) };
            partitions.push(partition);
        }
        match links.first() {
            None => return Ok(Some(partitions)),
            Some(next) => table_at = extended.start + next.start,
        }
    }
    Ok(None)
}
