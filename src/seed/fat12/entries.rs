//! Directory entries of 32 bytes.

use super::names::{LABEL_BYTES, Name, UNITS_PER_ENTRY};

pub(super) const BYTES: usize = 32;
/// Entries that every folder but the root begins with: itself and the one above.
pub(super) const DOTS: usize = 2;

const IS_LABEL: u8 = 0x08;
const IS_FOLDER: u8 = 0x10;
/// Changed since the last backup, which readers set on every new file.
const IS_ARCHIVE: u8 = 0x20;
/// Impossible for a file, so that old readers pass over long names.
const IS_LONG_NAME: u8 = 0x0F;
/// Flag in the number of the first entry of a long name, which is its end.
const LAST_PART: u8 = 0x40;
/// 1980-01-01: years since 1980, month, day. The time of day is 0.
const DATE: u16 = (1 << 5) | 1;

pub(super) fn label(label: &[u8; LABEL_BYTES]) -> Vec<u8> {
    short(label, IS_LABEL, 0, 0)
}

pub(super) fn dots(own: u16, parent: u16) -> Vec<u8> {
    [short(b".          ", IS_FOLDER, own, 0), short(b"..         ", IS_FOLDER, parent, 0)].concat()
}

pub(super) fn folder(name: &Name, cluster: u16) -> Vec<u8> {
    [long(name), short(&name.short, IS_FOLDER, cluster, 0)].concat()
}

pub(super) fn file(name: &Name, cluster: u16, size: u32) -> Vec<u8> {
    [long(name), short(&name.short, IS_ARCHIVE, cluster, size)].concat()
}

fn short(name: &[u8; LABEL_BYTES], flags: u8, cluster: u16, size: u32) -> Vec<u8> {
    let mut entry = name.to_vec();
    // Flags, case flags, hundredths of a second, time of making.
    entry.extend([flags, 0, 0, 0, 0]);
    // Made and read; then the high half of a cluster number, and the time of writing.
    entry.extend([DATE.to_le_bytes(), DATE.to_le_bytes(), [0, 0], [0, 0]].concat());
    entry.extend(DATE.to_le_bytes());
    entry.extend(cluster.to_le_bytes());
    entry.extend(size.to_le_bytes());
    entry
}

/// The parts of a long name, its end first.
fn long(name: &Name) -> Vec<u8> {
    let checksum = checksum(&name.short);
    let parts: Vec<_> = name.long.chunks(UNITS_PER_ENTRY).zip(1_u8..).collect();
    let last = parts.len();
    let part = |(units, number): (&[u16], u8)| {
        let flag = if usize::from(number) == last { LAST_PART } else { 0 };
        long_part(units, number | flag, checksum)
    };
    parts.into_iter().rev().flat_map(part).collect()
}

/// Five, six and two units. What is left over is one zero, then ones.
fn long_part(units: &[u16], number: u8, checksum: u8) -> Vec<u8> {
    let filler = std::iter::once(0).chain(std::iter::repeat(0xFFFF));
    let units: Vec<u8> = units.iter().copied().chain(filler).take(UNITS_PER_ENTRY).flat_map(u16::to_le_bytes).collect();
    let mut entry = vec![number];
    entry.extend(&units[..10]);
    entry.extend([IS_LONG_NAME, 0, checksum]);
    entry.extend(&units[10..22]);
    entry.extend([0, 0]);
    entry.extend(&units[22..]);
    entry
}

/// Ties a long name to its short one.
fn checksum(short: &[u8]) -> u8 {
    short.iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_their_length_and_order() {
        let units: Vec<u16> = "autounattend.xml".encode_utf16().collect();
        let name = Name { short: *b"AUTOUN~1XML", long: units };
        let bytes = file(&name, 5, 7);
        assert_eq!(bytes.len(), 3 * BYTES);
        assert_eq!((bytes[0], bytes[BYTES]), (LAST_PART | 2, 1));
        assert_eq!(bytes[1..11], [b'x', 0, b'm', 0, b'l', 0, 0, 0, 0xFF, 0xFF]);
        assert_eq!(bytes[13], bytes[BYTES + 13]);
        assert_eq!(&bytes[2 * BYTES..][..12], b"AUTOUN~1XML ");
        assert_eq!(bytes[2 * BYTES..][26..], [5, 0, 7, 0, 0, 0]);
    }
}
