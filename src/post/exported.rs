//! A machine that VirtualBox exported: a descriptor with its disks, loose or in one file.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use fs_err as fs;

use super::archive::Content;
use super::source_disk::read_error;
use super::{Error, base_name};
use crate::artifact::Artifact;
use crate::image::archive::MAX_DESCRIPTOR_BYTES;
use crate::image::ova;
use crate::image::ovf::{Envelope, ReadError};

#[derive(Debug)]
pub(super) struct Exported {
    /// The descriptor's name, with its extension.
    pub(super) name: String,
    pub(super) descriptor: Content,
    pub(super) text: String,
    pub(super) envelope: Envelope,
    /// All other files by name, without a folder.
    pub(super) files: BTreeMap<String, Content>,
}

/// The artifact as an export, if a descriptor is among its files.
pub(super) fn of(input: &Artifact) -> Result<Option<Exported>, Error> {
    let mut files = BTreeMap::new();
    for path in &input.files {
        if has_extension(path, "ova") {
            files.extend(unpacked(path)?);
        } else {
            files.insert(base_name(path)?.to_owned(), Content::File(path.clone()));
        }
    }
    let is_export = files.keys().any(|name| has_extension(name, "ovf"));
    is_export.then(|| exported(files)).transpose()
}

pub(super) fn has_extension(name: impl AsRef<Path>, wanted: &str) -> bool {
    name.as_ref().extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

/// The files in a package, which stay where they are.
fn unpacked(path: &Path) -> Result<BTreeMap<String, Content>, Error> {
    let members = fs::File::open(path).and_then(ova::members).map_err(read_error(path))?;
    let part = |member: ova::Member| {
        let content = Content::Part { path: path.to_owned(), offset: member.offset, size: member.size };
        (member.name, content)
    };
    Ok(members.into_iter().map(part).collect())
}

fn exported(mut files: BTreeMap<String, Content>) -> Result<Exported, Error> {
    let descriptors: Vec<String> = files.keys().filter(|name| has_extension(name, "ovf")).cloned().collect();
    let [name] = <[String; 1]>::try_from(descriptors).map_err(|descriptors| {
        let files: Vec<&str> = files.keys().map(String::as_str).collect();
        Error::NotOneDescriptor { count: descriptors.len(), files: files.join(", ") }
    })?;
    let descriptor = files.remove(&name).expect("the name is one of theirs");
    let text = read_text(&name, &descriptor)?;
    let envelope = Envelope::parse(&text).map_err(|source| Error::BadDescriptor { name: name.clone(), source })?;
    Ok(Exported { name, descriptor, text, envelope, files })
}

fn read_text(name: &str, content: &Content) -> Result<String, Error> {
    let failed = || read_error(Path::new(name));
    let size = content.size().map_err(failed())?;
    if size > MAX_DESCRIPTOR_BYTES {
        let source = ReadError::TooLarge { bytes: usize::try_from(size).unwrap_or(usize::MAX) };
        return Err(Error::BadDescriptor { name: name.to_owned(), source });
    }
    let mut bytes = Vec::new();
    let read = content.open().and_then(|file| file.take(MAX_DESCRIPTOR_BYTES).read_to_end(&mut bytes));
    read.map_err(failed())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
