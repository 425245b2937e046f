//! A file, or a part of one as a file of its own: a disk within a package.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use fs_err as fs;

use super::Source;

#[derive(Debug)]
pub struct Window {
    file: fs::File,
    start: u64,
    length: u64,
    at: u64,
}

impl Window {
    /// All of a file, or of a disk, of which only its end tells the length.
    pub fn whole(mut file: fs::File) -> std::io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self::new(file, 0, length))
    }

    /// `length` bytes of `file` from `start` on, which should be there.
    pub fn new(file: fs::File, start: u64, length: u64) -> Self {
        Self { file, start, length, at: 0 }
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let read = rustix::io::pread(&self.file, &mut buffer[..wanted], self.start.saturating_add(self.at))?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let (base, distance) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(distance) => (self.length, distance),
            SeekFrom::Current(distance) => (self.at, distance),
        };
        let outside = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "the place is before the start");
        self.at = base.checked_add_signed(distance).ok_or_else(outside)?;
        Ok(self.at)
    }
}

/// The file knows its holes.
impl Source for Window {
    fn stored(&mut self, offset: u64, length: u64) -> std::io::Result<Option<Range<u64>>> {
        let end = self.start.saturating_add(length);
        let stored = self.file.stored(self.start.saturating_add(offset), end)?;
        let inside = |at: u64| at.saturating_sub(self.start);
        Ok(stored.map(|stored| inside(stored.start)..inside(stored.end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "before INSIDE after").unwrap();
        let mut window = Window::new(fs::File::open(folder.path().join("file")).unwrap(), 7, 6);
        let mut text = String::new();
        window.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), window.seek(SeekFrom::End(-2)).unwrap()), ("INSIDE", 4));
        text.clear();
        window.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), window.seek(SeekFrom::Start(99)).unwrap()), ("DE", 99));
        assert_eq!(window.read(&mut [0; 4]).unwrap(), 0);
        assert!(window.seek(SeekFrom::Current(-100)).is_err());
    }
}
