//! The superblock, and whether the file system is one whose maps can be trusted.

use crate::image::fields::{le_u16, le_u32};
use crate::image::unused::volume::Volume;
use crate::image::{Disk, Error, Source};

const OFFSET: u64 = 1024;
const BYTES: usize = 1024;

const BLOCKS: usize = 4;
const FIRST_BLOCK: usize = 20;
const BLOCK_SIZE: usize = 24;
const CLUSTER_SIZE: usize = 28;
const GROUP_BLOCKS: usize = 32;
const MAGIC: usize = 56;
const STATE: usize = 58;
const REVISION: usize = 76;
const COMPATIBLE: usize = 92;
const INCOMPATIBLE: usize = 96;
const READ_ONLY: usize = 100;
const DESCRIPTOR_SIZE: usize = 254;
const BLOCKS_HIGH: usize = 336;

const EXT: u16 = 0xef53;

/// Unmounted, and nothing was found wrong with it.
const CLEAN: u16 = 1;

const HAS_64_BITS: u32 = 0x80;

/// directory preallocation, imagic inodes, journal, extended attributes, resize inode, hashed directories, backups at
/// two places, fast commits, stable inodes, orphan file.
const KNOWN_COMPATIBLE: u32 = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x200 | 0x400 | 0x800 | 0x1000;

/// File types, extents, 64 bits, multiple mount protection, flexible groups, values in inodes, seeds of checksums,
/// large directories, inline data, encryption, case folding. Not: compression, a journal to be replayed (4), a journal
/// of another file system, descriptors in other places.
const KNOWN_INCOMPATIBLE: u32 =
    0x2 | 0x40 | HAS_64_BITS | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x1_0000 | 0x2_0000;

/// Few superblocks, large files, trees, huge files, checksums of groups, many links, large inodes, quota, checksums,
/// read-only, projects, verity. Not: clusters of blocks (0x200), snapshots, replicas, blocks that files share,
/// orphans (0x10000).
const KNOWN_READ_ONLY: u32 = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x400 | 0x1000 | 0x2000 | 0x8000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Superblock {
    pub(super) blocks: u64,
    pub(super) block_bytes: u64,
    /// 1 with blocks of 1 KiB, otherwise 0.
    pub(super) first_block: u64,
    pub(super) group_blocks: u64,
    pub(super) descriptor_bytes: u64,
}

impl Superblock {
    /// `None` if the file system's maps are not to be trusted, or if it is none.
    pub(super) fn read<R: Source>(disk: &mut Disk<R>, volume: &Volume) -> Result<Option<Self>, Error> {
        if volume.length() < OFFSET + BYTES as u64 {
            return Ok(None);
        }
        let mut bytes = [0; BYTES];
        volume.read(disk, OFFSET, &mut bytes)?;
        Ok(Self::parse(&bytes).filter(|superblock| superblock.fits(volume.length())))
    }

    fn parse(bytes: &[u8; BYTES]) -> Option<Self> {
        let (size, cluster_size) = (le_u32(bytes, BLOCK_SIZE), le_u32(bytes, CLUSTER_SIZE));
        if !is_trusted(bytes) || size > 6 || size != cluster_size {
            return None;
        }
        let wide = le_u32(bytes, INCOMPATIBLE) & HAS_64_BITS != 0;
        let high = if wide { u64::from(le_u32(bytes, BLOCKS_HIGH)) << 32 } else { 0 };
        Some(Self {
            blocks: u64::from(le_u32(bytes, BLOCKS)) | high,
            block_bytes: 1024 << size,
            first_block: le_u32(bytes, FIRST_BLOCK).into(),
            group_blocks: le_u32(bytes, GROUP_BLOCKS).into(),
            descriptor_bytes: if wide { le_u16(bytes, DESCRIPTOR_SIZE).into() } else { 32 },
        })
    }

    /// Its numbers agree with one another and with the volume.
    fn fits(&self, volume_bytes: u64) -> bool {
        let length = self.blocks.checked_mul(self.block_bytes);
        let one_map = (8..=self.block_bytes * 8).contains(&self.group_blocks) && self.group_blocks.is_multiple_of(8);
        let descriptors = (32..=1024).contains(&self.descriptor_bytes) && self.descriptor_bytes.is_power_of_two();
        let first = u64::from(self.block_bytes == 1024);
        let inside = length.is_some_and(|length| length <= volume_bytes);
        inside && one_map && descriptors && self.first_block == first && self.blocks > self.first_block
    }

    /// The last group may be shorter.
    pub(super) fn blocks_of(&self, group: u64) -> u64 {
        let before = self.first_block + group * self.group_blocks;
        self.blocks.saturating_sub(before).min(self.group_blocks)
    }
}

/// Clean, of a revision that has feature flags, and without features that are not known.
fn is_trusted(bytes: &[u8; BYTES]) -> bool {
    let unknown = |at: usize, known: u32| le_u32(bytes, at) & !known != 0;
    le_u16(bytes, MAGIC) == EXT
        && le_u16(bytes, STATE) == CLEAN
        && le_u32(bytes, REVISION) == 1
        && !unknown(COMPATIBLE, KNOWN_COMPATIBLE)
        && !unknown(INCOMPATIBLE, KNOWN_INCOMPATIBLE)
        && !unknown(READ_ONLY, KNOWN_READ_ONLY)
}
