//! Numbers at fixed places of a header that was read whole.

/// The `N` bytes at `at`.
fn bytes<const N: usize>(header: &[u8], at: usize) -> [u8; N] {
    let found = header.get(at..).and_then(|rest| rest.first_chunk());
    *found.expect("the header was read up to its last field")
}

pub(super) fn be_u32(header: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes(header, at))
}

pub(super) fn be_u64(header: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(bytes(header, at))
}

pub(super) fn le_u16(header: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes(header, at))
}

pub(super) fn le_u32(header: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes(header, at))
}

pub(super) fn le_u64(header: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes(header, at))
}
