//! The first sector: the geometry of the disk and the shape of its file system.

use super::names::LABEL_BYTES;
use super::{ROOT_ENTRIES, SECTOR, SECTORS, TABLE_SECTORS, TABLES};

/// Over the fields, to the code.
const JUMP: [u8; 3] = [0xEB, 0x3C, 0x90];
/// Tells a 1.44 MB disk.
const MEDIA: u8 = 0xF0;
const SECTORS_PER_TRACK: u16 = 18;
const HEADS: u16 = 2;
/// Constant, as all else that does not come from the files.
const VOLUME_NUMBER: u32 = 0x1980_0101;
const OEM_BYTES: usize = 8;
/// `int 18h`: the firmware goes on with the next device to boot from. Should it come back: `hlt`, again.
const CODE: [u8; 5] = [0xCD, 0x18, 0xF4, 0xEB, 0xFD];

/// The label stands for the maker's name too, as Packer has it.
pub(super) fn bytes(label: &[u8; LABEL_BYTES]) -> Vec<u8> {
    let mut sector = JUMP.to_vec();
    sector.extend(&label[..OEM_BYTES]);
    let word = |value: usize| u16::try_from(value).expect("the numbers of a floppy are small").to_le_bytes();
    sector.extend(word(SECTOR));
    // Sectors in a cluster, and sectors before the first table (16 bits).
    sector.extend([1, 1, 0]);
    sector.push(u8::try_from(TABLES).expect("2"));
    sector.extend(word(ROOT_ENTRIES));
    sector.extend(word(SECTORS));
    sector.push(MEDIA);
    sector.extend(word(TABLE_SECTORS));
    sector.extend(SECTORS_PER_TRACK.to_le_bytes());
    sector.extend(HEADS.to_le_bytes());
    // No hidden sectors, no 32-bit count of sectors, the first drive, and a reserved byte.
    sector.extend([0; 10]);
    // The next three fields are there.
    sector.push(0x29);
    sector.extend(VOLUME_NUMBER.to_le_bytes());
    sector.extend(label);
    sector.extend(b"FAT12   ");
    sector.extend(CODE);
    sector.resize(SECTOR - 2, 0);
    sector.extend([0x55, 0xAA]);
    sector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_at_their_places() {
        let sector = bytes(b"OEMDRV     ");
        assert_eq!(sector.len(), 512);
        assert_eq!(&sector[3..11], b"OEMDRV  ");
        assert_eq!((sector[21], sector[24], sector[26], sector[38]), (0xF0, 18, 2, 0x29));
        assert_eq!(&sector[43..62], b"OEMDRV     FAT12   ");
        assert_eq!(sector[62..67], CODE, "where the jump leads");
    }
}
