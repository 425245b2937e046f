//! qcow2, versions 2 and 3 (QEMU, docs/interop/qcow2.txt): two levels of tables lead from a cluster of the
//! guest to one of the file.

mod cluster;
mod header;
#[cfg(test)]
mod tests;
mod write;

pub use write::{Layout, Qcow2Options, write_qcow2};

use super::table::Table;
use super::{Error, Extent, Input, MAX_JOINED_BYTES, Source};
use cluster::{Cluster, Clusters};
use header::{Backing, FORMAT, Header};

/// The first bytes of every qcow2 file.
pub(super) const MAGIC: &[u8] = b"QFI\xfb";

#[derive(Debug)]
pub struct Qcow2<R> {
    input: Input<R>,
    header: Header,
    level_1: Table<8>,
    /// The level 2 table that was last used; at first none, which has the offset 0.
    level_2: Table<8>,
    clusters: Clusters,
}

impl<R: Source> Qcow2<R> {
    pub fn open(mut input: Input<R>) -> Result<Self, Error> {
        let header = Header::read(&mut input)?;
        let level_1 = Table::new(header.level_1_offset, header.level_1_entries);
        let clusters = Clusters::new(header.cluster_bytes(), header.zstd);
        Ok(Self { input, header, level_1, level_2: Table::new(0, 0), clusters })
    }

    pub fn virtual_bytes(&self) -> u64 {
        self.header.virtual_bytes
    }

    /// What it lies on.
    pub(super) fn backing(&self) -> Option<&Backing> {
        self.header.backing.as_ref()
    }

    /// What is at `offset`, for at most `limit` bytes.
    pub fn extent(&mut self, offset: u64, limit: u64) -> Result<Extent, Error> {
        let limit = limit.min(self.virtual_bytes().saturating_sub(offset));
        let (first, mut length) = self.cluster_at(offset)?;
        while length < limit.min(MAX_JOINED_BYTES) {
            let (next, more) = self.cluster_at(offset + length)?;
            if next.content() != first.content() {
                break;
            }
            length += more;
        }
        Ok(Extent { start: offset, length: length.min(limit).max(1), content: first.content() })
    }

    /// Fills `buffer` from `offset` on; what is not here is zero.
    pub fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let (cluster, length) = self.cluster_at(at)?;
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
            let (part, next) = rest.split_at_mut(length);
            let skip = at % self.header.cluster_bytes();
            self.clusters.read(&mut self.input, cluster, skip, part)?;
            at += length as u64;
            rest = next;
        }
        Ok(())
    }

    /// What holds the byte at `offset`, and for how many bytes.
    fn cluster_at(&mut self, offset: u64) -> Result<(Cluster, u64), Error> {
        let (in_table, table_bytes) = (self.header.level_2_entries(), self.header.level_2_reach());
        let index = offset / table_bytes;
        if index >= self.level_1.count() {
            return Err(self.input.damaged(FORMAT, format!("no table leads to byte {offset} of the disk")));
        }
        let entry = u64::from_be_bytes(self.level_1.entry(&mut self.input, index)?);
        let table = entry & header::OFFSET_MASK;
        if table == 0 {
            return Ok((Cluster::Hole, table_bytes - offset % table_bytes));
        }
        let cluster_bytes = self.header.cluster_bytes();
        let index = offset / cluster_bytes % in_table;
        self.use_level_2(table)?;
        let entry = u64::from_be_bytes(self.level_2.entry(&mut self.input, index)?);
        let cluster = Cluster::of_entry(entry, &self.header, &self.input)?;
        Ok((cluster, cluster_bytes - offset % cluster_bytes))
    }

    fn use_level_2(&mut self, offset: u64) -> Result<(), Error> {
        if self.level_2.offset() == offset {
            return Ok(());
        }
        let cluster_bytes = self.header.cluster_bytes();
        if !offset.is_multiple_of(cluster_bytes) || !self.input.holds(offset, cluster_bytes) {
            return Err(self.input.damaged(FORMAT, format!("the table at byte {offset} lies outside the file")));
        }
        self.level_2 = Table::new(offset, self.header.level_2_entries());
        Ok(())
    }
}
