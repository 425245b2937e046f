//! Writing qcow2, version 3. Plain clusters have a `Layout` that is known before. Compressed ones are appended as they
//! come, each level 2 table behind the clusters that it leads to, what leads to the tables at the end; the header is
//! put to its place last. Only the level 1 table and the pages being filled are in memory, so that a disk of any size
//! takes little of it.

mod coder;
mod header;
mod layout;
mod references;
#[cfg(test)]
mod tests;

use std::io::Write;

use fs_err as fs;

use crate::image::{Codec, Disk, Error, Output, Source};
use crate::io::blocks::{BlockSink, BlockWriter};
use crate::io::meter::Meter;
use coder::{ADDRESS_BYTES, ClusterCoder};
use header::Header;
pub use layout::Layout;
use references::References;

const CLUSTER_BITS: u32 = 16;
const CLUSTER_BYTES: u64 = 1 << CLUSTER_BITS;

/// Bytes of the disk that one level 2 table tells of.
const TABLE_ENTRIES: u64 = CLUSTER_BYTES / 8;

/// QEMU opens no larger level 1 table than 32 MiB, but the readers' own limit comes first.
const MAX_BYTES: u64 = crate::image::MAX_VIRTUAL_BYTES;

/// Set where a cluster belongs to one entry alone.
const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;

/// Below it is a compressed cluster's offset, above it the number of further sectors.
const COMPRESSED_OFFSET_BITS: u32 = 62 - (CLUSTER_BITS - 8);
const SECTOR_BYTES: u64 = 512;

/// How the clusters are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Qcow2Options {
    /// `None`: as they are.
    pub codec: Option<Codec>,
    /// Threads that compress; `None`: one for each core. It does not change the bytes.
    pub threads: Option<usize>,
}

/// Writes `disk` to `file`, which is empty.
pub fn write_qcow2<R: Source>(
    disk: &mut Disk<R>,
    file: fs::File,
    options: &Qcow2Options,
    meter: &mut Meter,
) -> Result<(), Error> {
    let virtual_bytes = whole_sectors(disk.virtual_bytes());
    if virtual_bytes > MAX_BYTES {
        return Err(Error::TooLarge { bytes: virtual_bytes, format: "a qcow2 file", limit: MAX_BYTES });
    }
    match options.codec {
        None => plain(disk, file, meter),
        Some(codec) => {
            let image = Image::start(file, virtual_bytes, codec).map_err(Error::Write)?;
            compressed(disk, image, codec, options.threads, meter)?.finish().map_err(Error::Write)
        }
    }
}

/// QEMU leaves out what is less than a sector at a disk's end.
fn whole_sectors(bytes: u64) -> u64 {
    bytes.next_multiple_of(SECTOR_BYTES)
}

fn plain<R: Source>(disk: &mut Disk<R>, file: fs::File, meter: &mut Meter) -> Result<(), Error> {
    let layout = Layout::of(disk, meter.cancelled())?;
    layout.write(disk, file, meter).map(|_| ())
}

fn compressed<R: Source>(
    disk: &mut Disk<R>,
    image: Image,
    codec: Codec,
    threads: Option<usize>,
    meter: &mut Meter,
) -> Result<Image, Error> {
    let mut writer = BlockWriter::new(image, threads, move || ClusterCoder::new(codec));
    disk.data_blocks(cluster_bytes(), meter, |offset, cluster| {
        writer.write_all(&offset.to_le_bytes())?;
        writer.write_all(cluster)
    })?;
    writer.finish().map_err(Error::Write)
}

fn cluster_bytes() -> u32 {
    u32::try_from(CLUSTER_BYTES).expect("64 KiB")
}

/// An image that is being written; clusters come in the disk's order.
struct Image {
    output: Output,
    virtual_bytes: u64,
    codec: Codec,
    level_1: Vec<u64>,
    /// The index of the table that is being filled.
    filling: usize,
    level_2: Vec<u64>,
    references: References,
}

