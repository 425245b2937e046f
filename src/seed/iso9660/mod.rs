//! A writer of CD images: ISO 9660 (ECMA-119) with Rock Ridge for Unix and Joliet for Windows.
//!
//! All names and texts are final before the first byte is written, and times are fixed, so the same files
//! give the same image. No image needs a boot record here, so there is none.

mod directories;
mod encoding;
mod identifiers;
mod layout;
mod rock_ridge;
mod volume;

use std::io::{BufWriter, Read, Write};
use std::path::Path;

use fs_err as fs;

use super::Error;
use super::catalog::Catalog;
use super::tree::{Source, Tree};
use layout::{Layout, SECTOR};

/// Writes an image of `tree` and returns its size in bytes.
pub(super) fn write(tree: &Tree, label: &str, target: &Path) -> Result<u64, Error> {
    if label.len() > volume::LABEL_BYTES {
        return Err(Error::Label { label: label.to_owned() });
    }
    let catalog = Catalog::new(tree);
    check_limits(&catalog)?;
    let layout = Layout::new(&catalog)?;
    let mut image =
        Image { path: target, output: BufWriter::new(fs::File::create(target).map_err(Error::write(target))?) };
    image.write(&layout.head(&catalog, label))?;
    for file in &catalog.files {
        image.write_file(&file.content.source, file.content.size)?;
    }
    image.output.flush().map_err(Error::write(target))?;
    Ok(u64::from(layout.sectors) * SECTOR as u64)
}

/// The format counts folders with 16 bits and the bytes of a file with 32.
fn check_limits(catalog: &Catalog<'_>) -> Result<(), Error> {
    if catalog.folders.len() > usize::from(u16::MAX) {
        return Err(Error::TooManyFolders);
    }
    match catalog.files.iter().find(|file| file.content.size > u64::from(u32::MAX)) {
        Some(file) => Err(Error::FileTooLarge { name: file.name.to_owned(), size: file.content.size }),
        None => Ok(()),
    }
}

/// The image while it is written.
struct Image<'a> {
    path: &'a Path,
    output: BufWriter<fs::File>,
}

impl Image<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.output.write_all(bytes).map_err(Error::write(self.path))
    }

    /// A file's bytes, filled up to whole sectors.
    fn write_file(&mut self, source: &Source, size: u64) -> Result<(), Error> {
        match source {
            Source::Text(text) => self.write(text.as_bytes())?,
            Source::Host(path) => self.copy(path, size)?,
        }
        let rest = usize::try_from(size % SECTOR as u64).expect("smaller than a sector");
        if rest == 0 { Ok(()) } else { self.write(&[0; SECTOR][rest..]) }
    }

    /// The size is in the directory already, so the file must still have it.
    fn copy(&mut self, path: &Path, size: u64) -> Result<(), Error> {
        let mut input = fs::File::open(path).map_err(Error::read(path))?;
        let mut buffer = vec![0; 256 * 1024];
        let mut copied = 0;
        loop {
            let count = input.read(&mut buffer).map_err(Error::read(path))?;
            copied += count as u64;
            if copied > size || (count == 0 && copied < size) {
                return Err(Error::Changed { path: path.to_owned() });
            }
            if count == 0 {
                return Ok(());
            }
            self.write(&buffer[..count])?;
        }
    }
}

#[cfg(test)]
mod tests;
