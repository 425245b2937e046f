//! Writing fixed and dynamic disks. Both are whole sectors long.

use fs_err as fs;
use uuid::Uuid;

use super::footer::{self, Footer, Kind};
use super::sparse_header::{self, SparseHeader};
use super::{HOLE, SECTOR_BYTES};
use crate::image::entries::Entries;
use crate::image::raw::write_blocks;
use crate::image::{Disk, Error, Output, Source};
use crate::io::meter::Meter;

/// What all readers take.
const BLOCK_BYTES: u32 = 2 << 20;

/// Of 4096 sectors, one bit for each.
const BITMAP_BYTES: usize = 512;

/// Hyper-V's limit for both kinds; the table's sectors have 32 bits, so that a file is less than 2 TiB.
const MAX_BYTES: u64 = 2040 << 30;

/// What the size of a fixed disk is a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    Sector,
    /// Azure takes nothing else.
    Mebibyte,
}

impl Alignment {
    fn bytes(self) -> u64 {
        match self {
            Self::Sector => SECTOR_BYTES,
            Self::Mebibyte => 1 << 20,
        }
    }
}

/// Writes the disk itself, with holes where it has none of its own, and a footer.
pub fn write_fixed_vhd<R: Source>(
    disk: &mut Disk<R>,
    file: fs::File,
    id: Uuid,
    alignment: Alignment,
    meter: &mut Meter,
) -> Result<(), Error> {
    let disk_bytes = checked_bytes(disk.virtual_bytes(), alignment)?;
    let footer = Footer { kind: Kind::Fixed, disk_bytes, data_offset: u64::MAX };
    let mut output = write_blocks(disk, Output::new(file), disk_bytes, meter)?;
    output.append(&footer.to_sector(id)).and_then(|_| output.finish()).map_err(Error::Write)
}

fn checked_bytes(virtual_bytes: u64, alignment: Alignment) -> Result<u64, Error> {
    if virtual_bytes > MAX_BYTES {
        return Err(Error::TooLarge { bytes: virtual_bytes, format: "a VHD file", limit: MAX_BYTES });
    }
    Ok(virtual_bytes.next_multiple_of(alignment.bytes()))
}

/// Writes the blocks that are not all zero.
pub fn write_dynamic_vhd<R: Source>(
    disk: &mut Disk<R>,
    file: fs::File,
    id: Uuid,
    meter: &mut Meter,
) -> Result<(), Error> {
    let disk_bytes = checked_bytes(disk.virtual_bytes(), Alignment::Sector)?;
    let mut image = Image::start(file, disk_bytes, id).map_err(Error::Write)?;
    disk.data_blocks(BLOCK_BYTES, meter, |offset, block| image.add(offset, block))?;
    image.finish().map_err(Error::Write)
}

struct Image {
    output: Output,
    footer: [u8; footer::BYTES],
    table: Entries,
}

impl Image {
    /// Copy of the footer, header, table.
    fn start(file: fs::File, disk_bytes: u64, id: Uuid) -> std::io::Result<Self> {
        let entries = u32::try_from(disk_bytes.div_ceil(BLOCK_BYTES.into())).map_err(std::io::Error::other)?;
        let (header_at, table_at) = (footer::BYTES as u64, (footer::BYTES + sparse_header::BYTES) as u64);
        let footer = Footer { kind: Kind::Dynamic, disk_bytes, data_offset: header_at }.to_sector(id);
        let header = SparseHeader { table_offset: table_at, entries, block_bytes: BLOCK_BYTES };
        let mut output = Output::new(file);
        output.append(&footer)?;
        output.append(&header.to_bytes())?;
        output.skip_to(table_at + u64::from(entries) * 4)?;
        // The blank entries are written over what the alignment leaves too.
        let (count, blank) = (u64::from(entries).next_multiple_of(SECTOR_BYTES / 4), HOLE.to_be_bytes());
        output.align(SECTOR_BYTES)?;
        Ok(Self { output, footer, table: Entries::new(table_at, count, blank) })
    }

    fn add(&mut self, offset: u64, block: &[u8]) -> std::io::Result<()> {
        let sector = u32::try_from(self.output.end() / SECTOR_BYTES)
            .map_err(|_| std::io::Error::other("the file would be larger than 2 TiB"))?;
        self.table.set(&mut self.output, offset / u64::from(BLOCK_BYTES), sector.to_be_bytes())?;
        self.output.append(&[0xff; BITMAP_BYTES])?;
        self.output.append(block)?;
        Ok(())
    }

    fn finish(self) -> std::io::Result<()> {
        let Self { mut output, footer, table } = self;
        table.finish(&mut output)?;
        output.append(&footer)?;
        output.finish()
    }
}
