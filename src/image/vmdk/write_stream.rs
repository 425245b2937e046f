//! Writing stream-optimized images: from first byte to last without going back, as OVF packages hold them.
//!
//! qemu-img leaves markers, footer and end out, which readers that do not seek need; VirtualBox imports so.

use std::io::Write;

use libdeflater::{CompressionLvl, Compressor};
use uuid::Uuid;

use super::header::{AT_END, DEFLATE, FLAG_COMPRESSED, FLAG_MARKERS, FLAG_NEWLINES, Header};
use super::{SECTOR_BYTES, descriptor};
use crate::image::{Disk, Error, Source};
use crate::io::blocks::{BlockCoder, BlockSink, BlockWriter};
use crate::io::meter::Meter;

const GRAIN_SECTORS: u64 = 128;
const GRAIN_BYTES: usize = 65536;
const TABLE_ENTRIES: usize = 512;

/// Before a grain, on its way through the coder and in the file: its first sector on the disk.
const ADDRESS_BYTES: usize = 8;

/// The first grain's sector. VirtualBox leaves so much room; the descriptor needs far less.
const OVERHEAD_SECTORS: u64 = 128;
const DESCRIPTOR_SECTORS: u64 = 20;

const MARKER_TABLE: u32 = 1;
const MARKER_DIRECTORY: u32 = 2;
const MARKER_FOOTER: u32 = 3;

/// The directory has an entry of 4 bytes for each 32 MiB, and is held in memory.
const MAX_BYTES: u64 = 64 << 40;

/// libdeflate's; on a system disk 0.98 of the size that qemu-img makes, in less than half the time.
const LEVEL: i32 = 6;

/// What an image is told of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamOptions {
    /// The file's own name, without quotes or line ends.
    pub name: String,
    pub uuid: Uuid,
    /// Threads that compress; `None`: one for each core. It does not change the bytes.
    pub threads: Option<usize>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// What the image says it holds: whole grains.
    pub capacity_bytes: u64,
    /// Bytes of grains that are not all zero.
    pub populated_bytes: u64,
}

/// The capacity of the image that will be written of a disk. One of 0 would mean that the header has no
/// say.
pub fn capacity_bytes(virtual_bytes: u64) -> u64 {
    virtual_bytes.max(1).next_multiple_of(GRAIN_BYTES as u64)
}

/// Writes `disk` to `sink`, and gives the sink back.
pub fn write_stream<R: Source, W: Write>(
    disk: &mut Disk<R>,
    sink: W,
    options: &StreamOptions,
    meter: &mut Meter,
) -> Result<(W, Streamed), Error> {
    let virtual_bytes = disk.virtual_bytes();
    if virtual_bytes > MAX_BYTES {
        return Err(Error::TooLarge { bytes: virtual_bytes, format: "a stream-optimized VMDK", limit: MAX_BYTES });
    }
    let capacity_bytes = capacity_bytes(virtual_bytes);
    let header = header(capacity_bytes / SECTOR_BYTES);
    let stream = Stream::start(sink, header, options).map_err(Error::Write)?;
    let mut writer = BlockWriter::new(stream, options.threads, GrainCoder::new);
    let mut populated_bytes = 0;
    disk.data_blocks(u32::try_from(GRAIN_BYTES).expect("64 KiB"), meter, |offset, grain| {
        populated_bytes += grain.len() as u64;
        writer.write_all(&(offset / SECTOR_BYTES).to_le_bytes())?;
        writer.write_all(grain)
    })?;
    let sink = writer.finish().and_then(Stream::finish).map_err(Error::Write)?;
    Ok((sink, Streamed { capacity_bytes, populated_bytes }))
}

fn header(capacity: u64) -> Header {
    Header {
        version: 3,
        flags: FLAG_NEWLINES | FLAG_COMPRESSED | FLAG_MARKERS,
        capacity,
        grain: GRAIN_SECTORS,
        descriptor: 1,
        descriptor_sectors: DESCRIPTOR_SECTORS,
        table_entries: 512,
        redundant_directory: 0,
        directory: AT_END,
        overhead: OVERHEAD_SECTORS,
        compression: DEFLATE,
    }
}

/// Makes one grain of its address and its bytes.
struct GrainCoder(Compressor);

impl GrainCoder {
    fn new() -> Self {
        Self(Compressor::new(CompressionLvl::new(LEVEL).expect("libdeflate has the levels 0 to 12")))
    }
}

impl BlockCoder for GrainCoder {
    const BLOCK_SIZE: usize = ADDRESS_BYTES + GRAIN_BYTES;

