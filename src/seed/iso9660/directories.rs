//! One of the two directory trees: the records of each folder, and the path table.

use super::super::catalog::{Catalog, Entry, ROOT};
use super::encoding::{Extent, IS_FOLDER, RECORD_MAX, bare_record_length, record};
use super::layout::SECTOR;
use super::{identifiers, rock_ridge};

/// Which names a tree shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Plain names, with Rock Ridge beside them.
    Plain,
    Joliet,
}

/// A tree whose names and sizes are known.
pub(super) struct Directories {
    view: View,
    /// By folder: its entries with their identifiers, in the order of the identifiers.
    entries: Vec<Vec<(Vec<u8>, Entry)>>,
    /// Folders in the order of the path table: by depth, then parent, then identifier.
    pub(super) order: Vec<usize>,
    /// By folder: where its records are; set by the layout.
    pub(super) extents: Vec<Extent>,
}

/// The records of one folder, and the entries that had no room in them.
pub(super) struct Encoded {
    pub(super) records: Vec<u8>,
    /// In whole sectors, right after the records.
    pub(super) continuation: Vec<u8>,
}

impl Directories {
    pub(super) fn new(view: View, catalog: &Catalog<'_>) -> Self {
        let entries: Vec<_> = (0..catalog.folders.len()).map(|folder| sorted(view, catalog, folder)).collect();
        let mut order = vec![ROOT];
        let mut next = 0;
        while let Some(&folder) = order.get(next) {
            order.extend(entries[folder].iter().filter_map(|(_, entry)| match entry {
                Entry::Folder(child) => Some(*child),
                Entry::File(_) => None,
            }));
            next += 1;
        }
        Self { view, entries, order, extents: vec![Extent::default(); catalog.folders.len()] }
    }

    /// The records of a folder. Their length does not depend on the extents, so that it can be asked for
    /// before those are known.
    pub(super) fn encode(&self, catalog: &Catalog<'_>, files: &[Extent], folder: usize) -> Encoded {
        let mut writer =
            Writer { encoded: Encoded { records: vec![], continuation: vec![] }, extent: self.extents[folder] };
        let parent = catalog.folders[folder].parent;
        writer.push(&[0], self.extents[folder], IS_FOLDER, self.own_attributes(folder), vec![]);
        writer.push(&[1], self.extents[parent], IS_FOLDER, self.attributes(catalog, Entry::Folder(parent)), vec![]);
        for (identifier, entry) in &self.entries[folder] {
            let name = if self.view == View::Plain { rock_ridge::name(catalog.name(*entry)) } else { vec![] };
            let attributes = self.attributes(catalog, *entry);
            match *entry {
                Entry::Folder(child) => writer.push(identifier, self.extents[child], IS_FOLDER, attributes, name),
                Entry::File(file) => writer.push(&self.versioned(identifier), files[file], 0, attributes, name),
            }
        }
        writer.finish()
    }

    /// Files have a version in plain names; Joliet readers do without.
    fn versioned(&self, identifier: &[u8]) -> Vec<u8> {
        let version: &[u8] = if self.view == View::Plain { b";1" } else { b"" };
        [identifier, version].concat()
    }

    /// What the record of the folder itself carries.
    fn own_attributes(&self, folder: usize) -> Vec<u8> {
        match self.view {
            View::Joliet => Vec::new(),
            View::Plain if folder == ROOT => {
                [rock_ridge::indicator(), self.folder_attributes(folder), rock_ridge::reference()].concat()
            }
            View::Plain => self.folder_attributes(folder),
        }
    }

    fn attributes(&self, catalog: &Catalog<'_>, entry: Entry) -> Vec<u8> {
        match (self.view, entry) {
            (View::Joliet, _) => Vec::new(),
            (View::Plain, Entry::Folder(folder)) => self.folder_attributes(folder),
            (View::Plain, Entry::File(file)) => rock_ridge::file_attributes(catalog.files[file].content.executable),
        }
    }

