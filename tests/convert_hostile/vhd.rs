//! VHDs. All numbers are big-endian; footer and header have sums.

use crate::bytes::{Case, Image, case};

const HEADER: usize = 512;
const TABLE: usize = 1536;
const DATA: usize = 2048;
const BLOCK: usize = 64 * 1024;

/// Of the footer and of the header.
const FOOTER_SUM: usize = 64;
const HEADER_SUM: usize = HEADER + 36;

/// A disk of 1 MiB of which the first block is there, with a footer at the beginning only.
fn plain() -> Image {
    Image::new("bad.vhd", vec![0; DATA])
        .put(0, b"conectix\0\0\0\x02\0\x01")
        .put(16, &(HEADER as u64).to_be_bytes())
        .put(48, &(1u64 << 20).to_be_bytes())
        .put(60, &3u32.to_be_bytes())
        .put(HEADER, b"cxsparse")
        .put(HEADER + 16, &(TABLE as u64).to_be_bytes())
        .put(HEADER + 24, &[0, 1])
        .put(HEADER + 28, &16u32.to_be_bytes())
        .put(HEADER + 32, &u32::try_from(BLOCK).unwrap().to_be_bytes())
        .put(TABLE, &[0xff; 64])
        .put(TABLE, &4u32.to_be_bytes())
        .put(DATA + 512, &vec![b'x'; BLOCK])
}

/// With sums that are right.
fn summed(image: Image) -> Image {
    let (footer, header) = (image.bytes.get(..HEADER), image.bytes.get(HEADER..TABLE));
    let sum = |bytes: Option<&[u8]>| !bytes.unwrap_or_default().iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let (footer, header) = (sum(footer).to_be_bytes(), sum(header).to_be_bytes());
    image.put(FOOTER_SUM, &footer).put(HEADER_SUM, &header)
}

fn bad(at: usize, bytes: &[u8]) -> Image {
    summed(plain().put(at, bytes))
}

pub(crate) fn good() -> Image {
    bad(0, b"conectix")
}

pub(crate) fn cases() -> Vec<Case> {
    let (short, outside) = ("its table is too short for its disk", "its table lies outside the file");
    let second = "its second header lies outside the file";
    let no_footer = "neither its end nor its beginning is a footer that is whole";
    let all_one = [4u32.to_be_bytes(); 16].concat();
    vec![
        case("cut off within the footer", plain().cut(511), no_footer),
        case("a sum that is wrong", plain(), no_footer),
        case("version 9", bad(12, &[0, 9]), "VHD version 9; 1 is known"),
        case("a snapshot", bad(60, &[0, 0, 0, 4]), "it lies on another image"),
        case("of no known kind", bad(60, &[0, 0, 0, 9]), "VHD of the kind 9"),
        case("a disk of 2^64 - 1 bytes", bad(48, &[0xff; 8]), "more than 1 PiB"),
        case("fixed, and shorter than its disk", bad(60, &[0, 0, 0, 2]), "it is shorter than its disk"),
        case("a header behind the end", bad(16, &[0x7f]), second),
        case("a header at a negative offset", bad(16, &[0xff; 8]), second),
        case("a header that is not whole", bad(16, &[0; 8]), "its second header is not whole"),
        case("blocks without bytes", bad(HEADER + 32, &[0; 4]), "blocks of 0 bytes cannot be"),
        case("blocks of 2 GiB", bad(HEADER + 32, &[0x80, 0]), "blocks of 2147483648 bytes cannot be"),
        case("a table behind the end", bad(HEADER + 16, &[0x7f]), outside),
        case("a table at a negative offset", bad(HEADER + 16, &[0xff; 8]), outside),
        case("a table with 2^32 - 1 entries", bad(HEADER + 28, &[0xff; 4]), outside),
        case("a table without entries", bad(HEADER + 28, &[0; 4]), short),
        case("a block behind the end", bad(TABLE, &[0xee; 4]), "lies outside the file"),
        case("all blocks are one", bad(TABLE, &all_one), "its tables lead to one place twice"),
    ]
}
