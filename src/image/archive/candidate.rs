//! Which members of an archive are disks.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::MAX_DESCRIPTOR_BYTES;
use super::named::{format_of, has_extension};
use crate::image::ovf::{Envelope, ReadError};
use crate::image::{Error, Format};
use crate::io::tar::{Kind, Member};

/// Names in one message.
const MAX_LISTED: usize = 10;

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

    /// The file that a loose description means by `name`, which is a URI. It lies beside the description: who wrote that could
    /// have named any file of the reader's, by a link too.
    pub(super) fn beside(&self, name: &str) -> Result<PathBuf, Error> {
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        let [literal, decoded] = [name, &decoded].map(|name| name.trim_start_matches("./"));
        // VirtualBox writes names as they are; others encode them.
        let is_literal = self.archive.with_file_name(literal).symlink_metadata().is_ok();
        let plain = if is_literal { literal } else { decoded };
        let shown = name.escape_debug();
        if ["", ".", ".."].contains(&plain) || plain.contains(|c: char| c == '/' || c == '\\' || c.is_control()) {
            return Err(self.unsupported(format!("the name `{shown}` in it is not of a file beside it")));
        }
        let path = self.archive.with_file_name(plain);
        match path.symlink_metadata() {
            Ok(found) if found.is_file() => Ok(path),
            Ok(_) => Err(self.unsupported(format!("`{shown}`, which it names, is a link or a device"))),
            Err(source) => Err(self.unsupported(format!("`{shown}`, which it names, cannot be read: {source}"))),
        }
    }

    /// Notes a disk that nobody wants.
    pub(super) fn pass(&mut self, name: String) {
        self.disks.push(name);
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
            let disks = list(&self.disks);
            return Err(self.unsupported(format!("it holds several disks, {disks}; name one of them with -disk")));
        }
        Ok(Some(format))
    }

    /// That there was none.
    pub(super) fn nothing(&self) -> Error {
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

/// For a message, whoever chose the names.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(MAX_LISTED).map(|name| format!("`{}`", name.escape_debug())).collect();
    match names.len().saturating_sub(MAX_LISTED) {
        0 if names.is_empty() => "nothing".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Of a member's stored bytes, those that the file begins with.
pub(super) fn first_bytes<'b>(member: &Member, stored: &'b [u8]) -> &'b [u8] {
    let first = member.sparse.as_ref().and_then(|sparse| sparse.stored.first());
    let begins_with_a_hole = member.sparse.is_some() && first.is_none_or(|range| range.start > 0);
    if begins_with_a_hole { &[] } else { stored }
}

/// A machine's description is known by its name.
pub fn is_descriptor(path: impl AsRef<Path>) -> bool {
    has_extension(path.as_ref(), &["ovf"])
}

/// Raw disks and fixed VHDs are known by their names alone.
fn disk_format(name: &str, start: &[u8]) -> Option<Format> {
    let name = Path::new(name);
    match format_of(name, start) {
        Format::Raw => has_extension(name, &["raw", "img"]).then_some(Format::Raw),
        format => Some(format),
    }
}