    fn folder_attributes(&self, folder: usize) -> Vec<u8> {
        let folders = self.entries[folder].iter().filter(|(_, entry)| matches!(entry, Entry::Folder(_)));
        rock_ridge::folder_attributes(folders.count())
    }

    /// The path table (ECMA-119, 9.4), with numbers written by `u16_bytes` and `u32_bytes`.
    pub(super) fn path_table(
        &self,
        catalog: &Catalog<'_>,
        u16_bytes: fn(u16) -> [u8; 2],
        u32_bytes: fn(u32) -> [u8; 4],
    ) -> Vec<u8> {
        let mut numbers = vec![0_u16; self.order.len()];
        for (number, &folder) in (1..=u16::MAX).zip(&self.order) {
            numbers[folder] = number;
        }
        let mut table = Vec::new();
        for &folder in &self.order {
            let parent = catalog.folders[folder].parent;
            let identifier = self.identifier(folder, parent);
            table.extend([u8::try_from(identifier.len()).expect("identifiers are short"), 0]);
            table.extend(u32_bytes(self.extents[folder].sector));
            table.extend(u16_bytes(numbers[parent]));
            table.extend(identifier);
            table.resize(table.len().next_multiple_of(2), 0);
        }
        table
    }

    fn identifier(&self, folder: usize, parent: usize) -> &[u8] {
        if folder == ROOT {
            return &[0];
        }
        let own = self.entries[parent].iter().find(|(_, entry)| *entry == Entry::Folder(folder));
        &own.expect("a folder is among its parent's entries").0
    }
}

fn sorted(view: View, catalog: &Catalog<'_>, folder: usize) -> Vec<(Vec<u8>, Entry)> {
    let entries = &catalog.folders[folder].entries;
    let identifiers = match view {
        View::Plain => {
            identifiers::plain(entries.iter().map(|&entry| (catalog.name(entry), matches!(entry, Entry::Folder(_)))))
        }
        View::Joliet => identifiers::joliet(entries.iter().map(|&entry| catalog.name(entry))),
    };
    let mut sorted: Vec<_> = identifiers.into_iter().zip(entries.iter().copied()).collect();
    sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
    sorted
}

struct Writer {
    encoded: Encoded,
    /// Of the folder that is written.
    extent: Extent,
}

impl Writer {
    /// `name` goes into the continuation area when the record has no room for it.
    fn push(&mut self, identifier: &[u8], extent: Extent, flags: u8, mut system_use: Vec<u8>, name: Vec<u8>) {
        if bare_record_length(identifier) + system_use.len() + name.len() <= RECORD_MAX {
            system_use.extend(name);
        } else {
            system_use.extend(self.continue_with(&name));
        }
        let record = record(identifier, extent, flags, &system_use);
        append_whole(&mut self.encoded.records, &record);
    }

    fn continue_with(&mut self, name: &[u8]) -> Vec<u8> {
        let start = append_whole(&mut self.encoded.continuation, name);
        let number = |value: usize| u32::try_from(value).expect("a folder is smaller than the image");
        let first = self.extent.sector + self.extent.bytes.div_ceil(number(SECTOR));
        rock_ridge::continuation(first + number(start / SECTOR), number(start % SECTOR), number(name.len()))
    }

    fn finish(mut self) -> Encoded {
        for area in [&mut self.encoded.records, &mut self.encoded.continuation] {
            area.resize(area.len().next_multiple_of(SECTOR), 0);
        }
        self.encoded
    }
}

/// Appends something that may not cross a sector's end, and says where it begins.
fn append_whole(area: &mut Vec<u8>, bytes: &[u8]) -> usize {
    if area.len() % SECTOR + bytes.len() > SECTOR {
        area.resize(area.len().next_multiple_of(SECTOR), 0);
    }
    area.extend(bytes);
    area.len() - bytes.len()
}
