//! Clusters: what a level 2 entry says of one, and its bytes.

use std::io::Read;

use libdeflater::Decompressor;

use super::header::{FORMAT, Header, OFFSET_MASK};
use crate::image::{Content, Error, Input, Source};

const COMPRESSED: u64 = 1 << 62;

/// Only in version 3.
const ZERO: u64 = 1;

/// Compressed data is counted in sectors.
const SECTOR_BYTES: u64 = 512;

/// deflate makes at most 258 bytes of two bits.
const DEFLATE_EXPANSION: u64 = 258 * 4;

/// zstd makes at most a block of 128 KiB of four bytes.
const ZSTD_EXPANSION: u64 = 32 * 1024;

/// zstd frames of clusters need at most 2 MiB; a stranger's frame could ask for much more.
const ZSTD_WINDOW_LOG: u32 = 24;

/// Where a cluster's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::image) enum Cluster {
    Hole,
    Zero,
    Plain { offset: u64 },
    Compressed { offset: u64, length: u64 },
}

impl Cluster {
    pub(super) fn of_entry<R: Source>(entry: u64, header: &Header, input: &Input<R>) -> Result<Self, Error> {
        let cluster = if entry & COMPRESSED != 0 { compressed(entry, header) } else { plain(entry, header) };
        match cluster {
            Self::Plain { offset } if !offset.is_multiple_of(header.cluster_bytes()) => {
                Err(input.damaged(FORMAT, format!("a cluster at byte {offset} is not aligned")))
            }
            // The last cluster may be cut off after its last byte that is not zero.
            Self::Plain { offset } | Self::Compressed { offset, .. } if offset >= input.length() => {
                Err(input.damaged(FORMAT, format!("a cluster at byte {offset} lies outside the file")))
            }
            cluster => Ok(cluster),
        }
    }

    pub(super) fn content(self) -> Content {
        match self {
            Self::Hole => Content::Hole,
            Self::Zero => Content::Zero,
            Self::Plain { .. } | Self::Compressed { .. } => Content::Data,
        }
    }
}

fn plain(entry: u64, header: &Header) -> Cluster {
    match entry & OFFSET_MASK {
        _ if header.version >= 3 && entry & ZERO != 0 => Cluster::Zero,
        0 => Cluster::Hole,
        offset => Cluster::Plain { offset },
    }
}

/// The lower bits are an offset in bytes, those above, up to bit 61, the sectors behind the first one.
fn compressed(entry: u64, header: &Header) -> Cluster {
    let offset_bits = 62 - (header.cluster_bits - 8);
    let offset = entry & ((1 << offset_bits) - 1);
    let sectors = (entry & (COMPRESSED - 1)) >> offset_bits;
    Cluster::Compressed { offset, length: (sectors + 1) * SECTOR_BYTES - offset % SECTOR_BYTES }
}

/// Reads clusters and keeps the last one that was compressed.
pub(super) struct Clusters {
    bytes: usize,
    zstd: bool,
    deflate: Decompressor,
    /// Its offset in the file.
    kept: Option<u64>,
    content: Vec<u8>,
}

impl Clusters {
    pub(super) fn new(bytes: u64, zstd: bool) -> Self {
        let bytes = usize::try_from(bytes).expect("a cluster has at most 2 MiB");
        Self { bytes, zstd, deflate: Decompressor::new(), kept: None, content: Vec::new() }
    }

    /// A compressed byte may become so many.
    pub(super) fn most_expansion(&self) -> u64 {
        if self.zstd { ZSTD_EXPANSION } else { DEFLATE_EXPANSION }
    }

    /// Fills `part` with a cluster's bytes from `skip` on. Both lie within the cluster.
    pub(super) fn read<R: Source>(
        &mut self,
        input: &mut Input<R>,
        cluster: Cluster,
        skip: u64,
        part: &mut [u8],
    ) -> Result<(), Error> {
        match cluster {
            Cluster::Hole | Cluster::Zero => part.fill(0),
            Cluster::Plain { offset } => input.read_padded(offset + skip, part)?,
            Cluster::Compressed { offset, length } => {
                if self.kept != Some(offset) {
                    self.decompress(input, offset, length)?;
                }
                let start = usize::try_from(skip).expect("less than a cluster");
                part.copy_from_slice(&self.content[start..start + part.len()]);
            }
        }
        Ok(())
    }

    fn decompress<R: Source>(&mut self, input: &mut Input<R>, offset: u64, length: u64) -> Result<(), Error> {
        self.kept = None;
        let length = length.min(input.length().saturating_sub(offset));
        let mut coded = vec![0; usize::try_from(length).expect("at most two clusters")];
        input.read(offset, &mut coded)?;
        self.content.resize(self.bytes, 0);
        let done = if self.zstd { self.zstd(&coded) } else { self.deflate(&coded) };
        done.map_err(|reason| {
            input.damaged(FORMAT, format!("the cluster at byte {offset} cannot be decompressed: {reason}"))
        })?;
        self.kept = Some(offset);
        Ok(())
    }

    /// Behind the stream is whatever fills the last sector.
    fn deflate(&mut self, coded: &[u8]) -> Result<(), String> {
        match self.deflate.deflate_decompress(coded, &mut self.content) {
            Ok(length) if length == self.bytes => Ok(()),
            Ok(_) => Err("it is too short".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn zstd(&mut self, coded: &[u8]) -> Result<(), String> {
        let decode = |content: &mut [u8]| {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(coded)?.single_frame();
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            decoder.read_exact(content)?;
            let more = decoder.read(&mut [0])?;
            if more > 0 { Err(std::io::Error::other("it is too long")) } else { Ok(()) }
        };
        decode(&mut self.content).map_err(|error: std::io::Error| error.to_string())
    }
}

impl std::fmt::Debug for Clusters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clusters").field("bytes", &self.bytes).field("zstd", &self.zstd).finish_non_exhaustive()
    }
}
