//! VMDK in one file: sparse images (`monolithicSparse`) and stream-optimized ones are read and written
//! ("Virtual Disk Format 5.0", VMware). A grain directory leads to grain tables, these to grains.

mod descriptor;
mod header;
mod read;
#[cfg(test)]
mod tests;
mod write_sparse;
mod write_stream;

pub(super) use read::Vmdk;
pub use write_sparse::write_sparse;
pub use write_stream::{StreamOptions, Streamed, capacity_bytes, write_stream};

/// The first bytes of a sparse file.
pub(super) const MAGIC: &[u8] = b"KDMV";

/// The first bytes of a descriptor that stands alone.
pub(super) const TEXT_MAGIC: &[u8] = b"# Disk DescriptorFile";

const FORMAT: &str = "VMDK";

const SECTOR_BYTES: u64 = 512;
