//! A file of plain clusters whose every table is known before its first byte: header, reference counts, tables, data.
//! It is written from first byte to last, into an archive for one.

use std::io::{BufWriter, Write};

use super::header::Header;
use super::references::{BLOCK_ENTRIES, References};
use super::{CLUSTER_BYTES, COPIED, MAX_BYTES, TABLE_ENTRIES, whole_sectors};
use crate::image::occupied::{BLOCK_BYTES, GROUP_BLOCKS, Occupied};
use crate::image::pages::Pages;
use crate::image::{Disk, Error, Source};
use crate::io::blocking::Cancelled;
use crate::io::meter::Meter;

/// Clusters that are written together.
const BUFFER_BYTES: usize = 1 << 20;

const _: () = assert!(BLOCK_BYTES == CLUSTER_BYTES && GROUP_BLOCKS == TABLE_ENTRIES);

/// What the file of a disk will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    virtual_bytes: u64,
    occupied: Occupied,
    /// Clusters of the table of reference counts, and of the counts.
    reference_table: u64,
    reference_blocks: u64,
}

impl Layout {
    pub fn of<R: Source>(disk: &mut Disk<R>, cancelled: &Cancelled) -> Result<Self, Error> {
        let virtual_bytes = whole_sectors(disk.virtual_bytes());
        if virtual_bytes > MAX_BYTES {
            return Err(Error::TooLarge { bytes: virtual_bytes, format: "a qcow2 file", limit: MAX_BYTES });
        }
        Ok(Self::of_blocks(virtual_bytes, Occupied::of(disk, cancelled)?))
    }

    pub(super) fn of_blocks(virtual_bytes: u64, occupied: Occupied) -> Self {
        let mut layout = Self { virtual_bytes, occupied, reference_table: 0, reference_blocks: 0 };
        (layout.reference_blocks, layout.reference_table) = References::default().room(layout.clusters());
        layout
    }

    /// Bytes of the disk that are read for it.
    pub fn data_bytes(&self) -> u64 {
        self.occupied.blocks() * CLUSTER_BYTES
    }

    /// The length of the file.
    pub fn file_bytes(&self) -> u64 {
        self.clusters() * CLUSTER_BYTES
    }

    /// Writes the file of `disk`, of which this is the layout.
    pub fn write<R: Source, W: Write>(&self, disk: &mut Disk<R>, sink: W, meter: &mut Meter) -> Result<W, Error> {
        let mut tables = BufWriter::with_capacity(BUFFER_BYTES, sink);
        self.write_tables(&mut tables).map_err(Error::Write)?;
        let mut sink = tables.into_inner().map_err(|error| Error::Write(error.into_error()))?;
        let mut buffer = Pages::new(BUFFER_BYTES);
        let mut clusters = self.occupied.iter().peekable();
        while clusters.peek().is_some() {
            let mut filled = 0;
            for (cluster, index) in buffer.chunks_exact_mut(cluster_bytes()).zip(clusters.by_ref()) {
                disk.read(index * CLUSTER_BYTES, cluster)?;
                meter.advance(CLUSTER_BYTES).map_err(Error::Write)?;
                filled += cluster.len();
            }
            sink.write_all(&buffer[..filled]).map_err(Error::Write)?;
        }
        Ok(sink)
    }

    pub(super) fn write_tables(&self, sink: &mut impl Write) -> std::io::Result<()> {
        let header = Header {
            virtual_bytes: self.virtual_bytes,
            codec: None,
            level_1: self.level_1() * CLUSTER_BYTES,
            level_1_entries: self.level_1_entries(),
            reference_table: CLUSTER_BYTES,
            reference_table_clusters: self.reference_table,
        };
        let mut clusters = Clusters { sink, at: 0 };
        clusters.put(&header.to_bytes()?)?;
        clusters.fill_up()?;
        self.write_references(&mut clusters)?;
        self.write_level_1(&mut clusters)?;
        self.write_level_2(&mut clusters)
    }

    /// Every cluster of the file is used once.
    fn write_references(&self, clusters: &mut Clusters<impl Write>) -> std::io::Result<()> {
        let first = 1 + self.reference_table;
        for block in 0..self.reference_blocks {
            clusters.put(&((first + block) * CLUSTER_BYTES).to_be_bytes())?;
        }
        clusters.fill_up()?;
        for cluster in 0..self.reference_blocks * BLOCK_ENTRIES {
            clusters.put(&u16::from(cluster < self.clusters()).to_be_bytes())?;
        }
        clusters.fill_up()
    }

    fn write_level_1(&self, clusters: &mut Clusters<impl Write>) -> std::io::Result<()> {
        let mut groups = self.occupied.groups().zip(self.level_2()..).peekable();
        for index in 0..self.level_1_entries() {
            let table = groups.next_if(|(group, _)| *group == index);
            clusters.put(&entry(table.map(|(_, cluster)| cluster)))?;
        }
        clusters.fill_up()
    }

    fn write_level_2(&self, clusters: &mut Clusters<impl Write>) -> std::io::Result<()> {
        let mut next = self.level_2() + self.tables();
        for group in self.occupied.groups() {
            let mut blocks = self.occupied.of_group(group).peekable();
            for index in 0..TABLE_ENTRIES {
                let block = blocks.next_if(|block| block % TABLE_ENTRIES == index);
                clusters.put(&entry(block.map(|_| next)))?;
                next += u64::from(block.is_some());
            }
        }
        Ok(())
    }

    /// All of the file's.
    fn clusters(&self) -> u64 {
        self.level_2() + self.tables() + self.occupied.blocks()
    }

    /// The first cluster of the level 1 table.
    fn level_1(&self) -> u64 {
        1 + self.reference_table + self.reference_blocks
    }

    fn level_1_entries(&self) -> u64 {
        self.virtual_bytes.div_ceil(TABLE_ENTRIES * CLUSTER_BYTES)
    }

    /// The first cluster of the level 2 tables.
    fn level_2(&self) -> u64 {
        self.level_1() + (self.level_1_entries() * 8).div_ceil(CLUSTER_BYTES)
    }

    fn tables(&self) -> u64 {
        self.occupied.groups().len() as u64
    }
}

fn cluster_bytes() -> usize {
    usize::try_from(CLUSTER_BYTES).expect("64 KiB")
}

/// What a table says of a cluster of the file, or of none.
fn entry(cluster: Option<u64>) -> [u8; 8] {
    cluster.map_or(0, |cluster| (cluster * CLUSTER_BYTES) | COPIED).to_be_bytes()
}

/// Counts what was written.
struct Clusters<'a, W> {
    sink: &'a mut W,
    /// Bytes.
    at: u64,
}

impl<W: Write> Clusters<'_, W> {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.at += bytes.len() as u64;
        self.sink.write_all(bytes)
    }

    /// Ends the cluster.
    fn fill_up(&mut self) -> std::io::Result<()> {
        while !self.at.is_multiple_of(CLUSTER_BYTES) {
            self.put(&[0; 8])?;
        }
        Ok(())
    }
}
