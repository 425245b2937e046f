//! VDI files. All numbers are little-endian.

use crate::bytes::{Case, Image, case};

const MAP: usize = 512;
const DATA: usize = 1024;
const BLOCK: u32 = 64 * 1024;

/// A disk of 1 MiB of which the first block is there.
pub(crate) fn good() -> Image {
    Image::new("bad.vdi", vec![0; MAP])
        .put(64, &0xbeda_107f_u32.to_le_bytes())
        .put(68, &0x0001_0001_u32.to_le_bytes())
        .put(76, &[1])
        .put(340, &u32::try_from(MAP).unwrap().to_le_bytes())
        .put(344, &u32::try_from(DATA).unwrap().to_le_bytes())
        .put(368, &(1u64 << 20).to_le_bytes())
        .put(376, &BLOCK.to_le_bytes())
        .put(384, &16u32.to_le_bytes())
        .put(MAP, &[0xff; 64])
        .put(MAP, &[0; 4])
        .put(DATA, &vec![b'x'; BLOCK as usize])
}

pub(crate) fn cases() -> Vec<Case> {
    let (short, outside) = ("its map is too short for its disk", "its map lies outside the file");
    let last = u32::MAX - 2;
    vec![
        case("cut off within the header", good().cut(500), "does not begin with a VDI header"),
        case("version 3.2", good().put(68, &[2, 0, 3, 0]), "VDI version 3.2; 1.1 is known"),
        case("a snapshot", good().put(76, &[4]), "it lies on another image"),
        case("a disk of 2^64 - 1 bytes", good().put(368, &[0xff; 8]), "more than 1 PiB"),
        case("a disk larger than its map", good().put(368, &(1u64 << 30).to_le_bytes()), short),
        case("blocks without bytes", good().put(376, &[0; 4]), "blocks of 0 bytes cannot be"),
        case("blocks of three bytes", good().put(376, &3u32.to_le_bytes()), "blocks of 3 bytes cannot be"),
        case("blocks of 2 GiB", good().put(376, &(1u32 << 31).to_le_bytes()), "blocks of 2147483648 bytes"),
        case("4 GiB before each block", good().put(380, &[0xff; 4]), "blocks with 4294967295 bytes before each"),
        case("no blocks", good().put(384, &[0; 4]), short),
        case("2^32 - 1 blocks", good().put(384, &[0xff; 4]), outside),
        case("a map behind the end", good().put(340, &[0xff; 4]), outside),
        case("a map that is cut off", good().cut(MAP + 8), outside),
        case("a block behind the end", good().put(MAP, &last.to_le_bytes()), "lies outside the file"),
        case("blocks behind the end of the numbers", far(), "lies outside the file"),
        case("all blocks are one", good().put(MAP, &[0; 64]), "its tables lead to one place twice"),
        case("a map of 16 GiB, all of it one block", wide(), "its tables lead to one place twice"),
    ]
}

/// With the largest numbers that pass for themselves.
fn far() -> Image {
    let block = 1u32 << 28;
    let image = good().put(376, &block.to_le_bytes()).put(380, &block.to_le_bytes()).put(344, &[0xff; 4]);
    image.put(MAP, &(u32::MAX - 2).to_le_bytes())
}

fn wide() -> Image {
    let disk = good().put(384, &[0xff; 4]).put(368, &(1u64 << 47).to_le_bytes()).put(MAP, &[0; 64]);
    disk.cut(DATA).sparse(MAP as u64 + (16 << 30))
}
