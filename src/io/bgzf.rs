//! Blocked gzip (SAM/BAM format specification, section 4.1): members of at most 64 KiB that tell their own
//! length, so that a reader can jump between them.

use std::io::Write;

use libdeflater::{CompressionLvl, Compressor, Crc};

use super::blocks::{BlockCoder, BlockWriter};
use super::gzip::Level;

/// A gzip header with the extra field `BC`, whose two bytes follow.
const HEADER: [u8; 16] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0];

/// Header with the length, and the checksum with the size.
const FRAME_BYTES: usize = HEADER.len() + 2 + 8;

/// An empty member ends a file.
const END: [u8; 28] =
    [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[expect(missing_debug_implementations, reason = "a C compressor has nothing to show")]
pub struct BgzfCoder(Compressor);

impl BlockCoder for BgzfCoder {
    /// Leaves room for what cannot be compressed.
    const BLOCK_SIZE: usize = 0xff00;

    fn code(&mut self, input: &[u8], output: &mut Vec<u8>) -> std::io::Result<()> {
        output.resize(self.0.deflate_compress_bound(input.len()), 0);
        let length = self.0.deflate_compress(input, output).map_err(std::io::Error::other)?;
        output.truncate(length);
        let last = u16::try_from(length + FRAME_BYTES - 1).map_err(std::io::Error::other)?;
        output.splice(0..0, HEADER.into_iter().chain(last.to_le_bytes()));
        let mut checksum = Crc::new();
        checksum.update(input);
        output.extend_from_slice(&checksum.sum().to_le_bytes());
        let size = u32::try_from(input.len()).expect("a block is small");
        output.extend_from_slice(&size.to_le_bytes());
        Ok(())
    }
}

/// Compresses into `sink`; call `finish` at the end.
pub fn writer<W: Write>(sink: W, level: Level) -> BlockWriter<W, BgzfCoder> {
    let level: CompressionLvl = level.into();
    BlockWriter::new(sink, None, move || BgzfCoder(Compressor::new(level)))
}

/// Ends the stream.
pub fn finish<W: Write>(writer: BlockWriter<W, BgzfCoder>) -> std::io::Result<W> {
    let mut sink = writer.finish()?;
    sink.write_all(&END)?;
    Ok(sink)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn members_tell_their_length_and_gzip_reads_them() {
        let text: Vec<u8> =
            (0..100_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut writer = writer(Vec::new(), Level::new(1));
        writer.write_all(&text).unwrap();
        let bytes = finish(writer).unwrap();
        let mut rest = bytes.as_slice();
        let mut members = 0;
        while rest.len() > END.len() {
            assert_eq!(rest[..16], HEADER);
            rest = &rest[usize::from(u16::from_le_bytes([rest[16], rest[17]])) + 1..];
            members += 1;
        }
        assert_eq!((members, rest), (text.len().div_ceil(0xff00), END.as_slice()));
        let mut back = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut back).unwrap();
        assert!(back == text);
    }
}
