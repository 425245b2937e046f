//! Blocks that the guest's own file system marks free: what stands in them is of no use to anybody, and may be what
//! somebody deleted. They are left out where it is certain that they are free: the partition table is whole and its
//! partitions do not overlap, the partition is one of Linux's and nothing else claims it, the file system was unmounted in order,
//! has no feature that is not understood here, and its count of free blocks agrees with its map. Linear volumes of LVM are looked into as partitions are. Whatever is in doubt is kept.

mod ext;
mod foreign;
mod gpt;
mod lvm;
mod mbr;
mod partitions;
#[cfg(test)]
mod tests;
mod volume;

use super::{Content, Disk, Error, Extent, Source};
use ext::Ext;
use partitions::Partition;
use volume::{Piece, Volume};

/// Disks have a few; what is behind so many is kept.
const MAX_SYSTEMS: usize = 128;

/// The file systems of a disk whose free blocks are known.
#[derive(Debug, Default)]
pub(super) struct Unused {
    systems: Vec<Ext>,
    /// What they consist of, in the disk's order, without overlaps; with the place in `systems`.
    pieces: Vec<(Piece, usize)>,
}

/// Whether the bytes from somewhere on are free, and for how many of them that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    free: bool,
    length: u64,
}

impl Unused {
    pub(super) fn find<R: Source>(disk: &mut Disk<R>) -> Result<Self, Error> {
        let mut found = Self::default();
        for partition in partitions::of(disk)? {
            for volume in volumes(disk, partition)? {
                if found.systems.len() < MAX_SYSTEMS
                    && let Some(system) = Ext::open(disk, volume)?
                {
                    found.add(system);
                }
            }
        }
        found.pieces.sort_unstable_by_key(|(piece, _)| piece.place.start);
        Ok(found)
    }

    fn add(&mut self, system: Ext) {
        let index = self.systems.len();
        self.pieces.extend(system.volume().pieces().iter().map(|piece| (*piece, index)));
        self.systems.push(system);
    }

    /// How many file systems are understood.
    pub(super) fn systems(&self) -> usize {
        self.systems.len()
    }

    /// The start of `extent` that is all free or all kept, with its content.
    pub(super) fn narrow<R: Source>(&mut self, disk: &mut Disk<R>, extent: Extent) -> Result<Extent, Error> {
        if extent.content != Content::Data {
            return Ok(extent);
        }
        let stretch = self.at(disk, extent)?;
        let content = if stretch.free { Content::Zero } else { Content::Data };
        Ok(Extent { length: extent.length.min(stretch.length), content, ..extent })
    }

    fn at<R: Source>(&mut self, disk: &mut Disk<R>, extent: Extent) -> Result<Stretch, Error> {
        let offset = extent.start;
        let kept = |length| Ok(Stretch { free: false, length });
        let next = self.pieces.partition_point(|(piece, _)| piece.place.end() <= offset);
        let Some((piece, system)) = self.pieces.get(next) else { return kept(u64::MAX - offset) };
        if piece.place.start > offset {
            return kept(piece.place.start - offset);
        }
        let Some(system) = self.systems.get_mut(*system) else { return kept(extent.length) };
        let length = extent.length.min(piece.place.end() - offset);
        let stretch = system.at(disk, piece.inside + (offset - piece.place.start), length)?;
        Ok(Stretch { length: stretch.length.min(length), ..stretch })
    }
}

/// What may have a file system in a partition: the partition itself, or volumes of LVM; nothing that others own.
fn volumes<R: Source>(disk: &mut Disk<R>, partition: Partition) -> Result<Vec<Volume>, Error> {
    let whole = Volume::from(partition);
    if foreign::claims(disk, &whole)? {
        return Ok(Vec::new());
    }
    if !lvm::owns(disk, &whole)? {
        return Ok(vec![whole]);
    }
    let mut volumes = Vec::new();
    for volume in lvm::volumes(disk, partition)? {
        if !foreign::claims(disk, &volume)? && !lvm::owns(disk, &volume)? {
            volumes.push(volume);
        }
    }
    Ok(volumes)
}
