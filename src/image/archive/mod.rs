//! Disks in archives: OVAs, Vagrant boxes, Compute Engine's images, lone images that are compressed, and packages as loose
//! files.
//!
//! In a plain tar a disk is read where it lies. What is compressed can only be read from its start, so that it is
//! unpacked to a file first. No name of an archive ever becomes a file's, and one in a
//! description is of a file beside it. A disk in either must need no other file.

mod candidate;
mod described;
mod find;
mod named;
#[cfg(test)]
mod tests;
mod unpack;

pub use candidate::is_descriptor;
pub use described::described;
pub use find::{Found, find};
pub use named::{format_of, is_called_compressed};
pub use unpack::unpack;

use crate::io::tar::{self, BLOCK};

/// Enough to know a packing by.
pub const START_BYTES: usize = BLOCK;

/// A machine's description of more is not read.
pub const MAX_DESCRIPTOR_BYTES: u64 = super::ovf::MAX_BYTES as u64;

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Tar,
    Gzip,
    Zstd,
}

impl Packing {
    /// What a file's first bytes say.
    pub fn of(start: &[u8]) -> Option<Self> {
        if start.starts_with(&[0x1f, 0x8b, 8]) {
            Some(Self::Gzip)
        } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Some(Self::Zstd)
        } else {
            let block: &[u8; BLOCK] = start.first_chunk()?;
            tar::is_header(block).then_some(Self::Tar)
        }
    }
}
