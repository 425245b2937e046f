//! The tree as lists of folders and files that know each other by number.

use super::tree::{Content, Node, Tree};

/// Number of the root among the folders.
pub(super) const ROOT: usize = 0;

pub(super) struct Catalog<'a> {
    pub(super) folders: Vec<Folder<'a>>,
    pub(super) files: Vec<File<'a>>,
}

pub(super) struct Folder<'a> {
    pub(super) name: &'a str,
    pub(super) parent: usize,
    pub(super) entries: Vec<Entry>,
}

pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) content: &'a Content,
}

/// What is in a folder, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Folder(usize),
    File(usize),
}

impl<'a> Catalog<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let mut catalog = Self { folders: vec![Folder { name: "", parent: ROOT, entries: Vec::new() }], files: vec![] };
        // Folders come before what is in them, so the last of each depth is the parent of what follows.
        let mut open = vec![ROOT];
        for (path, node) in tree.iter() {
            open.truncate(path.len());
            let parent = *open.last().expect("the root stays open");
            let name = path.last().expect("the root is not in the tree");
            let entry = match node {
                Node::Folder => catalog.push_folder(name, parent, &mut open),
                Node::File(content) => catalog.push_file(name, content),
            };
            catalog.folders[parent].entries.push(entry);
        }
        catalog
    }

    fn push_folder(&mut self, name: &'a str, parent: usize, open: &mut Vec<usize>) -> Entry {
        open.push(self.folders.len());
        self.folders.push(Folder { name, parent, entries: Vec::new() });
        Entry::Folder(self.folders.len() - 1)
    }

    fn push_file(&mut self, name: &'a str, content: &'a Content) -> Entry {
        self.files.push(File { name, content });
        Entry::File(self.files.len() - 1)
    }

    pub(super) fn name(&self, entry: Entry) -> &'a str {
        match entry {
            Entry::Folder(folder) => self.folders[folder].name,
            Entry::File(file) => self.files[file].name,
        }
    }
}
