//! Finding a disk in a plain tar.

use std::io::Read;
use std::path::Path;

use fs_err as fs;

use super::MAX_DESCRIPTOR_BYTES;
use super::candidate::{Search, first_bytes, is_descriptor};
use crate::image::{Disk, Error, FORMAT_BYTES, Format, Input, Window};
use crate::io::tar::{self, TarReader};

/// What there is of a disk in a plain tar.
#[derive(Debug)]
pub enum Found {
    Disk(Disk),
    /// Its holes are not in the archive; it must be unpacked.
    Sparse,
}

/// Finds the disk in the tar at `path`: the only one, or the one called `wanted`. `from` is its format, if that is known.
pub fn find(path: &Path, wanted: Option<&str>, from: Option<Format>) -> Result<Found, Error> {
    let mut search = Search::new(path, wanted);
    let opened = fs::File::open(path).and_then(|file| Ok((file.try_clone()?, file.metadata()?.len(), file)));
    let (file, length, walked) = opened.map_err(|error| search.read_error(error))?;
    let mut found = None;
    let mut reader = TarReader::new(walked);
    while let Some(member) = reader.next_member().map_err(|error| search.read_error(error))? {
        let Some(name) = search.file(&member)? else { continue };
        let limit = if is_descriptor(&name) { MAX_DESCRIPTOR_BYTES } else { FORMAT_BYTES as u64 };
        let mut start = Vec::new();
        reader.content().take(limit).read_to_end(&mut start).map_err(|error| search.read_error(error))?;
        if is_descriptor(&name) {
            search.check_descriptor(&name, &member, &start)?;
            continue;
        }
        if let Some(format) = search.add(&name, first_bytes(&member, &start))? {
            let end = member.offset.checked_add(member.stored).filter(|&end| end <= length);
            end.ok_or_else(|| search.read_error(tar::cut_off()))?;
            found = Some((name, member, from.unwrap_or(format)));
        }
    }
    let (name, member, format) = found.ok_or_else(|| search.nothing())?;
    if member.sparse.is_some() {
        return Ok(Found::Sparse);
    }
    let window = Window::new(file, member.offset, member.stored);
    Ok(Found::Disk(Disk::of(Input::new(window, &path.join(name))?, format)?))
}
