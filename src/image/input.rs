//! The file under an image, read at any place, with its name for errors.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use rustix::io::Errno;

use super::{Error, Format, Window};

/// More than any format needs to be known.
pub const FORMAT_BYTES: usize = 128;

/// Where an image's bytes come from.
pub trait Source: Read + Seek {
    /// The first stretch at or behind `offset` that takes room on the disk; `None` when all the rest up to
    /// `length` is a hole.
    fn stored(&mut self, offset: u64, length: u64) -> std::io::Result<Option<Range<u64>>> {
        Ok((offset < length).then_some(offset..length))
    }
}

impl Source for fs::File {
    fn stored(&mut self, offset: u64, length: u64) -> std::io::Result<Option<Range<u64>>> {
        let start = match rustix::fs::seek(&*self, rustix::fs::SeekFrom::Data(offset)) {
            Ok(start) => start,
            Err(Errno::NXIO) => return Ok(None),
            // The file system does not know of holes.
            Err(Errno::INVAL) => return Ok((offset < length).then_some(offset..length)),
            Err(error) => return Err(error.into()),
        };
        let end = rustix::fs::seek(&*self, rustix::fs::SeekFrom::Hole(start))?;
        Ok((start < end).then_some(start..end))
    }
}

impl<T: AsRef<[u8]>> Source for Cursor<T> {}

/// A source with its name and length.
#[derive(Debug)]
pub struct Input<R> {
    source: R,
    path: PathBuf,
    length: u64,
}

impl Input<Window> {
    /// Opens a file or a disk. Anything else has no length, or nobody at its other end.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let kind = fs::metadata(path).map_err(failed)?.file_type();
        if !kind.is_file() && !kind.is_block_device() {
            let what = if kind.is_dir() { "it is a folder" } else { "it is neither a file nor a disk" };
            return Err(Error::Unsupported { path: path.to_owned(), what: what.into() });
        }
        Self::new(fs::File::open(path).and_then(Window::whole).map_err(failed)?, path)
    }
}

impl<R: Source> Input<R> {
    /// `path` is for errors only.
    pub fn new(mut source: R, path: &Path) -> Result<Self, Error> {
        let length = source.seek(SeekFrom::End(0));
        let length = length.map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Ok(Self { source, path: path.to_owned(), length })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// What its first bytes say.
    pub fn format(&mut self) -> Result<Format, Error> {
        Ok(Format::detect(&self.start(FORMAT_BYTES)?))
    }

    /// The first bytes, fewer when the file is shorter.
    pub fn start(&mut self, length: usize) -> Result<Vec<u8>, Error> {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX).min(length);
        let mut bytes = vec![0; length];
        self.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Fills `buffer` from `offset` on; what lies behind the end of the file is zero, as it would be in a
    /// hole.
    pub(super) fn read_padded(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let (stored, beyond) = buffer.split_at_mut(left.min(buffer.len()));
        beyond.fill(0);
        self.read(offset, stored)
    }

    /// Fills `buffer` from `offset` on.
    pub(super) fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let read = self.source.seek(SeekFrom::Start(offset)).and_then(|_| self.source.read_exact(buffer));
        read.map_err(|source| self.read_error(source))
    }

    pub(super) fn stored(&mut self, offset: u64) -> Result<Option<Range<u64>>, Error> {
        let stored = self.source.stored(offset, self.length);
        stored.map_err(|source| self.read_error(source))
    }

    /// Whether the file has all of these bytes.
    pub(super) fn holds(&self, offset: u64, length: u64) -> bool {
        offset.checked_add(length).is_some_and(|end| end <= self.length)
    }

    fn read_error(&self, source: std::io::Error) -> Error {
        Error::Read { path: self.path.clone(), source }
    }

    pub(super) fn damaged(&self, format: &'static str, what: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), format, what: what.into() }
    }

    pub(super) fn unsupported(&self, what: impl Into<String>) -> Error {
        Error::Unsupported { path: self.path.clone(), what: what.into() }
    }
}