    /// Address, length, zlib stream, and zeros up to a whole sector. Of an empty disk comes an empty block.
    fn code(&mut self, input: &[u8], output: &mut Vec<u8>) -> std::io::Result<()> {
        output.clear();
        let Some((address, grain)) = input.split_at_checked(ADDRESS_BYTES) else { return Ok(()) };
        output.extend_from_slice(address);
        output.resize(ADDRESS_BYTES + 4 + self.0.zlib_compress_bound(grain.len()), 0);
        let coded = self.0.zlib_compress(grain, &mut output[ADDRESS_BYTES + 4..]).map_err(std::io::Error::other)?;
        let length = u32::try_from(coded).map_err(std::io::Error::other)?;
        output[ADDRESS_BYTES..ADDRESS_BYTES + 4].copy_from_slice(&length.to_le_bytes());
        output.truncate(ADDRESS_BYTES + 4 + coded);
        pad(output);
        Ok(())
    }
}

/// Fills the last sector.
fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(512), 0);
}

/// Keeps the tables of what passes.
struct Stream<W> {
    sink: W,
    header: Header,
    /// The sector that comes next.
    sector: u64,
    directory: Vec<u32>,
    /// Index of the table that is being filled.
    filling: usize,
    table: Vec<u32>,
}

impl<W: Write> Stream<W> {
    fn start(mut sink: W, header: Header, options: &StreamOptions) -> std::io::Result<Self> {
        let mut start = header.to_sector().to_vec();
        let kind = descriptor::STREAM_OPTIMIZED;
        let text = descriptor::of_one_file(kind, &options.name, header.capacity, options.uuid);
        start.extend_from_slice(text.as_bytes());
        if start.len() as u64 > (1 + DESCRIPTOR_SECTORS) * SECTOR_BYTES {
            return Err(std::io::Error::other(format!("`{}` is too long a name for a disk", options.name)));
        }
        start.resize(usize::try_from(OVERHEAD_SECTORS * SECTOR_BYTES).expect("64 KiB"), 0);
        sink.write_all(&start)?;
        let tables = usize::try_from(header.tables()).map_err(std::io::Error::other)?;
        let (directory, table) = (vec![0; tables], vec![0; TABLE_ENTRIES]);
        Ok(Self { sink, header, sector: OVERHEAD_SECTORS, directory, filling: 0, table })
    }

    /// Sectors are counted in 32 bits.
    fn here(&self) -> std::io::Result<u32> {
        u32::try_from(self.sector).map_err(|_| std::io::Error::other("the compressed disk is larger than 2 TiB"))
    }

    /// `bytes` are whole sectors.
    fn put_sectors(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.sink.write_all(bytes)?;
        self.sector += bytes.len() as u64 / SECTOR_BYTES;
        Ok(())
    }

    /// A marker, and the numbers it is about.
    fn put_marked(&mut self, kind: u32, content: &[u8]) -> std::io::Result<u32> {
        let mut marker = [0; 512];
        marker[..8].copy_from_slice(&(content.len() as u64 / SECTOR_BYTES).to_le_bytes());
        marker[12..16].copy_from_slice(&kind.to_le_bytes());
        self.put_sectors(&marker)?;
        let here = self.here()?;
        self.put_sectors(content)?;
        Ok(here)
    }

    /// A table follows the grains that it is about; one without grains is left out.
    fn end_table(&mut self) -> std::io::Result<()> {
        if self.table.iter().all(|&grain| grain == 0) {
            return Ok(());
        }
        let content: Vec<u8> = self.table.iter().flat_map(|grain| grain.to_le_bytes()).collect();
        let here = self.put_marked(MARKER_TABLE, &content)?;
        self.directory[self.filling] = here;
        self.table.fill(0);
        Ok(())
    }

    fn finish(mut self) -> std::io::Result<W> {
        self.end_table()?;
        let mut directory: Vec<u8> = self.directory.iter().flat_map(|table| table.to_le_bytes()).collect();
        pad(&mut directory);
        let here = self.put_marked(MARKER_DIRECTORY, &directory)?;
        let footer = Header { directory: here.into(), ..self.header };
        self.put_marked(MARKER_FOOTER, &footer.to_sector())?;
        // A marker of nothing but zeros is the end.
        self.put_sectors(&[0; 512])?;
        Ok(self.sink)
    }
}

impl<W: Write> BlockSink for Stream<W> {
    fn put(&mut self, block: &[u8]) -> std::io::Result<()> {
        let Some(address) = block.first_chunk() else { return Ok(()) };
        let grain = usize::try_from(u64::from_le_bytes(*address) / GRAIN_SECTORS).map_err(std::io::Error::other)?;
        if grain / TABLE_ENTRIES != self.filling {
            self.end_table()?;
            self.filling = grain / TABLE_ENTRIES;
        }
        self.table[grain % TABLE_ENTRIES] = self.here()?;
        self.put_sectors(block)
    }
}