impl Image {
    fn start(file: fs::File, virtual_bytes: u64, codec: Codec) -> std::io::Result<Self> {
        let tables = virtual_bytes.div_ceil(TABLE_ENTRIES * CLUSTER_BYTES);
        let mut output = Output::new(file);
        output.skip_to(CLUSTER_BYTES)?;
        let mut references = References::default();
        references.add(0);
        Ok(Self {
            output,
            virtual_bytes,
            codec,
            level_1: vec![0; usize::try_from(tables).map_err(std::io::Error::other)?],
            filling: 0,
            level_2: vec![0; usize::try_from(TABLE_ENTRIES).map_err(std::io::Error::other)?],
            references,
        })
    }

    /// Stores what belongs to byte `offset` of the disk: a whole cluster as it is, or less of it compressed.
    fn add(&mut self, offset: u64, stored: &[u8]) -> std::io::Result<()> {
        let cluster = offset / CLUSTER_BYTES;
        let table = usize::try_from(cluster / TABLE_ENTRIES).map_err(std::io::Error::other)?;
        if table != self.filling {
            self.end_table()?;
            self.filling = table;
        }
        let entry = if stored.len() as u64 == CLUSTER_BYTES {
            self.append_cluster(stored)? | COPIED
        } else {
            self.append_compressed(stored)?
        };
        self.level_2[usize::try_from(cluster % TABLE_ENTRIES).expect("less than a table")] = entry;
        Ok(())
    }

    fn append_cluster(&mut self, cluster: &[u8]) -> std::io::Result<u64> {
        self.output.align(CLUSTER_BYTES)?;
        let offset = self.output.append(cluster)?;
        self.references.add(offset / CLUSTER_BYTES);
        Ok(offset)
    }

    /// Compressed clusters lie one behind the other, over the borders of the file's clusters.
    fn append_compressed(&mut self, coded: &[u8]) -> std::io::Result<u64> {
        let offset = self.output.append(coded)?;
        let last = self.output.end() - 1;
        for cluster in offset / CLUSTER_BYTES..=last / CLUSTER_BYTES {
            self.references.add(cluster);
        }
        let further_sectors = last / SECTOR_BYTES - offset / SECTOR_BYTES;
        Ok(COMPRESSED | further_sectors << COMPRESSED_OFFSET_BITS | offset)
    }

    /// A table without clusters is left out.
    fn end_table(&mut self) -> std::io::Result<()> {
        if self.level_2.iter().all(|&entry| entry == 0) {
            return Ok(());
        }
        let table = big_endian(&self.level_2);
        let offset = self.append_cluster(&table)?;
        self.level_1[self.filling] = offset | COPIED;
        self.level_2.fill(0);
        self.references.append_complete(&mut self.output)
    }

    fn finish(mut self) -> std::io::Result<()> {
        self.end_table()?;
        self.output.align(CLUSTER_BYTES)?;
        // Of a disk of 0 bytes the table is empty: the header says so, and no reader looks for it.
        let table = big_endian(&self.level_1);
        let level_1 = self.output.append(&table)?;
        self.output.align(CLUSTER_BYTES)?;
        for cluster in level_1 / CLUSTER_BYTES..self.output.end() / CLUSTER_BYTES {
            self.references.add(cluster);
        }
        let (reference_table, clusters) = std::mem::take(&mut self.references).finish(&mut self.output)?;
        let header = Header {
            virtual_bytes: self.virtual_bytes,
            codec: Some(self.codec),
            level_1,
            level_1_entries: self.level_1.len() as u64,
            reference_table,
            reference_table_clusters: clusters,
        };
        self.output.put(0, &header.to_bytes()?)?;
        self.output.finish()
    }
}

fn big_endian(entries: &[u64]) -> Vec<u8> {
    entries.iter().flat_map(|entry| entry.to_be_bytes()).collect()
}

impl BlockSink for Image {
    fn put(&mut self, block: &[u8]) -> std::io::Result<()> {
        match block.split_first_chunk::<ADDRESS_BYTES>() {
            Some((address, stored)) => self.add(u64::from_le_bytes(*address), stored),
            // What comes of a disk without data.
            None => Ok(()),
        }
    }
}
