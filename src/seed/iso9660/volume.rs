//! Volume descriptors (ECMA-119, 8).

use super::encoding::{Extent, IS_FOLDER, NO_TIME, VOLUME_TIME, both_u16, both_u32, record};
use super::layout::SECTOR;

/// Longest label, in bytes.
pub(super) const LABEL_BYTES: usize = 32;

const PROGRAM: &str = "BOXWRIGHT";
const STANDARD: &[u8; 5] = b"CD001";
const PLAIN: u8 = 1;
const SUPPLEMENTARY: u8 = 2;
const END: u8 = 255;
/// Tells that the names are in UTF-16 (Joliet level 3).
const JOLIET_ESCAPE: &[u8; 3] = b"%/E";

/// What differs between the two descriptors of an image.
pub(super) struct Volume<'a> {
    pub(super) label: &'a str,
    /// Size of the whole image.
    pub(super) sectors: u32,
    pub(super) path_table_bytes: u32,
    pub(super) path_table_little_endian: u32,
    pub(super) path_table_big_endian: u32,
    pub(super) root: Extent,
}

pub(super) fn plain(volume: &Volume<'_>) -> Vec<u8> {
    descriptor(volume, PLAIN, &[], |text, width| padded(text.as_bytes(), width, b" "))
}

pub(super) fn joliet(volume: &Volume<'_>) -> Vec<u8> {
    descriptor(volume, SUPPLEMENTARY, JOLIET_ESCAPE, |text, width| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        padded(&units, width, &[0, b' '])
    })
}

pub(super) fn end() -> Vec<u8> {
    let mut descriptor = start(END);
    descriptor.resize(SECTOR, 0);
    descriptor
}

fn start(kind: u8) -> Vec<u8> {
    let mut descriptor = vec![kind];
    descriptor.extend(STANDARD);
    descriptor.push(1);
    descriptor
}

/// The fields in their order. `text` brings a text to a width in bytes.
fn descriptor(volume: &Volume<'_>, kind: u8, escape: &[u8], text: impl Fn(&str, usize) -> Vec<u8>) -> Vec<u8> {
    let mut descriptor = start(kind);
    descriptor.push(0);
    descriptor.extend(text("", 32));
    descriptor.extend(text(volume.label, LABEL_BYTES));
    descriptor.extend([0; 8]);
    descriptor.extend(both_u32(volume.sectors));
    descriptor.extend(padded(escape, 32, &[0]));
    // One volume in the set, and this is it.
    descriptor.extend(both_u16(1));
    descriptor.extend(both_u16(1));
    descriptor.extend(both_u16(u16::try_from(SECTOR).expect("2048")));
    descriptor.extend(both_u32(volume.path_table_bytes));
    descriptor.extend(volume.path_table_little_endian.to_le_bytes());
    descriptor.extend([0; 4]);
    descriptor.extend(volume.path_table_big_endian.to_be_bytes());
    descriptor.extend([0; 4]);
    descriptor.extend(record(&[0], volume.root, IS_FOLDER, &[]));
    // Set, publisher, preparer, application; then the names of three files that we do not have.
    for name in ["", "", PROGRAM, PROGRAM] {
        descriptor.extend(text(name, 128));
    }
    for _ in 0..3 {
        descriptor.extend(text("", 37));
    }
    // Made and changed; no end of validity, and no start.
    for time in [VOLUME_TIME, VOLUME_TIME, NO_TIME, NO_TIME] {
        descriptor.extend(time);
    }
    descriptor.push(1);
    descriptor.resize(SECTOR, 0);
    descriptor
}

/// Cut or filled up with `filler`, cut at the end of the field as well.
fn padded(bytes: &[u8], width: usize, filler: &[u8]) -> Vec<u8> {
    bytes.iter().chain(filler.iter().cycle()).take(width).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_at_their_places() {
        let volume = Volume {
            label: "cidata",
            sectors: 7,
            path_table_bytes: 10,
            path_table_little_endian: 19,
            path_table_big_endian: 20,
            root: Extent { sector: 23, bytes: 2048 },
        };
        let (plain, joliet) = (plain(&volume), joliet(&volume));
        assert_eq!((plain.len(), joliet.len(), end().len()), (SECTOR, SECTOR, SECTOR));
        assert_eq!(&plain[40..47], b"cidata ");
        assert_eq!(&joliet[40..46], b"\0c\0i\0d");
        assert_eq!(&joliet[88..92], b"%/E\0");
        assert_eq!(plain[128..132], [0, 8, 8, 0]);
        assert_eq!(plain[148..152], [0, 0, 0, 20]);
        assert_eq!(plain[156], 34);
        assert_eq!(&plain[813..829], b"1980010100000000");
        assert_eq!(plain[881], 1);
    }
}
