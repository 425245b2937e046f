//! Writing sparse images that are changed in place, as VMware's and VirtualBox's machines have them: both
//! directories with all their tables in front, then the grains as the disk has them.

use fs_err as fs;
use uuid::Uuid;

use super::header::{FLAG_NEWLINES, FLAG_REDUNDANT, Header};
use super::{SECTOR_BYTES, descriptor};
use crate::image::entries::Entries;
use crate::image::{Disk, Error, Output, Source};
use crate::io::meter::Meter;

const GRAIN_SECTORS: u64 = 128;
const GRAIN_BYTES: u32 = 65536;
const TABLE_ENTRIES: u32 = 512;
const TABLE_SECTORS: u64 = 4;

const DESCRIPTOR_SECTORS: u64 = 20;

/// A directory has an entry of 4 bytes for each 32 MiB, and is made in memory.
const MAX_BYTES: u64 = 64 << 40;

/// Writes `disk` to `file`, which is empty. `name` is the file's own, without quotes or line ends.
pub fn write_sparse<R: Source>(
    disk: &mut Disk<R>,
    file: fs::File,
    name: &str,
    uuid: Uuid,
    meter: &mut Meter,
) -> Result<(), Error> {
    let virtual_bytes = disk.virtual_bytes();
    if virtual_bytes > MAX_BYTES {
        return Err(Error::TooLarge { bytes: virtual_bytes, format: "a VMDK file", limit: MAX_BYTES });
    }
    let layout = Layout::of(virtual_bytes);
    let text = descriptor::of_one_file(descriptor::MONOLITHIC_SPARSE, name, layout.capacity, uuid);
    let mut image = Image::start(file, &layout, &text).map_err(Error::Write)?;
    disk.data_blocks(GRAIN_BYTES, meter, |offset, grain| image.add(offset, grain))?;
    image.finish().map_err(Error::Write)
}

/// Where everything is, in sectors.
struct Layout {
    capacity: u64,
    tables: u64,
    redundant_directory: u64,
    directory: u64,
    grains: u64,
}

impl Layout {
    fn of(virtual_bytes: u64) -> Self {
        let capacity = virtual_bytes.div_ceil(SECTOR_BYTES);
        let tables = capacity.div_ceil(GRAIN_SECTORS * u64::from(TABLE_ENTRIES));
        let redundant_directory = 1 + DESCRIPTOR_SECTORS;
        let directory = redundant_directory + directory_sectors(tables) + tables * TABLE_SECTORS;
        let end = directory + directory_sectors(tables) + tables * TABLE_SECTORS;
        Self { capacity, tables, redundant_directory, directory, grains: end.next_multiple_of(GRAIN_SECTORS) }
    }

    fn header(&self) -> Header {
        Header {
            version: 1,
            flags: FLAG_NEWLINES | FLAG_REDUNDANT,
            capacity: self.capacity,
            grain: GRAIN_SECTORS,
            descriptor: 1,
            descriptor_sectors: DESCRIPTOR_SECTORS,
            table_entries: TABLE_ENTRIES,
            redundant_directory: self.redundant_directory,
            directory: self.directory,
            overhead: self.grains,
            compression: 0,
        }
    }

    /// The first table behind a directory.
    fn first_table(&self, directory: u64) -> u64 {
        directory + directory_sectors(self.tables)
    }
}

fn directory_sectors(tables: u64) -> u64 {
    (tables * 4).div_ceil(SECTOR_BYTES)
}

struct Image {
    output: Output,
    /// The tables of both directories, which are the same.
    tables: [Entries; 2],
}

impl Image {
    fn start(file: fs::File, layout: &Layout, descriptor: &str) -> std::io::Result<Self> {
        if descriptor.len() as u64 > DESCRIPTOR_SECTORS * SECTOR_BYTES {
            return Err(std::io::Error::other("the file's name is too long to stand in a VMDK"));
        }
        let mut output = Output::new(file);
        output.append(&layout.header().to_sector())?;
        output.append(descriptor.as_bytes())?;
        output.skip_to(layout.grains * SECTOR_BYTES)?;
        for directory in [layout.redundant_directory, layout.directory] {
            output.put(directory * SECTOR_BYTES, &directory_bytes(layout.first_table(directory), layout.tables)?)?;
        }
        let tables = [layout.redundant_directory, layout.directory].map(|directory| {
            let count = layout.tables * u64::from(TABLE_ENTRIES);
            Entries::new(layout.first_table(directory) * SECTOR_BYTES, count, [0; 4])
        });
        Ok(Self { output, tables })
    }

    fn add(&mut self, offset: u64, grain: &[u8]) -> std::io::Result<()> {
        let sector = u32::try_from(self.output.end() / SECTOR_BYTES)
            .map_err(|_| std::io::Error::other("the file would be larger than 2 TiB"))?;
        for tables in &mut self.tables {
            tables.set(&mut self.output, offset / u64::from(GRAIN_BYTES), sector.to_le_bytes())?;
        }
        self.output.append(grain)?;
        Ok(())
    }

    fn finish(self) -> std::io::Result<()> {
        let Self { mut output, tables } = self;
        for tables in tables {
            tables.finish(&mut output)?;
        }
        output.finish()
    }
}

/// Tables one behind the other, from `first` on.
fn directory_bytes(first: u64, tables: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for table in 0..tables {
        let sector = u32::try_from(first + table * TABLE_SECTORS).map_err(std::io::Error::other)?;
        bytes.extend_from_slice(&sector.to_le_bytes());
    }
    Ok(bytes)
}
