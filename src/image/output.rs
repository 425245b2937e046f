//! The file that an image is written to: mostly appended to, in portions that are worth a system call, with
//! headers and tables put to their places later.

use std::io::{Seek, SeekFrom, Write};

use fs_err as fs;

use super::pages::Pages;

/// Appended bytes that wait to be written together.
const BUFFER_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub struct Output {
    file: fs::File,
    /// Where the buffered bytes go.
    start: u64,
    buffer: Pages,
    /// Bytes in it.
    buffered: usize,
}

impl Output {
    /// `file` is empty.
    pub fn new(file: fs::File) -> Self {
        Self { file, start: 0, buffer: Pages::new(BUFFER_BYTES), buffered: 0 }
    }

    /// Where the next bytes are appended.
    pub(super) fn end(&self) -> u64 {
        self.start + self.buffered as u64
    }

    /// Appends `bytes` and tells where they begin.
    pub(super) fn append(&mut self, bytes: &[u8]) -> std::io::Result<u64> {
        let at = self.end();
        if self.buffered + bytes.len() > BUFFER_BYTES {
            self.flush()?;
        }
        if bytes.len() >= BUFFER_BYTES {
            self.write_at(at, bytes)?;
            self.start += bytes.len() as u64;
        } else {
            self.buffer[self.buffered..][..bytes.len()].copy_from_slice(bytes);
            self.buffered += bytes.len();
        }
        Ok(at)
    }

    /// Goes on at `offset`, which is not before the end; what is left out is zero.
    pub(super) fn skip_to(&mut self, offset: u64) -> std::io::Result<()> {
        debug_assert!(offset >= self.end(), "what is appended never goes back");
        if offset > self.end() {
            self.flush()?;
            self.start = offset;
        }
        Ok(())
    }

    /// Goes on at the next multiple of `bytes`.
    pub(super) fn align(&mut self, bytes: u64) -> std::io::Result<()> {
        self.skip_to(self.end().next_multiple_of(bytes))
    }

    /// Writes before the end, over what was skipped or written.
    pub(super) fn put(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        if offset.saturating_add(bytes.len() as u64) > self.start {
            self.flush()?;
        }
        self.write_at(offset, bytes)
    }

    /// Writes what is left and gives the file all of its length.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.flush()?;
        self.file.set_len(self.start)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.buffered > 0 {
            self.file.seek(SeekFrom::Start(self.start))?;
            self.file.write_all(&self.buffer[..self.buffered])?;
            self.start += self.buffered as u64;
            self.buffered = 0;
        }
        Ok(())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_where_they_were_put() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut output = Output::new(fs::File::create(&path).unwrap());
        assert_eq!(output.append(b"head").unwrap(), 0);
        output.align(16).unwrap();
        assert_eq!(output.append(b"tail").unwrap(), 16);
        output.put(17, b"AI").unwrap();
        output.put(0, b"H").unwrap();
        let large = vec![b'x'; BUFFER_BYTES];
        assert_eq!((output.append(&large).unwrap(), output.append(b"end").unwrap()), (20, 20 + BUFFER_BYTES as u64));
        output.skip_to(2 << 20).unwrap();
        output.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!((&bytes[..20], bytes.len()), (&b"Head\0\0\0\0\0\0\0\0\0\0\0\0tAIl"[..], 2 << 20));
        assert_eq!(bytes[20 + BUFFER_BYTES..][..4], *b"end\0");
    }
}
