//! VHDX, Hyper-V's format ([MS-VHDX], "Virtual Hard Disk v2 (VHDX) File Format", Microsoft): two headers, of which the
//! newer one counts, lead to a table of regions; one of these tells what the disk is, another where its blocks are.
//! All numbers are little-endian.

mod header;
mod metadata;
mod read;
mod regions;
#[cfg(test)]
mod tests;

pub(super) use read::Vhdx;

use super::crc;

/// The first bytes of every file.
pub(super) const SIGNATURE: &[u8] = b"vhdxfile";

const FORMAT: &str = "VHDX";

/// Regions and blocks begin at multiples of it; what is before the first one is headers.
const ALIGNMENT: u64 = 1 << 20;

/// Headers and region tables have their sum here.
const SUM: usize = 4;

/// CRC-32C, counted with zeros in its own place.
fn checksum(bytes: &[u8]) -> u32 {
    let counted = bytes.iter().enumerate().map(|(at, byte)| if (SUM..SUM + 4).contains(&at) { 0 } else { *byte });
    !crc::reflected(0x82f6_3b78, !0, counted)
}
