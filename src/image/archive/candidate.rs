//! Which members of an archive are disks.

use std::path::Path;

use super::MAX_DESCRIPTOR_BYTES;
use super::named::{format_of, has_extension};
use crate::image::ovf::{Envelope, ReadError};
use crate::image::{Error, Format};
use crate::io::tar::{Kind, Member};

/// What was seen of an archive, and which disk is wanted.
#[derive(Debug)]
pub(super) struct Search<'a> {
    archive: &'a Path,
    wanted: Option<&'a str>,
    disks: Vec<String>,
    others: Vec<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(archive: &'a Path, wanted: Option<&'a str>) -> Self {
        Self { archive, wanted, disks: Vec::new(), others: Vec::new() }
    }

    /// The member's plain name, if it is a file. What could be meant for another place than beside the others is refused.
    pub(super) fn file(&self, member: &Member) -> Result<Option<String>, Error> {
        let shown = member.name.escape_debug();
        let name = member.name.trim_start_matches("./");
        if member.kind == Kind::Folder && [".", "./"].contains(&member.name.as_str()) {
            return Ok(None);
        }
        let leaves = name.split('/').any(|part| part == "..") || name.starts_with('/') || name.contains(['\\', '\0']);
        if leaves {
            return Err(self.unsupported(format!("the name `{shown}` in it leads out of the archive")));
        }
        match member.kind {
            Kind::File => Ok(Some(name.to_owned())),
            Kind::Folder => Ok(None),
            Kind::Other => Err(self.unsupported(format!("`{shown}` in it is a link or a device"))),
        }
    }

    /// Notes a file of which `start` are the first bytes. Tells its format if it is the disk to read.
    pub(super) fn add(&mut self, name: &str, start: &[u8]) -> Result<Option<Format>, Error> {
        let is_wanted = self.wanted == Some(name);
        let format = match disk_format(name, start) {
            Some(format) => format,
            // Who names it knows that it is a disk.
            None if is_wanted => Format::Raw,
            None => {
                self.others.push(name.to_owned());
                return Ok(None);
            }
        };
        if is_wanted && self.disks.iter().any(|disk| disk == name) {
            return Err(self.unsupported("two files in it have one name".to_owned()));
        }
        self.disks.push(name.to_owned());
        if self.wanted.is_some() {
            return Ok(is_wanted.then_some(format));
        }
        if self.disks.len() > 1 {
            let disks = self.disks.join("` and `");
            return Err(self.unsupported(format!("it holds several disks, `{disks}`; name one of them with -disk")));
        }
        Ok(Some(format))
    }

    /// That there was none.
    pub(super) fn nothing(&self) -> Error {
        let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        match self.wanted {
            Some(wanted) => self.unsupported(format!("the disk `{wanted}` is not in it, but {}", list(&self.disks))),
            None => self.unsupported(format!("there is no disk in it, but {}", list(&self.others))),
        }
    }

    /// Looks whether a machine's description is one, and notes it. `start` are its first bytes, all up to the limit.
    pub(super) fn check_descriptor(&mut self, name: &str, member: &Member, start: &[u8]) -> Result<(), Error> {
        let checked = if member.stored > MAX_DESCRIPTOR_BYTES {
            Err(ReadError::TooLarge { bytes: usize::try_from(member.stored).unwrap_or(usize::MAX) })
        } else {
            Envelope::parse(&String::from_utf8_lossy(start)).map(|_| ())
        };
        self.others.push(name.to_owned());
        checked.map_err(|source| Error::Descriptor { path: self.archive.join(name), source })
    }

    pub(super) fn read_error(&self, source: std::io::Error) -> Error {
        Error::Read { path: self.archive.to_owned(), source }
    }

    fn unsupported(&self, what: String) -> Error {
        Error::Unsupported { path: self.archive.to_owned(), what }
    }
}

/// Of a member's stored bytes, those that the file begins with.
pub(super) fn first_bytes<'b>(member: &Member, stored: &'b [u8]) -> &'b [u8] {
    let first = member.sparse.as_ref().and_then(|sparse| sparse.stored.first());
    let begins_with_a_hole = member.sparse.is_some() && first.is_none_or(|range| range.start > 0);
    if begins_with_a_hole { &[] } else { stored }
}

pub(super) fn is_descriptor(name: &str) -> bool {
    has_extension(Path::new(name), &["ovf"])
}

/// Raw disks and fixed VHDs are known by their names alone.
fn disk_format(name: &str, start: &[u8]) -> Option<Format> {
    let name = Path::new(name);
    match format_of(name, start) {
        Format::Raw => has_extension(name, &["raw", "img"]).then_some(Format::Raw),
        format => Some(format),
    }
}
