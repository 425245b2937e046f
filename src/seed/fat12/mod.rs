//! A writer of floppy images: FAT12 on a 1.44 MB disk, with long names.
//!
//! All sizes are known before the first byte, so every file and folder lies in one piece. Times and the
//! volume's number are fixed, so the same files give the same image.

mod boot_sector;
mod entries;
mod names;
mod table;

use fs_err as fs;

use super::Error;
use super::catalog::{Catalog, Entry, ROOT};
use super::tree::{Content, Source, Tree};
use names::Name;
use table::{Chain, Table};

const SECTOR: usize = 512;
const SECTORS: usize = 2880;
const TABLES: usize = 2;
const TABLE_SECTORS: usize = 9;
pub(super) const ROOT_ENTRIES: usize = 224;
const ROOT_SECTORS: usize = ROOT_ENTRIES * entries::BYTES / SECTOR;
const ROOT_START: usize = 1 + TABLES * TABLE_SECTORS;
const DATA_START: usize = ROOT_START + ROOT_SECTORS;
/// Clusters of one sector each.
const CLUSTERS: usize = SECTORS - DATA_START;
pub(super) const IMAGE_BYTES: usize = SECTORS * SECTOR;

/// The image of a tree.
pub(super) fn image(tree: &Tree, label: &str) -> Result<Vec<u8>, Error> {
    let catalog = Catalog::new(tree);
    let label = names::label(label);
    let volume = Volume::plan(&catalog)?;
    let mut image = Vec::with_capacity(IMAGE_BYTES);
    image.extend(boot_sector::bytes(&label));
    for _ in 0..TABLES {
        append(&mut image, &volume.table.bytes(), TABLE_SECTORS);
    }
    append(&mut image, &[entries::label(&label), volume.entries(ROOT)].concat(), ROOT_SECTORS);
    for folder in ROOT + 1..catalog.folders.len() {
        let own = entries::dots(volume.folders[folder].first, volume.folders[catalog.folders[folder].parent].first);
        append(&mut image, &[own, volume.entries(folder)].concat(), volume.folders[folder].clusters);
    }
    for (file, chain) in catalog.files.iter().zip(&volume.files) {
        append(&mut image, &read(file.content)?, chain.clusters);
    }
    image.resize(IMAGE_BYTES, 0);
    Ok(image)
}

/// Bytes, filled up to a number of sectors.
fn append(image: &mut Vec<u8>, bytes: &[u8], sectors: usize) {
    let end = image.len() + sectors * SECTOR;
    image.extend(bytes);
    image.resize(end, 0);
}

/// The size is in the directory already, so the file must still have it.
fn read(content: &Content) -> Result<Vec<u8>, Error> {
    match &content.source {
        Source::Text(text) => Ok(text.as_bytes().to_owned()),
        Source::Host(path) => {
            let bytes = fs::read(path).map_err(Error::read(path))?;
            if bytes.len() as u64 == content.size { Ok(bytes) } else { Err(Error::Changed { path: path.clone() }) }
        }
    }
}

/// Where everything lies.
struct Volume<'a> {
    catalog: &'a Catalog<'a>,
    table: Table,
    /// By folder: the names of its entries, in the same order.
    names: Vec<Vec<Name>>,
    folders: Vec<Chain>,
    files: Vec<Chain>,
}

impl<'a> Volume<'a> {
    fn plan(catalog: &'a Catalog<'a>) -> Result<Self, Error> {
        let names_in =
            |folder: usize| names::of_folder(catalog.folders[folder].entries.iter().map(|&entry| catalog.name(entry)));
        let names = (0..catalog.folders.len()).map(names_in).collect::<Result<Vec<_>, _>>()?;
        let count = |folder: usize| names[folder].iter().map(Name::entries).sum::<usize>();
        // One entry is the label's.
        if count(ROOT) + 1 > ROOT_ENTRIES {
            return Err(Error::FloppyRootFull);
        }
        let mut table = Table::new();
        let mut folders = vec![Chain::default()];
        for (number, folder) in catalog.folders.iter().enumerate().skip(ROOT + 1) {
            let bytes = (entries::DOTS + count(number)) * entries::BYTES;
            folders.push(take(&mut table, folder.name, bytes as u64)?);
        }
        let files = catalog.files.iter().map(|file| take(&mut table, file.name, file.content.size));
        let files = files.collect::<Result<_, _>>()?;
        Ok(Self { catalog, table, names, folders, files })
    }

    /// The entries of a folder, without those that every folder has.
    fn entries(&self, folder: usize) -> Vec<u8> {
        let listed = self.catalog.folders[folder].entries.iter().zip(&self.names[folder]);
        listed.flat_map(|(&entry, name)| self.entry(entry, name)).collect()
    }

    fn entry(&self, entry: Entry, name: &Name) -> Vec<u8> {
        match entry {
            Entry::Folder(folder) => entries::folder(name, self.folders[folder].first),
            Entry::File(file) => {
                let size = u32::try_from(self.catalog.files[file].content.size).expect("it has room on a floppy");
                entries::file(name, self.files[file].first, size)
            }
        }
    }
}

fn take(table: &mut Table, name: &str, bytes: u64) -> Result<Chain, Error> {
    let clusters = usize::try_from(bytes.div_ceil(SECTOR as u64)).unwrap_or(usize::MAX);
    table.take(clusters).ok_or_else(|| Error::FloppyFull { name: name.to_owned() })
}
