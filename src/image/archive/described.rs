//! Finding a disk by the description of a machine that lies beside it.

use std::io::Read;
use std::path::Path;

use fs_err as fs;

use super::MAX_DESCRIPTOR_BYTES;
use super::candidate::Search;
use crate::image::ovf::Envelope;
use crate::image::{Disk, Error, FORMAT_BYTES, Format, Input};

/// Opens the disk that the description at `path` names: the only one, or `wanted`. `from` is its format, if that is known.
pub fn described(path: &Path, wanted: Option<&str>, from: Option<Format>) -> Result<Disk, Error> {
    let mut search = Search::new(path, wanted);
    let Envelope { files, disks, .. } = read(path, &search)?;
    let mut found = None;
    for name in if disks.is_empty() { files } else { disks } {
        if wanted.is_some_and(|wanted| wanted != name) {
            search.pass(name);
            continue;
        }
        let file = search.beside(&name)?;
        let start = Input::open(&file)?.start(FORMAT_BYTES)?;
        if let Some(format) = search.add(&name, &start)? {
            found = Some((file, from.unwrap_or(format)));
        }
    }
    let (file, format) = found.ok_or_else(|| search.nothing())?;
    Disk::of(Input::open(&file)?, format)
}

fn read(path: &Path, search: &Search<'_>) -> Result<Envelope, Error> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(MAX_DESCRIPTOR_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| search.read_error(error))?;
    let parsed = Envelope::parse(&String::from_utf8_lossy(&bytes));
    parsed.map_err(|source| Error::Descriptor { path: path.to_owned(), source })
}
