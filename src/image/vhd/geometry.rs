//! Cylinders, heads and sectors of a disk, by the appendix "CHS Calculation" of the specification.

/// The largest geometry; larger disks have it too.
const MAX_SECTORS: u64 = 65535 * 16 * 255;

/// As a footer has it: cylinders (two bytes, big-endian), heads, sectors of a track.
pub(super) fn of(sectors: u64) -> [u8; 4] {
    let sectors = sectors.min(MAX_SECTORS);
    let (track, heads) = if sectors >= 65535 * 16 * 63 { (255, 16) } else { small(sectors) };
    let cylinders = u16::try_from(sectors / track / heads).unwrap_or(u16::MAX).to_be_bytes();
    let byte = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
    [cylinders[0], cylinders[1], byte(heads), byte(track)]
}

/// The shortest tracks with which the cylinders are few enough.
fn small(sectors: u64) -> (u64, u64) {
    let tracks = sectors / 17;
    let heads = tracks.div_ceil(1024).max(4);
    if heads <= 16 && tracks < heads * 1024 {
        return (17, heads);
    }
    if sectors / 31 < 16 * 1024 { (31, 16) } else { (63, 16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_their_geometry() {
        assert_eq!(of(0), [0, 0, 4, 17]);
        assert_eq!(of((8 << 20) / 512), [0, 240, 4, 17]);
        assert_eq!(of((1 << 30) / 512), [0x08, 0x20, 16, 63]);
        assert_eq!(of((40 << 30) / 512), [0x50, 0x50, 16, 255]);
        assert_eq!(of(u64::MAX), [0xff, 0xff, 16, 255]);
    }
}
