//! Sums that no library here has, bit by bit: what they cover is some pages long.

/// A cyclic redundancy check, lowest bit first, over `bytes`, from `start` on; without a complement at the end.
pub(super) fn reflected(polynomial: u32, start: u32, bytes: impl IntoIterator<Item = u8>) -> u32 {
    bytes.into_iter().fold(start, |sum, byte| {
        let step = |sum: u32, _| (sum >> 1) ^ (polynomial & (sum & 1).wrapping_neg());
        (0..8).fold(sum ^ u32::from(byte), step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_test_has_its_usual_sums() {
        assert_eq!(!reflected(0xedb8_8320, !0, *b"123456789"), 0xcbf4_3926);
        assert_eq!(!reflected(0x82f6_3b78, !0, *b"123456789"), 0xe306_9283);
    }
}
