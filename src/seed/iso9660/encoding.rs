//! Numbers, times and directory records as ECMA-119 writes them.

/// 1980-01-01 00:00:00 UTC, the first moment that FAT knows too: year since 1900, month, day, hour,
/// minute, second, offset from UTC.
pub(super) const RECORD_TIME: [u8; 7] = [80, 1, 1, 0, 0, 0, 0];
/// The same in a volume descriptor: digits down to hundredths of a second, and the offset.
pub(super) const VOLUME_TIME: &[u8; 17] = b"1980010100000000\0";
/// No time.
pub(super) const NO_TIME: &[u8; 17] = b"0000000000000000\0";

/// Record flag of a folder.
pub(super) const IS_FOLDER: u8 = 0x02;
/// The fixed part of a directory record, in bytes.
pub(super) const RECORD_HEAD: usize = 33;
/// The length of a record is one byte, and even.
pub(super) const RECORD_MAX: usize = 254;

/// Both byte orders, least significant byte first.
pub(super) fn both_u32(value: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&value.to_le_bytes());
    bytes[4..].copy_from_slice(&value.to_be_bytes());
    bytes
}

pub(super) fn both_u16(value: u16) -> [u8; 4] {
    let [low, high] = value.to_le_bytes();
    [low, high, high, low]
}

/// Where something lies: its first sector and its length in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) sector: u32,
    pub(super) bytes: u32,
}

/// Length of a record without its system use part.
pub(super) fn bare_record_length(identifier: &[u8]) -> usize {
    (RECORD_HEAD + identifier.len()).next_multiple_of(2)
}

/// A directory record (ECMA-119, 9.1).
pub(super) fn record(identifier: &[u8], extent: Extent, flags: u8, system_use: &[u8]) -> Vec<u8> {
    let length = (bare_record_length(identifier) + system_use.len()).next_multiple_of(2);
    assert!(length <= RECORD_MAX, "identifiers and system use are cut to fit");
    let mut record = Vec::with_capacity(length);
    record.extend([u8::try_from(length).expect("checked above"), 0]);
    record.extend(both_u32(extent.sector));
    record.extend(both_u32(extent.bytes));
    record.extend(RECORD_TIME);
    record.extend([flags, 0, 0]);
    record.extend(both_u16(1));
    record.push(u8::try_from(identifier.len()).expect("shorter than the record"));
    record.extend(identifier);
    record.resize(bare_record_length(identifier), 0);
    record.extend(system_use);
    record.resize(length, 0);
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_even_lengths() {
        let record = record(b"A.;1", Extent { sector: 0x0102, bytes: 3 }, 0, b"xyz");
        assert_eq!(record.len(), 42);
        assert_eq!(record[0], 42);
        assert_eq!(record[2..10], [2, 1, 0, 0, 0, 0, 1, 2]);
        assert_eq!(&record[33..41], b"A.;1\0xyz");
    }
}
