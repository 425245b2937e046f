//! zstd on all cores: a row of frames (RFC 8878 §3.1), each made from one block. `zstd` and bsdtar read such a row as
//! one stream.

use std::io::Write;

use ::zstd::bulk::Compressor;

use super::blocks::{BlockCoder, BlockWriter};

/// Faster than gzip's fastest level, and smaller than its default one.
pub const DEFAULT_LEVEL: i32 = 1;

/// zstd's levels, 1 to 19; those above take too much memory to be read everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(i32);

impl Level {
    pub fn new(level: i32) -> Option<Self> {
        (1..=19).contains(&level).then_some(Self(level))
    }
}

impl Default for Level {
    fn default() -> Self {
        Self(DEFAULT_LEVEL)
    }
}

/// Makes one frame of a block.
#[expect(missing_debug_implementations, reason = "a C compressor has nothing to show")]
pub struct FrameCoder {
    level: Level,
    compressor: Option<Compressor<'static>>,
}

impl BlockCoder for FrameCoder {
    /// As far as the fast levels look back.
    const BLOCK_SIZE: usize = 1 << 20;

    fn code(&mut self, input: &[u8], output: &mut Vec<u8>) -> std::io::Result<()> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(compressor(self.level)?),
        };
        output.resize(::zstd::zstd_safe::compress_bound(input.len()), 0);
        let length = compressor.compress_to_buffer(input, output.as_mut_slice())?;
        output.truncate(length);
        Ok(())
    }
}

/// Each frame ends with a checksum, which zstd does not add of itself: what is damaged is not read as if it were whole.
fn compressor(level: Level) -> std::io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(level.0)?;
    compressor.include_checksum(true)?;
    Ok(compressor)
}

/// Compresses into `sink` on at most so many threads (`None`: one for each core); call `finish` at the end.
pub fn writer<W: Write>(sink: W, level: Level, threads: Option<usize>) -> BlockWriter<W, FrameCoder> {
    BlockWriter::new(sink, threads, move || FrameCoder { level, compressor: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_is_what_went_in() {
        let text: Vec<u8> = (0..900_000u32).flat_map(|number| (number / 5).to_le_bytes()).collect();
        for level in [1, 19] {
            let mut writer = writer(Vec::new(), Level::new(level).unwrap(), Some(3));
            writer.write_all(&text).unwrap();
            let bytes = writer.finish().unwrap();
            assert!(bytes.len() < text.len() / 3);
            assert!(::zstd::stream::decode_all(bytes.as_slice()).unwrap() == text, "level {level}");
        }
    }

    /// In noise nothing but the checksum tells of it.
    #[test]
    fn damage_is_an_error() {
        let scattered = |number: u32| number.wrapping_mul(number | 1).wrapping_mul(2_654_435_761).to_le_bytes();
        let noise: Vec<u8> = (0..100_000).flat_map(scattered).collect();
        let mut writer = writer(Vec::new(), Level::default(), Some(1));
        writer.write_all(&noise).unwrap();
        let mut bytes = writer.finish().unwrap();
        assert!(::zstd::stream::decode_all(bytes.as_slice()).unwrap() == noise);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        assert!(::zstd::stream::decode_all(bytes.as_slice()).is_err());
    }
}
