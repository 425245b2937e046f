//! Where a disk's partitions are.

use super::{gpt, mbr};
use crate::image::{Disk, Error, Source};

pub(super) const SECTOR_BYTES: u64 = 512;

/// A stretch of the disk that has a file system of its own, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) start: u64,
    pub(super) length: u64,
}

impl Partition {
    /// From sectors; `None` if it does not lie within the disk.
    pub(super) fn of_sectors(start: u64, sectors: u64, disk_bytes: u64) -> Option<Self> {
        let (start, length) = (start.checked_mul(SECTOR_BYTES)?, sectors.checked_mul(SECTOR_BYTES)?);
        (start > 0 && length > 0 && start.checked_add(length)? <= disk_bytes).then_some(Self { start, length })
    }

    pub(super) fn end(self) -> u64 {
        self.start + self.length
    }
}

/// A partition as its table tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) place: Partition,
    /// It is said to be for file systems of Linux, or for LVM. In any other one a superblock may be what its last owner left.
    pub(super) is_linux: bool,
}

/// Linux's partitions in the disk's order; none if anything about any partition is odd. A disk without a partition table
/// is one file system.
pub(super) fn of<R: Source>(disk: &mut Disk<R>) -> Result<Vec<Partition>, Error> {
    let mut sector = [0; 512];
    disk.read(0, &mut sector)?;
    let whole = Partition { start: 0, length: disk.virtual_bytes() };
    let partitions = match mbr::parse(&sector) {
        None => Some(vec![Listed { place: whole, is_linux: true }]),
        Some(table) if table.is_protective() => gpt::partitions(disk)?,
        Some(table) => mbr::partitions(disk, &table)?,
    };
    let partitions = partitions.and_then(without_overlaps).unwrap_or_default();
    Ok(partitions.into_iter().filter(|listed| listed.is_linux).map(|listed| listed.place).collect())
}

fn without_overlaps(mut partitions: Vec<Listed>) -> Option<Vec<Listed>> {
    partitions.sort_by_key(|listed| listed.place.start);
    let apart = partitions.windows(2).all(|pair| pair[0].place.end() <= pair[1].place.start);
    apart.then_some(partitions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_lie_within_the_disk_and_apart() {
        assert_eq!(Partition::of_sectors(0, 8, 1 << 20), None, "the table itself is there");
        assert_eq!(Partition::of_sectors(8, u64::MAX, 1 << 20), None);
        assert_eq!(Partition::of_sectors(2047, 2, 1 << 20), None);
        let place = |start, sectors| Partition::of_sectors(start, sectors, 1 << 20).unwrap();
        let of = |start, sectors| Listed { place: place(start, sectors), is_linux: true };
        assert_eq!(without_overlaps(vec![of(9, 1), of(1, 8)]), Some(vec![of(1, 8), of(9, 1)]));
        assert_eq!(without_overlaps(vec![of(1, 9), of(9, 1)]), None);
    }
}
