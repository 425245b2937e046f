//! What VirtualBox exported: a descriptor with its disks, loose or in one file.

use std::io::Read;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::{DESCRIPTOR, Package};
use crate::artifact::Artifact;
use crate::image::ova;
use crate::image::ovf::Envelope;
use crate::post::Error;
use crate::post::archive::Content;
use crate::post::base_name;
use crate::post::source_disk::read_error;
use crate::post::vagrant::Contents;

/// More of a descriptor is not read.
const MAX_DESCRIPTOR_BYTES: u64 = 8 << 20;

/// All files of the artifact as a package, if a descriptor is among them.
pub(super) fn of(input: &Artifact) -> Result<Option<Package>, Error> {
    let mut files = Contents::new();
    for path in &input.files {
        if has_extension(path, "ova") {
            files.extend(unpacked(path)?);
        } else {
            files.insert(base_name(path)?.to_owned(), Content::File(path.clone()));
        }
    }
    let is_export = files.keys().any(|name| has_extension(Path::new(name), "ovf"));
    is_export.then(|| package(files)).transpose()
}

/// The files in a package, which stay where they are.
fn unpacked(path: &Path) -> Result<Contents, Error> {
    let members = fs::File::open(path).and_then(ova::members).map_err(read_error(path))?;
    let part = |member: ova::Member| {
        let content = Content::Part { path: path.to_owned(), offset: member.offset, size: member.size };
        (member.name, content)
    };
    Ok(members.into_iter().map(part).collect())
}

/// The descriptor gets the name that Vagrant looks for. A manifest keeps its own and is thereby none any more.
fn package(mut files: Contents) -> Result<Package, Error> {
    let descriptors: Vec<String> = files.keys().filter(|name| has_extension(Path::new(name), "ovf")).cloned().collect();
    let [name] = descriptors.as_slice() else {
        let files: Vec<String> = files.into_keys().collect();
        return Err(Error::NotOneDescriptor { count: descriptors.len(), files: files.join(", ") });
    };
    let content = files.remove(name).expect("the name is one of theirs");
    let text = read_text(name, &content)?;
    let envelope = Envelope::parse(&text).map_err(|source| Error::BadDescriptor { name: name.clone(), source })?;
    let mac = envelope.mac.ok_or_else(|| Error::NoMac { name: name.clone() })?;
    files.insert(DESCRIPTOR.into(), content);
    Ok(Package { files, mac, temporary: Vec::new() })
}

fn read_text(name: &str, content: &Content) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = content.open().and_then(|file| file.take(MAX_DESCRIPTOR_BYTES).read_to_end(&mut bytes));
    read.map_err(read_error(&PathBuf::from(name)))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}
