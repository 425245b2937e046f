//! The allocation table: for each cluster the next one of its file, 12 bits each.

use super::CLUSTERS;

/// The first cluster has number 2; the table's first two entries are not clusters.
const FIRST: usize = 2;
/// Repeats the media byte of the boot sector.
const HEAD: [u16; FIRST] = [0xFF0, 0xFFF];
const END_OF_CHAIN: u16 = 0xFFF;

/// The clusters of a file or folder, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    /// 0 when there are none; also the root's number.
    pub(super) first: u16,
    pub(super) clusters: usize,
}

pub(super) struct Table(Vec<u16>);

impl Table {
    pub(super) fn new() -> Self {
        Self(HEAD.to_vec())
    }

    /// `None` when there are not so many left.
    pub(super) fn take(&mut self, clusters: usize) -> Option<Chain> {
        let start = self.0.len();
        if clusters > FIRST + CLUSTERS - start {
            return None;
        }
        if clusters == 0 {
            return Some(Chain::default());
        }
        let number = |cluster: usize| u16::try_from(cluster).expect("a floppy has few clusters");
        self.0.extend((start + 1..start + clusters).map(number));
        self.0.push(END_OF_CHAIN);
        Some(Chain { first: number(start), clusters })
    }

    /// Two entries in three bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for pair in self.0.chunks(2) {
            let (left, right) = (pair[0], pair.get(1).copied().unwrap_or(0));
            let [left_low, left_high] = left.to_le_bytes();
            let [right_low, right_high] = (right << 4).to_le_bytes();
            bytes.extend([left_low, left_high | right_low, right_high]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_follow_each_other() {
        let mut table = Table::new();
        assert_eq!(table.take(2), Some(Chain { first: 2, clusters: 2 }));
        assert_eq!(table.take(0), Some(Chain::default()));
        assert_eq!(table.take(1), Some(Chain { first: 4, clusters: 1 }));
        assert_eq!(table.bytes(), [0xF0, 0xFF, 0xFF, 0x03, 0xF0, 0xFF, 0xFF, 0x0F, 0x00]);
    }

    #[test]
    fn the_last_cluster_can_be_taken_and_no_more() {
        let mut table = Table::new();
        assert_eq!(table.take(CLUSTERS + 1), None);
        assert!(table.take(CLUSTERS).is_some());
        assert_eq!(table.take(1), None);
    }
}
