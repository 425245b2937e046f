//! Which blocks of a disk hold something. It is known before the first byte is written, so that a format whose tables
//! and sizes come first can be written from first byte to last.

use std::collections::BTreeMap;

use super::blocks::{Data, is_zero};
use super::pages::Pages;
use super::{Content, Disk, Error, Source};
use crate::io::blocking::Cancelled;

/// A cluster of the qcow2 files that are written.
pub(super) const BLOCK_BYTES: u64 = 64 * 1024;

/// What one level 2 table of a qcow2 file tells of: 512 MiB.
pub(super) const GROUP_BLOCKS: u64 = BLOCK_BYTES / 8;

/// A look at so many bytes is enough for most blocks that hold something.
const LOOK_BYTES: usize = 512;

const WORD_BITS: u64 = 64;

/// A bit for each block.
const GROUP_WORDS: usize = 128;
type Group = [u64; GROUP_WORDS];

const _: () = assert!(GROUP_WORDS as u64 * WORD_BITS == GROUP_BLOCKS);

/// Takes 1 KiB for each 512 MiB in which there is anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Occupied {
    groups: BTreeMap<u64, Box<Group>>,
    blocks: u64,
}

impl Occupied {
    /// Blocks of data that are not all zero. Only of those that look empty all bytes are read.
    pub(super) fn of<R: Source>(disk: &mut Disk<R>, cancelled: &Cancelled) -> Result<Self, Error> {
        let mut occupied = Self::default();
        let mut block = Pages::new(usize::try_from(BLOCK_BYTES).expect("64 KiB"));
        let (mut at, mut data) = (0, Data::default());
        while at < disk.virtual_bytes() {
            cancelled.check().map_err(Error::Write)?;
            let extent = disk.counted_extent(at, &mut data)?;
            if extent.content != Content::Data {
                at = extent.end();
            }
            while at < extent.end() {
                cancelled.check().map_err(Error::Write)?;
                let index = at / BLOCK_BYTES;
                if holds_something(disk, at, &mut block)? {
                    occupied.add(index);
                }
                at = (index + 1) * BLOCK_BYTES;
            }
        }
        Ok(occupied)
    }

    fn add(&mut self, block: u64) {
        let group = self.groups.entry(block / GROUP_BLOCKS).or_insert_with(|| Box::new([0; GROUP_WORDS]));
        let word = usize::try_from(block % GROUP_BLOCKS / WORD_BITS).expect("less than a group");
        group[word] |= 1 << (block % WORD_BITS);
        self.blocks += 1;
    }

    /// How many there are.
    pub(super) fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The groups with any, in order.
    pub(super) fn groups(&self) -> impl ExactSizeIterator<Item = u64> {
        self.groups.keys().copied()
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        self.groups.keys().flat_map(|&group| self.of_group(group))
    }

    /// Those of one group, in order.
    pub(super) fn of_group(&self, group: u64) -> impl Iterator<Item = u64> {
        let words = self.groups.get(&group).map_or(&[][..], |words| words.as_slice());
        let first = group * GROUP_BLOCKS;
        (first..).step_by(64).zip(words).flat_map(|(first, &word)| {
            (0..WORD_BITS).filter(move |bit| (word >> bit) & 1 == 1).map(move |bit| first + bit)
        })
    }
}

/// Of the indices of blocks, in order.
#[cfg(test)]
impl FromIterator<u64> for Occupied {
    fn from_iter<T: IntoIterator<Item = u64>>(blocks: T) -> Self {
        let mut occupied = Self::default();
        blocks.into_iter().for_each(|block| occupied.add(block));
        occupied
    }
}

/// Whether the block around `at`, which is not before the first of its data, has any byte that is not zero.
fn holds_something<R: Source>(disk: &mut Disk<R>, at: u64, block: &mut [u8]) -> Result<bool, Error> {
    let start = at - at % BLOCK_BYTES;
    let left = usize::try_from(start + BLOCK_BYTES - at).expect("at most a block");
    let look = &mut block[..LOOK_BYTES.min(left)];
    disk.read(at, look)?;
    if !is_zero(look) {
        return Ok(true);
    }
    disk.read(start, block)?;
    Ok(!is_zero(block))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use super::*;
    use crate::image::{Format, Input};

    fn occupied(bytes: &[u8]) -> Vec<u64> {
        let mut disk = Disk::of(Input::new(Cursor::new(bytes), Path::new("disk")).unwrap(), Format::Raw).unwrap();
        let found = Occupied::of(&mut disk, &Cancelled::default()).unwrap();
        assert_eq!(found.iter().count() as u64, found.blocks());
        found.iter().collect()
    }

    #[test]
    fn one_byte_anywhere_occupies_its_block() {
        assert_eq!(occupied(&[]), [0; 0]);
        assert_eq!(occupied(&vec![0; 200_000]), [0; 0]);
        for (at, block) in [(0, 0), (511, 0), (512, 0), (65_535, 0), (65_536, 1), (199_999, 3)] {
            let mut bytes = vec![0; 200_000];
            bytes[at] = 1;
            assert_eq!(occupied(&bytes), [block], "{at}");
        }
    }

    #[test]
    fn groups_are_only_where_something_is() {
        let blocks = [0, 63, 64, GROUP_BLOCKS - 1, 5 * GROUP_BLOCKS, 1 << 33];
        let occupied: Occupied = blocks.into_iter().collect();
        assert_eq!(occupied.groups().collect::<Vec<_>>(), [0, 5, (1 << 33) / GROUP_BLOCKS]);
        assert_eq!(occupied.iter().collect::<Vec<_>>(), blocks);
        assert_eq!(occupied.of_group(0).collect::<Vec<_>>(), blocks[..4]);
    }
}
