//! The files and folders of a medium, before anything is known of its format.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Error;
use super::walk::Found;

/// Files and folders by path. Folders come before what is in them.
#[derive(Debug, Default)]
pub(super) struct Tree(BTreeMap<Vec<String>, Node>);

#[derive(Debug)]
pub(super) enum Node {
    Folder,
    File(Content),
}

#[derive(Debug)]
pub(super) struct Content {
    pub(super) source: Source,
    pub(super) size: u64,
    pub(super) executable: bool,
}

pub(super) enum Source {
    Text(String),
    Host(PathBuf),
}

/// Texts may hold passwords.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "a text of {} bytes", text.len()),
            Self::Host(path) => path.fmt(f),
        }
    }
}

impl Tree {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[String], &Node)> {
        self.0.iter().map(|(path, node)| (path.as_slice(), node))
    }

    /// Something of this host; a file replaces one that is there already.
    pub(super) fn insert_found(&mut self, path: Vec<String>, found: Found) -> Result<(), Error> {
        if found.metadata.is_dir() {
            return self.insert_folder(&path);
        }
        let executable = std::os::unix::fs::MetadataExt::mode(&found.metadata) & 0o100 != 0;
        let content = Content { size: found.metadata.len(), source: Source::Host(found.path), executable };
        self.insert_file(path, content)
    }

    /// A text under a path with slashes; a file that is there already is replaced.
    pub(super) fn insert_text(&mut self, path: &str, text: &str) -> Result<(), Error> {
        let names: Vec<String> = path.split('/').filter(|name| !matches!(*name, "" | ".")).map(str::to_owned).collect();
        if names.is_empty() || names.iter().any(|name| name == "..") {
            return Err(Error::ContentPath { path: path.to_owned() });
        }
        let source = Source::Text(text.to_owned());
        self.insert_file(names, Content { size: text.len() as u64, source, executable: false })
    }

    fn insert_file(&mut self, path: Vec<String>, content: Content) -> Result<(), Error> {
        if let Some((_, parents)) = path.split_last() {
            self.insert_folder(parents)?;
        }
        if matches!(self.0.get(&path), Some(Node::Folder)) {
            return Err(Error::Twice { path: path.join("/") });
        }
        self.0.insert(path, Node::File(content));
        Ok(())
    }

    /// With all folders above it.
    fn insert_folder(&mut self, path: &[String]) -> Result<(), Error> {
        for depth in 1..=path.len() {
            let node = self.0.entry(path[..depth].to_owned()).or_insert(Node::Folder);
            if matches!(node, Node::File(_)) {
                return Err(Error::Twice { path: path[..depth].join("/") });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_make_their_folders_and_cannot_climb() {
        let mut tree = Tree::default();
        tree.insert_text("/a/./b", "1").unwrap();
        let paths: Vec<_> = tree.iter().map(|(path, _)| path.join("/")).collect();
        assert_eq!(paths, ["a", "a/b"]);
        assert!(matches!(tree.insert_text("a/../../b", ""), Err(Error::ContentPath { .. })));
        assert!(matches!(tree.insert_text("/", ""), Err(Error::ContentPath { .. })));
    }

    #[test]
    fn a_name_is_a_file_or_a_folder() {
        let mut tree = Tree::default();
        tree.insert_text("a/b", "").unwrap();
        assert!(matches!(tree.insert_text("a", ""), Err(Error::Twice { path }) if path == "a"));
        assert!(matches!(tree.insert_text("a/b/c", ""), Err(Error::Twice { path }) if path == "a/b"));
    }
}
