//! Reading the descriptors that others wrote, as far as a box needs it.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::Mac;

/// VirtualBox's own have a few kilobytes.
pub const MAX_BYTES: usize = 4 << 20;

/// A limit of memory too: each element takes some.
const MAX_NODES: u32 = 200_000;

/// The parser compares each attribute of an element with every other one. Two of these stand around each value.
const MAX_QUOTES: usize = 2000;

/// What a descriptor says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The names of the files that belong to it.
    pub files: Vec<String>,
    /// Those that it calls disks.
    pub disks: Vec<String>,
    /// It tells their sizes too.
    pub has_sizes: bool,
    /// The first network adapter's, where VirtualBox wrote it.
    pub mac: Option<Mac>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("it has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLarge { bytes: usize },
    #[error("an element in it has more than {} attributes", MAX_QUOTES / 2)]
    Attributes,
    #[error("it is no XML")]
    Xml(#[from] roxmltree::Error),
    #[error("its first element is `{name}`, not `Envelope`")]
    NotOvf { name: String },
}

impl Envelope {
    /// A document type is refused, and with it all entities but XML's own.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        if text.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { bytes: text.len() });
        }
        // No value can hold a `<`, so that no attributes are missed; what is in texts is counted for nothing worse.
        if text.split('<').any(|element| element.matches(['"', '\'']).count() > MAX_QUOTES) {
            return Err(ReadError::Attributes);
        }
        let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options)?;
        let root = document.root_element();
        if root.tag_name().name() != "Envelope" {
            return Err(ReadError::NotOvf { name: root.tag_name().name().to_owned() });
        }
        let has_sizes = references(root).any(|file| attribute(file, "size").is_some());
        let files = references(root).filter_map(|file| attribute(file, "href")).map(str::to_owned);
        Ok(Self { files: files.collect(), disks: disks(root), has_sizes, mac: mac(root) })
    }
}

fn references<'a, 'i>(root: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    entries(root, "References", "File")
}

fn disks(root: Node<'_, '_>) -> Vec<String> {
    let ids: HashSet<&str> =
        entries(root, "DiskSection", "Disk").filter_map(|disk| attribute(disk, "fileRef")).collect();
    let files = references(root).filter(|file| attribute(*file, "id").is_some_and(|id| ids.contains(id)));
    files.filter_map(|file| attribute(file, "href")).map(str::to_owned).collect()
}

fn entries<'a, 'i>(
    root: Node<'a, 'i>,
    section: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    let sections = root.children().filter(move |node| node.tag_name().name() == section);
    sections.flat_map(|node| node.children()).filter(move |node| node.tag_name().name() == name)
}

/// Of the adapter in the first slot.
fn mac(root: Node<'_, '_>) -> Option<Mac> {
    let mut adapters = root.descendants().filter(|node| node.tag_name().name() == "Adapter");
    let first = adapters.find(|node| attribute(*node, "slot") == Some("0"))?;
    Mac::parse(attribute(first, "MACAddress")?)
}

/// By its name without the namespace, which not every writer sets.
fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}
