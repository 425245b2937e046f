//! VHDX files. All numbers are little-endian; headers and tables of regions have sums.

use crate::bytes::{Case, Image, case};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

const HEADER: usize = 64 * KIB;
const REGIONS: usize = 192 * KIB;
const METADATA: usize = MIB;
const ITEMS: usize = METADATA + 64 * KIB;
const TABLE: usize = 2 * MIB;
const DATA: usize = 3 * MIB;

const BLOCKS_ID: [u8; 16] = *b"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08";
const METADATA_ID: [u8; 16] = *b"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";

/// File parameters, size of the disk, size of a sector; each with its length.
const ITEM_IDS: [([u8; 16], u32); 3] = [
    (*b"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b", 8),
    (*b"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8", 8),
    (*b"\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f", 4),
];

/// A disk of 16 MiB of which the first block is there.
fn plain() -> Image {
    let mut image = Image::new("bad.vhdx", vec![0; DATA])
        .put(0, b"vhdxfile")
        .put(HEADER, b"head")
        .put(HEADER + 8, &[1])
        .put(HEADER + 66, &[1])
        .put(REGIONS, b"regi")
        .put(REGIONS + 8, &[2])
        .put(REGIONS + 16, &region(BLOCKS_ID, TABLE))
        .put(REGIONS + 48, &region(METADATA_ID, METADATA))
        .put(METADATA, b"metadata")
        .put(METADATA + 10, &[3]);
    for (index, (id, length)) in ITEM_IDS.into_iter().enumerate() {
        let offset = u32::try_from(64 * KIB + index * 8).unwrap();
        let entry = [&id[..], &offset.to_le_bytes(), &length.to_le_bytes(), &[4]].concat();
        image = image.put(METADATA + 32 + index * 32, &entry);
    }
    image
        .put(ITEMS, &u32::try_from(MIB).unwrap().to_le_bytes())
        .put(ITEMS + 8, &(16 * MIB as u64).to_le_bytes())
        .put(ITEMS + 16, &512u32.to_le_bytes())
        .put(TABLE, &present(DATA))
        .put(DATA, &vec![b'x'; MIB])
}

fn region(id: [u8; 16], offset: usize) -> Vec<u8> {
    let length = u32::try_from(MIB).unwrap().to_le_bytes();
    [&id[..], &(offset as u64).to_le_bytes(), &length, &[1, 0, 0, 0]].concat()
}

fn present(offset: usize) -> [u8; 8] {
    (offset as u64 | 6).to_le_bytes()
}

/// CRC-32C.
fn sum(bytes: &[u8]) -> [u8; 4] {
    let step = |sum: u32, _| (sum >> 1) ^ (0x82f6_3b78 & (sum & 1).wrapping_neg());
    let sum = bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step));
    (!sum).to_le_bytes()
}

fn bad(at: usize, bytes: &[u8]) -> Image {
    let image = plain().put(at, bytes);
    let header = sum(&image.bytes[HEADER..HEADER + 4 * KIB]);
    let regions = sum(&image.bytes[REGIONS..REGIONS + 64 * KIB]);
    image.put(HEADER + 4, &header).put(REGIONS + 4, &regions)
}

pub(crate) fn good() -> Image {
    bad(0, b"vhdxfile")
}

pub(crate) fn cases() -> Vec<Case> {
    [headers(), blocks()].into_iter().flatten().collect()
}

fn headers() -> Vec<Case> {
    let none = "neither of its headers is whole";
    let (outside, property) = ("lies outside the file", "is missing, or lies outside its region");
    vec![
        case("only the first bytes", plain().cut(8), none),
        case("a sum that is wrong", plain(), none),
        case("version 9", bad(HEADER + 66, &[9]), "VHDX version 9; 1 is known"),
        case("changes in the log", bad(HEADER + 48, &[1]), "its log has changes; attach it once"),
        case("no regions", bad(0, b"vhdxfile").cut(REGIONS), "neither of its tables of regions is whole"),
        case("2^32 - 1 regions", bad(REGIONS + 8, &[0xff; 4]), "a table of 4294967295 regions cannot be"),
        case("a region too few", bad(REGIONS + 8, &[1]), "a region is missing"),
        case("a region of somebody else", bad(REGIONS + 16, &[0]), "a region that this program does not know"),
        case("a region behind the end", bad(REGIONS + 32, &[0xff; 7]), outside),
        case("a region at a negative offset", bad(REGIONS + 32, &[0xff; 8]), outside),
        case("a region on the headers", bad(REGIONS + 32, &[0; 8]), outside),
        case("a region of 4 GiB", bad(REGIONS + 40, &[0xff; 4]), outside),
        case("no properties", bad(METADATA, &[0; 8]), "it does not say what disk it is"),
        case(
            "65535 properties, none of which it needs",
            bad(METADATA + 10, &[0xff; 2]).put(METADATA + 32, &[0; 96]),
            property,
        ),
        case("a property behind its region", bad(METADATA + 48, &[0xff; 4]), property),
        case("a property without bytes", bad(METADATA + 52, &[0; 4]), property),
        case("a snapshot", bad(ITEMS + 4, &[2]), "it lies on another image"),
    ]
}

fn blocks() -> Vec<Case> {
    let outside = "lies outside the file";
    let all_one: Vec<u8> = (0..16).flat_map(|_| present(DATA)).collect();
    vec![
        case("blocks without bytes", bad(ITEMS, &[0; 4]), "blocks of 0 bytes cannot be"),
        case("blocks of 2 GiB", bad(ITEMS, &[0, 0, 0, 0x80]), "blocks of 2147483648 bytes cannot be"),
        case("sectors without bytes", bad(ITEMS + 16, &[0; 4]), "sectors of 0 bytes cannot be"),
        case("a disk of 2^64 - 1 bytes", bad(ITEMS + 8, &[0xff; 8]), "more than 1 PiB"),
        case("a disk of 1 TiB", bad(ITEMS + 13, &[1]), "its table of blocks is too short for its disk"),
        case("a block behind the end", bad(TABLE, &[6, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff]), outside),
        case("a block on the headers", bad(TABLE, &[6, 0, 0, 0]), "the block at byte 0 lies on a table"),
        case("a block on its table", bad(TABLE, &present(TABLE)), "the block at byte 2097152 lies on a table"),
        case("a block that is partly there", bad(TABLE, &[7]), "the state 7 of a block cannot be"),
        case("all blocks are one", bad(TABLE, &all_one), "its tables lead to one place twice"),
    ]
}
