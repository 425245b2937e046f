//! VMDK in one file: sparse images (`monolithicSparse`) are read, and stream-optimized ones are read and
//! written ("Virtual Disk Format 5.0", VMware). A grain directory leads to grain tables, these to grains.

mod descriptor;
mod header;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::Vmdk;
pub use write::{StreamOptions, Streamed, capacity_bytes, write_stream};

/// The first bytes of a sparse file.
pub(super) const MAGIC: &[u8] = b"KDMV";

/// The first bytes of a descriptor that stands alone.
pub(super) const TEXT_MAGIC: &[u8] = b"# Disk DescriptorFile";

const FORMAT: &str = "VMDK";

const SECTOR_BYTES: u64 = 512;
