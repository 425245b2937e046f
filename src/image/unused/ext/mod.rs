//! ext2, ext3 and ext4 (Linux, Documentation/filesystems/ext4): each group of blocks has a map with a bit for each
//! block in use. Of a group, the map counts only if as many blocks are free in it as the group's descriptor says.

mod superblock;

use super::Stretch;
use super::volume::Volume;
use crate::image::fields::{le_u16, le_u32};
use crate::image::{Disk, Error, Source};
use superblock::Superblock;

/// The group's map was never written. Its blocks were never used either, so there is nothing to leave out.
const MAP_UNINITIALIZED: u16 = 1 << 1;

/// Descriptors that are read together.
const PAGE_BYTES: u64 = 64 * 1024;

const MAP_LOW: usize = 0;
const FREE_LOW: usize = 12;
const FLAGS: usize = 18;
/// Only in descriptors of 64 bytes or more.
const MAP_HIGH: usize = 32;
const FREE_HIGH: usize = 44;

/// A file system that was unmounted in order.
#[derive(Debug)]
pub(super) struct Ext {
    volume: Volume,
    superblock: Superblock,
    /// Some descriptors, from that of the first group on.
    descriptors: Vec<u8>,
    first_descriptor: u64,
    /// The group of which the map is here.
    group: Option<u64>,
    /// Empty, if the group's map is of no use.
    map: Vec<u8>,
}

impl Ext {
    /// The file system of a volume; `None` if it is another one, or in any state that needs care.
    pub(super) fn open<R: Source>(disk: &mut Disk<R>, volume: Volume) -> Result<Option<Self>, Error> {
        let superblock = Superblock::read(disk, &volume)?;
        Ok(superblock.map(|superblock| Self {
            volume,
            superblock,
            descriptors: Vec::new(),
            first_descriptor: 0,
            group: None,
            map: Vec::new(),
        }))
    }

    pub(super) fn volume(&self) -> &Volume {
        &self.volume
    }

    /// What is at `inside` of the volume. The map is not looked at for more than `limit` bytes.
    pub(super) fn at<R: Source>(&mut self, disk: &mut Disk<R>, inside: u64, limit: u64) -> Result<Stretch, Error> {
        let (block_bytes, first) = (self.superblock.block_bytes, self.superblock.first_block);
        // The volume may be larger than its file system.
        if inside >= self.superblock.blocks * block_bytes {
            return Ok(Stretch { free: false, length: limit });
        }
        let block = inside / block_bytes;
        // With blocks of 1 KiB, the first one belongs to no group.
        let Some(numbered) = block.checked_sub(first) else {
            return Ok(Stretch { free: false, length: first * block_bytes - inside });
        };
        let (group, index) = (numbered / self.superblock.group_blocks, numbered % self.superblock.group_blocks);
        self.use_group(disk, group)?;
        let asked = limit.div_ceil(block_bytes).saturating_add(index + 1);
        let (free, run) = run(&self.map, index, self.superblock.blocks_of(group).min(asked));
        Ok(Stretch { free, length: run * block_bytes - inside % block_bytes })
    }

    fn use_group<R: Source>(&mut self, disk: &mut Disk<R>, group: u64) -> Result<(), Error> {
        if self.group == Some(group) {
            return Ok(());
        }
        self.group = None;
        self.map.clear();
        if let Some((block, free)) = self.descriptor(disk, group)? {
            self.map.resize(usize::try_from(self.superblock.block_bytes).expect("at most 64 KiB"), 0);
            self.volume.read(disk, block * self.superblock.block_bytes, &mut self.map)?;
            if free_blocks(&self.map, self.superblock.blocks_of(group)) != free {
                self.map.clear();
            }
        }
        self.group = Some(group);
        Ok(())
    }

    /// The block of a group's map, and how many blocks are free in it; `None` if it has no map.
    fn descriptor<R: Source>(&mut self, disk: &mut Disk<R>, group: u64) -> Result<Option<(u64, u64)>, Error> {
        let size = self.superblock.descriptor_bytes;
        let in_page = PAGE_BYTES / size;
        if self.descriptors.is_empty() || group / in_page != self.first_descriptor / in_page {
            self.first_descriptor = group - group % in_page;
            self.descriptors.resize(usize::try_from(in_page * size).expect("a page"), 0);
            let table = (self.superblock.first_block + 1) * self.superblock.block_bytes;
            let offset = table + self.first_descriptor * size;
            if let Err(error) = self.volume.read(disk, offset, &mut self.descriptors) {
                self.descriptors.clear();
                return Err(error);
            }
        }
        let start = usize::try_from((group - self.first_descriptor) * size).expect("within a page");
        Ok(map_of(&self.descriptors[start..start + usize::try_from(size).expect("at most 1 KiB")])
            .filter(|(block, _)| (1..self.superblock.blocks).contains(block)))
    }
}

fn map_of(descriptor: &[u8]) -> Option<(u64, u64)> {
    if le_u16(descriptor, FLAGS) & MAP_UNINITIALIZED != 0 {
        return None;
    }
    let (mut block, mut free) = (u64::from(le_u32(descriptor, MAP_LOW)), u64::from(le_u16(descriptor, FREE_LOW)));
    if descriptor.len() >= 64 {
        block |= u64::from(le_u32(descriptor, MAP_HIGH)) << 32;
        free |= u64::from(le_u16(descriptor, FREE_HIGH)) << 16;
    }
    Some((block, free))
}

/// Without a map all blocks are in use.
fn is_free(map: &[u8], index: u64) -> bool {
    let byte = usize::try_from(index / 8).ok().and_then(|at| map.get(at));
    byte.is_some_and(|byte| byte & (1 << (index % 8)) == 0)
}

/// Whether the block at `index` is free, and how many from it on, up to `blocks`, are the same.
fn run(map: &[u8], index: u64, blocks: u64) -> (bool, u64) {
    let free = is_free(map, index);
    if map.is_empty() {
        return (false, blocks.saturating_sub(index).max(1));
    }
    let end = (index + 1..blocks).find(|&next| is_free(map, next) != free).unwrap_or(blocks);
    (free, end.saturating_sub(index).max(1))
}

fn free_blocks(map: &[u8], blocks: u64) -> u64 {
    let counted = usize::try_from(blocks / 8).unwrap_or(usize::MAX).min(map.len());
    let whole: u64 = map[..counted].iter().map(|byte| u64::from(byte.count_zeros())).sum();
    let rest = (blocks / 8 * 8..blocks).filter(|&index| is_free(map, index)).count();
    whole + rest as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_where_the_map_changes() {
        let map = [0b0000_0111, 0, 0xff];
        assert_eq!((run(&map, 0, 24), run(&map, 1, 24)), ((false, 3), (false, 2)));
        assert_eq!((run(&map, 3, 24), run(&map, 3, 10)), ((true, 13), (true, 7)));
        assert_eq!(run(&map, 16, 24), (false, 8));
        assert_eq!(run(&[], 5, 24), (false, 19), "without a map all is kept");
        assert_eq!((free_blocks(&map, 24), free_blocks(&map, 12), free_blocks(&map, 5)), (13, 9, 2));
    }

    #[test]
    fn a_descriptor_has_32_or_64_bytes() {
        let mut bytes = [0; 64];
        (bytes[0], bytes[12], bytes[32], bytes[44]) = (5, 7, 1, 1);
        assert_eq!(map_of(&bytes[..32]), Some((5, 7)));
        assert_eq!(map_of(&bytes), Some((5 | 1 << 32, 7 | 1 << 16)));
        bytes[18] = 2;
        assert_eq!(map_of(&bytes), None);
    }
}
