//! VDI, VirtualBox's own format: a map leads from each block of the disk to one of the file (VirtualBox,
//! include/VBox/vd.h and src/VBox/Storage/VDICore.h describe it; QEMU, block/vdi.c too).

mod header;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::Vdi;
pub use write::write_vdi;

/// What stands behind the 64 bytes of text that a file begins with.
pub(super) const SIGNATURE: [u8; 4] = 0xbeda_107f_u32.to_le_bytes();

/// Where it stands.
pub(super) const SIGNATURE_AT: usize = 64;

const FORMAT: &str = "VDI";

/// Nothing was ever written to the block.
const HOLE: u32 = u32::MAX;

/// The block was discarded, and reads as zeros.
const ZERO: u32 = u32::MAX - 1;
