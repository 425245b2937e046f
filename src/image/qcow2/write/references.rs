//! Reference counts: how many entries of tables use each cluster of the file. They are written in blocks as
//! the file grows, with a table of the blocks at the end.

use super::{CLUSTER_BYTES, big_endian};
use crate::image::Output;

/// Counts have 2^4 bits.
pub(super) const ORDER: u32 = 4;

/// Counts in one block.
pub(super) const BLOCK_ENTRIES: u64 = CLUSTER_BYTES / 2;

#[derive(Default)]
pub(super) struct References {
    /// Where the complete blocks are.
    written: Vec<u64>,
    /// The blocks behind those.
    blocks: Vec<Vec<u16>>,
}

impl References {
    /// Counts one use. Clusters come in order, so that what lies far enough behind is complete.
    pub(super) fn add(&mut self, cluster: u64) {
        let block = usize::try_from(cluster / BLOCK_ENTRIES).expect("files are shorter than 2^63 bytes");
        let block = block.checked_sub(self.written.len()).expect("complete blocks get no more uses");
        while self.blocks.len() <= block {
            self.blocks.push(vec![0; usize::try_from(BLOCK_ENTRIES).expect("32768")]);
        }
        let count = &mut self.blocks[block][usize::try_from(cluster % BLOCK_ENTRIES).expect("less than 32768")];
        *count = count.saturating_add(1);
    }

    /// Writes the blocks of which all clusters lie before the end of `output`, which is a cluster's start.
    pub(super) fn append_complete(&mut self, output: &mut Output) -> std::io::Result<()> {
        while (self.written.len() as u64 + 1) * BLOCK_ENTRIES <= output.end() / CLUSTER_BYTES {
            self.add(output.end() / CLUSTER_BYTES);
            self.append_first(output)?;
        }
        Ok(())
    }

    fn append_first(&mut self, output: &mut Output) -> std::io::Result<()> {
        let counts = self.blocks.remove(0);
        let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_be_bytes()).collect();
        self.written.push(output.append(&bytes)?);
        Ok(())
    }

    /// Writes the blocks that are left, and their table; tells where it is and how many clusters it fills.
    pub(super) fn finish(mut self, output: &mut Output) -> std::io::Result<(u64, u64)> {
        let used = output.end() / CLUSTER_BYTES;
        let (blocks, table_clusters) = self.room(used);
        for cluster in used..used + (blocks - self.written.len() as u64) + table_clusters {
            self.add(cluster);
        }
        while !self.blocks.is_empty() {
            self.append_first(output)?;
        }
        let table = output.append(&big_endian(&self.written))?;
        output.align(CLUSTER_BYTES)?;
        Ok((table, table_clusters))
    }

    /// The number of blocks and the clusters of their table, when `used` clusters are in use before they come:
    /// they count themselves too.
    pub(super) fn room(&self, used: u64) -> (u64, u64) {
        let (mut blocks, mut table) = (used.div_ceil(BLOCK_ENTRIES), 1);
        loop {
            let clusters = used + blocks.saturating_sub(self.written.len() as u64) + table;
            let needed = (clusters.div_ceil(BLOCK_ENTRIES), (blocks * 8).div_ceil(CLUSTER_BYTES));
            if needed == (blocks, table) {
                return needed;
            }
            (blocks, table) = needed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_table_count_themselves() {
        let none = References::default();
        assert_eq!(none.room(1), (1, 1));
        assert_eq!(none.room(BLOCK_ENTRIES - 2), (1, 1));
        assert_eq!(none.room(BLOCK_ENTRIES - 1), (2, 1));
        // A table of one cluster has 8192 entries.
        assert_eq!(none.room(8192 * (BLOCK_ENTRIES - 1)), (8193, 2));
        let some = References { written: vec![0; 8], blocks: Vec::new() };
        assert_eq!(some.room(8 * BLOCK_ENTRIES + 5), (9, 1));
    }
}
