//! Which sector each part of the image begins at.

use super::super::Error;
use super::super::catalog::{Catalog, ROOT};
use super::directories::{Directories, View};
use super::encoding::Extent;
use super::volume::{self, Volume};

/// Bytes in a sector, which is also the logical block.
pub(super) const SECTOR: usize = 2048;
/// The first 16 sectors belong to the system that uses the medium.
const SYSTEM_SECTORS: u32 = 16;
/// Two volume descriptors and the one that ends their list.
const DESCRIPTORS: u32 = 3;

/// A tree's path tables.
#[derive(Clone, Copy, Debug)]
struct PathTables {
    /// Of each of the two.
    bytes: u32,
    little_endian: u32,
    big_endian: u32,
}

pub(super) struct Layout {
    plain: (Directories, PathTables),
    joliet: (Directories, PathTables),
    files: Vec<Extent>,
    /// Size of the image.
    pub(super) sectors: u32,
}

impl Layout {
    pub(super) fn new(catalog: &Catalog<'_>) -> Result<Self, Error> {
        let mut space = Space { next: SYSTEM_SECTORS + DESCRIPTORS };
        let mut plain = Directories::new(View::Plain, catalog);
        let mut joliet = Directories::new(View::Joliet, catalog);
        let plain_tables = space.path_tables(catalog, &plain)?;
        let joliet_tables = space.path_tables(catalog, &joliet)?;
        space.directories(catalog, &mut plain)?;
        space.directories(catalog, &mut joliet)?;
        let files = catalog.files.iter().map(|file| space.take(file.content.size)).collect::<Result<_, _>>()?;
        Ok(Self { plain: (plain, plain_tables), joliet: (joliet, joliet_tables), files, sectors: space.next })
    }

    /// Everything in front of the files.
    pub(super) fn head(&self, catalog: &Catalog<'_>, label: &str) -> Vec<u8> {
        let mut head = vec![0; SYSTEM_SECTORS as usize * SECTOR];
        head.extend(volume::plain(&self.volume(&self.plain, label)));
        head.extend(volume::joliet(&self.volume(&self.joliet, label)));
        head.extend(volume::end());
        for (directories, _) in [&self.plain, &self.joliet] {
            append(&mut head, directories.path_table(catalog, u16::to_le_bytes, u32::to_le_bytes));
            append(&mut head, directories.path_table(catalog, u16::to_be_bytes, u32::to_be_bytes));
        }
        for (directories, _) in [&self.plain, &self.joliet] {
            for &folder in &directories.order {
                let encoded = directories.encode(catalog, &self.files, folder);
                append(&mut head, encoded.records);
                append(&mut head, encoded.continuation);
            }
        }
        head
    }

    fn volume<'a>(&self, (directories, tables): &(Directories, PathTables), label: &'a str) -> Volume<'a> {
        Volume {
            label,
            sectors: self.sectors,
            path_table_bytes: tables.bytes,
            path_table_little_endian: tables.little_endian,
            path_table_big_endian: tables.big_endian,
            root: directories.extents[ROOT],
        }
    }
}

fn append(head: &mut Vec<u8>, part: Vec<u8>) {
    head.extend(part);
    head.resize(head.len().next_multiple_of(SECTOR), 0);
}

/// The sectors that are not given out yet.
struct Space {
    next: u32,
}

impl Space {
    /// As many whole sectors as the bytes need; an empty file lies where the next one does.
    fn take(&mut self, bytes: u64) -> Result<Extent, Error> {
        let sectors = u32::try_from(bytes.div_ceil(SECTOR as u64)).map_err(|_| Error::CdTooLarge)?;
        let extent = Extent { sector: self.next, bytes: u32::try_from(bytes).map_err(|_| Error::CdTooLarge)? };
        self.next = self.next.checked_add(sectors).ok_or(Error::CdTooLarge)?;
        Ok(extent)
    }

    fn path_tables(&mut self, catalog: &Catalog<'_>, directories: &Directories) -> Result<PathTables, Error> {
        let bytes = directories.path_table(catalog, u16::to_le_bytes, u32::to_le_bytes).len() as u64;
        let (little_endian, big_endian) = (self.take(bytes)?, self.take(bytes)?);
        Ok(PathTables {
            bytes: little_endian.bytes,
            little_endian: little_endian.sector,
            big_endian: big_endian.sector,
        })
    }

    fn directories(&mut self, catalog: &Catalog<'_>, directories: &mut Directories) -> Result<(), Error> {
        let nowhere = vec![Extent::default(); catalog.files.len()];
        for folder in directories.order.clone() {
            let encoded = directories.encode(catalog, &nowhere, folder);
            directories.extents[folder] = self.take(encoded.records.len() as u64)?;
            self.take(encoded.continuation.len() as u64)?;
        }
        Ok(())
    }
}
