//! The header of the files that are written (QEMU, docs/interop/qcow2.txt, "Header").

use super::{CLUSTER_BITS, references};
use crate::image::Codec;
use crate::image::qcow2::MAGIC;

/// Incompatible feature: the header names how clusters are compressed.
const COMPRESSION_TYPE: u64 = 1 << 3;

/// With the compression type, padded.
const HEADER_BYTES: u32 = 112;

/// What differs between two files; offsets are in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) virtual_bytes: u64,
    pub(super) codec: Option<Codec>,
    pub(super) level_1: u64,
    pub(super) level_1_entries: u64,
    pub(super) reference_table: u64,
    pub(super) reference_table_clusters: u64,
}

impl Header {
    pub(super) fn to_bytes(self) -> std::io::Result<Vec<u8>> {
        let zstd = matches!(self.codec, Some(Codec::Zstd { .. }));
        let small = |number: u64| u32::try_from(number).map_err(std::io::Error::other);
        let mut header = MAGIC.to_vec();
        let mut put = |bytes: &[u8]| header.extend_from_slice(bytes);
        put(&3u32.to_be_bytes());
        // No backing file, of a name without length.
        put(&[0; 12]);
        put(&CLUSTER_BITS.to_be_bytes());
        put(&self.virtual_bytes.to_be_bytes());
        // Not encrypted.
        put(&0u32.to_be_bytes());
        put(&small(self.level_1_entries)?.to_be_bytes());
        put(&self.level_1.to_be_bytes());
        put(&self.reference_table.to_be_bytes());
        put(&small(self.reference_table_clusters)?.to_be_bytes());
        // No snapshots.
        put(&[0; 12]);
        put(&(if zstd { COMPRESSION_TYPE } else { 0 }).to_be_bytes());
        // Nothing of the compatible and the automatically cleared features.
        put(&[0; 16]);
        put(&references::ORDER.to_be_bytes());
        put(&HEADER_BYTES.to_be_bytes());
        put(&[u8::from(zstd), 0, 0, 0, 0, 0, 0, 0]);
        // The end of the extensions.
        put(&[0; 8]);
        Ok(header)
    }
}
