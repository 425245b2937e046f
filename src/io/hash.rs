//! A digest of what is written, while it is written.

use std::io::Write;

use sha2::{Digest, Sha256};

/// Passes everything on to `sink` and counts and hashes what the sink took.
#[derive(Debug)]
pub struct HashWriter<W> {
    sink: W,
    hasher: Sha256,
    bytes: u64,
}

/// Length and SHA-256 of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    /// Lower case.
    pub sha256: String,
}

impl<W: Write> HashWriter<W> {
    pub fn new(sink: W) -> Self {
        Self { sink, hasher: Sha256::new(), bytes: 0 }
    }

    /// Flushes the sink and tells what it got.
    pub fn finish(mut self) -> std::io::Result<Written> {
        self.sink.flush()?;
        Ok(Written { bytes: self.bytes, sha256: hex(&self.hasher.finalize()) })
    }
}

impl<W: Write> Write for HashWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_only_what_the_sink_took() {
        let mut room = [0u8; 3];
        let mut writer = HashWriter::new(room.as_mut_slice());
        assert_eq!(writer.write(b"abcdef").unwrap(), 3);
        let written = writer.finish().unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(written.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((written.bytes, &room), (3, b"abc"));
    }
}
