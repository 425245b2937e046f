//! What else a partition may be than the file system whose superblock stands in it: tools that make one thing of
//! another do not always wipe what was there.

use super::volume::Volume;
use crate::image::{Disk, Error, Source};

/// Marks and where they stand, in bytes.
const MARKS: &[(u64, &[u8])] = &[
    (0, b"LUKS\xba\xbe"),
    (0, b"XFSB"),
    (3, b"NTFS    "),
    (3, b"-FVE-FS-"),
    (4086, b"SWAPSPACE2"),
    (65536 + 64, b"_BHRfS_M"),
    // UFS 2, which leaves the first 64 KiB alone.
    (65536 + 1372, b"\x19\x01\x54\x19"),
    // Linux software RAID, whose data begins elsewhere.
    (0, b"\xfc\x4e\x2b\xa9"),
    (4096, b"\xfc\x4e\x2b\xa9"),
];

/// Whether something else claims the volume.
pub(super) fn claims<R: Source>(disk: &mut Disk<R>, volume: &Volume) -> Result<bool, Error> {
    for (offset, mark) in MARKS {
        let mut found = vec![0; mark.len()];
        volume.read(disk, *offset, &mut found)?;
        if found == *mark {
            return Ok(true);
        }
    }
    Ok(false)
}
