//! Disk images. `Disk` reads one as stretches of data and of nothing, whatever its format and however many
//! files it lies on; `convert` writes one in any format, `ovf` describes a machine for VirtualBox and VMware, and `ova` packs both.
//!
//! Images come from strangers too: every number in them is checked before it is used, tables are read in
//! pages, and nothing is allocated by a size that stands in a file.

pub mod archive;
mod blocks;
mod codec;
mod compute_engine;
pub mod convert;
mod crc;
mod disk;
mod disk_file;
mod entries;
mod error;
mod fields;
mod input;
mod layer;
mod mapped;
mod occupied;
mod output;
pub mod ova;
pub mod ovf;
mod pages;
mod qcow2;
mod raw;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod unused;
mod vdi;
mod vhd;
mod vhdx;
pub mod vmdk;
mod window;

pub use codec::Codec;
pub use compute_engine::write_compute_engine;
pub use disk::{Disk, Format};
pub use disk_file::DiskFile;
pub use error::Error;
pub use input::{FORMAT_BYTES, Input, Source};
pub use output::Output;
pub use qcow2::{Layout, Qcow2Options, write_qcow2};
pub use raw::write_raw;
pub use vdi::write_vdi;
pub use vhd::{Alignment, write_dynamic_vhd, write_fixed_vhd};
pub use window::Window;

/// No image may claim to hold more than 1 PiB.
const MAX_VIRTUAL_BYTES: u64 = 1 << 50;

/// Entries of tables are joined to one extent up to this length, so that asking at every place costs
/// only so much.
const MAX_JOINED_BYTES: u64 = 16 << 20;

/// What a stretch of a disk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes of the guest; they may still all be zero.
    Data,
    /// The image says that they are zero.
    Zero,
    /// Nothing was ever written, or it was discarded: what lies beneath shows, or else zeros.
    Hole,
}

/// A stretch of a disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub start: u64,
    /// Never 0.
    pub length: u64,
    pub content: Content,
}

impl Extent {
    pub fn end(self) -> u64 {
        self.start.saturating_add(self.length)
    }
}
