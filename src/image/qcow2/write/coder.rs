//! Compressing clusters, each by itself.

use libdeflater::{CompressionLvl, Compressor};

use super::CLUSTER_BYTES;
use crate::image::Codec;
use crate::io::blocks::BlockCoder;

/// Before a cluster, on its way through the coder: its place on the disk.
pub(super) const ADDRESS_BYTES: usize = 8;

/// Gives back the address with what is to be stored: something shorter than a cluster, or the cluster.
pub(super) struct ClusterCoder(Method);

enum Method {
    /// QEMU's own streams look back 4 KiB only. It reads those that look back further as well, because it
    /// takes a cluster apart in one go, with all of it in memory.
    Zlib(Compressor),
    Zstd {
        level: i32,
        compressor: Option<zstd::bulk::Compressor<'static>>,
    },
}

impl ClusterCoder {
    pub(super) fn new(codec: Codec) -> Self {
        Self(match codec {
            Codec::Zlib { level } => {
                let level = CompressionLvl::new(level).unwrap_or_default();
                Method::Zlib(Compressor::new(level))
            }
            Codec::Zstd { level } => Method::Zstd { level, compressor: None },
        })
    }
}

impl BlockCoder for ClusterCoder {
    #[expect(clippy::cast_possible_truncation, reason = "64 KiB")]
    const BLOCK_SIZE: usize = ADDRESS_BYTES + CLUSTER_BYTES as usize;

    fn code(&mut self, input: &[u8], output: &mut Vec<u8>) -> std::io::Result<()> {
        output.clear();
        let Some((address, cluster)) = input.split_at_checked(ADDRESS_BYTES) else { return Ok(()) };
        output.extend_from_slice(address);
        let length = self.0.compress(cluster, output)?;
        if length >= cluster.len() {
            output.truncate(ADDRESS_BYTES);
            output.extend_from_slice(cluster);
        } else {
            output.truncate(ADDRESS_BYTES + length);
        }
        Ok(())
    }
}

impl Method {
    /// Appends the compressed cluster, with some room behind it, and tells its length.
    fn compress(&mut self, cluster: &[u8], output: &mut Vec<u8>) -> std::io::Result<usize> {
        match self {
            Self::Zlib(compressor) => {
                output.resize(ADDRESS_BYTES + compressor.deflate_compress_bound(cluster.len()), 0);
                compressor.deflate_compress(cluster, &mut output[ADDRESS_BYTES..]).map_err(std::io::Error::other)
            }
            Self::Zstd { level, compressor } => {
                output.resize(ADDRESS_BYTES + zstd::zstd_safe::compress_bound(cluster.len()), 0);
                let compressor = match compressor {
                    Some(compressor) => compressor,
                    none => none.insert(zstd::bulk::Compressor::new(*level)?),
                };
                compressor.compress_to_buffer(cluster, &mut output[ADDRESS_BYTES..])
            }
        }
    }
}
