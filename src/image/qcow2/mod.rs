//! qcow2, versions 2 and 3 (QEMU, docs/interop/qcow2.txt): two levels of tables lead from a cluster of the
//! guest to one of the file.

mod cluster;
mod header;
#[cfg(test)]
mod tests;
mod write;

pub use write::{Layout, Qcow2Options, write_qcow2};

use super::mapped::Mapped;
use super::table::Table;
use super::{Content, Error, Input, Source};
use cluster::{Cluster, Clusters};
use header::{Backing, FORMAT, Header};

/// The first bytes of every qcow2 file.
pub(super) const MAGIC: &[u8] = b"QFI\xfb";

#[derive(Debug)]
pub(super) struct Qcow2<R> {
    input: Input<R>,
    header: Header,
    level_1: Table<8>,
    /// The level 2 table that was last used; at first none, which has the offset 0.
    level_2: Table<8>,
    clusters: Clusters,
}

impl<R: Source> Qcow2<R> {
    pub(super) fn open(mut input: Input<R>) -> Result<Self, Error> {
        let header = Header::read(&mut input)?;
        let level_1 = Table::new(header.level_1_offset, header.level_1_entries);
        let clusters = Clusters::new(header.cluster_bytes(), header.zstd);
        Ok(Self { input, header, level_1, level_2: Table::new(0, 0), clusters })
    }

    /// What it lies on.
    pub(super) fn backing(&self) -> Option<&Backing> {
        self.header.backing.as_ref()
    }

    fn use_level_2(&mut self, offset: u64) -> Result<(), Error> {
        if self.level_2.offset() == offset {
            return Ok(());
        }
        let cluster_bytes = self.header.cluster_bytes();
        if !offset.is_multiple_of(cluster_bytes) || !self.input.holds(offset, cluster_bytes) {
            return Err(self.input.damaged(FORMAT, format!("the table at byte {offset} lies outside the file")));
        }
        if self.header.covers(offset) {
            return Err(self.input.damaged(FORMAT, format!("the table at byte {offset} lies on another one")));
        }
        self.level_2 = Table::new(offset, self.header.level_2_entries());
        Ok(())
    }

    /// A cluster of the guest cannot be where the tables are that lead to it.
    fn check(&self, cluster: Cluster) -> Result<Cluster, Error> {
        match cluster {
            Cluster::Plain { offset } if self.header.covers(offset) || offset == self.level_2.offset() => {
                Err(self.input.damaged(FORMAT, format!("the cluster at byte {offset} lies on a table")))
            }
            cluster => Ok(cluster),
        }
    }
}

impl<R: Source> Mapped for Qcow2<R> {
    type Place = Cluster;

    fn disk_bytes(&self) -> u64 {
        self.header.virtual_bytes
    }

    fn place_at(&mut self, offset: u64) -> Result<(Cluster, u64), Error> {
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
        let cluster = self.check(Cluster::of_entry(entry, &self.header, &self.input)?)?;
        Ok((cluster, cluster_bytes - offset % cluster_bytes))
    }

    fn content(cluster: Cluster) -> Content {
        cluster.content()
    }

    fn read_place(&mut self, cluster: Cluster, at: u64, part: &mut [u8]) -> Result<(), Error> {
        self.clusters.read(&mut self.input, cluster, at % self.header.cluster_bytes(), part)
    }

    fn most_data(&self) -> u64 {
        let stored = self.input.length().saturating_add(self.header.cluster_bytes());
        stored.saturating_mul(self.clusters.most_expansion())
    }

    fn damaged(&self, what: String) -> Error {
        self.input.damaged(FORMAT, what)
    }
}
