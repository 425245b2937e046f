//! Blocks that the guest's own file system marks free: what stands in them is of no use to anybody, and may be what
//! somebody deleted. They are left out where it is certain that they are free: the partition table is whole and its
//! partitions do not overlap, nothing else claims the partition, the file system was unmounted in order, has no feature that is not understood here, and
//! its count of free blocks agrees with its map. Whatever is in doubt is kept.

mod ext;
mod foreign;
mod gpt;
mod mbr;
mod partitions;
#[cfg(test)]
mod tests;

use super::{Content, Disk, Error, Extent, Source};
use ext::Ext;

/// The file systems of a disk whose free blocks are known.
#[derive(Debug, Default)]
pub(super) struct Unused {
    /// In the disk's order, without overlaps.
    systems: Vec<Ext>,
}

/// Whether the bytes from somewhere on are free, and for how many of them that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    free: bool,
    length: u64,
}

impl Unused {
    pub(super) fn find<R: Source>(disk: &mut Disk<R>) -> Result<Self, Error> {
        let mut systems = Vec::new();
        for partition in partitions::of(disk)? {
            if !foreign::claims(disk, partition)? {
                systems.extend(Ext::open(disk, partition)?);
            }
        }
        Ok(Self { systems })
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
        let next = self.systems.partition_point(|system| system.end() <= offset);
        match self.systems.get_mut(next) {
            None => Ok(Stretch { free: false, length: u64::MAX - offset }),
            Some(system) if system.start() > offset => Ok(Stretch { free: false, length: system.start() - offset }),
            Some(system) => system.at(disk, extent),
        }
    }
}
