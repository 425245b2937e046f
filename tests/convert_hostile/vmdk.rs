//! VMDK files. All numbers are little-endian, and count sectors.

use std::io::Write;

use crate::bytes::{Case, Image, case};

const SECTOR: usize = 512;
const DESCRIPTOR: usize = SECTOR;
const DIRECTORY: usize = 2 * SECTOR;
const TABLE: usize = 3 * SECTOR;
const GRAIN: usize = 8 * SECTOR;
const GRAIN_BYTES: usize = 64 * 1024;

const TEXT: &str = "# Disk DescriptorFile\nversion=1\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n";

/// A disk of 1 MiB of which the first grain is there.
pub(crate) fn good() -> Image {
    Image::new("bad.vmdk", vec![0; SECTOR])
        .put(0, b"KDMV\x01")
        .put(12, &2048u64.to_le_bytes())
        .put(20, &128u64.to_le_bytes())
        .put(28, &1u64.to_le_bytes())
        .put(36, &1u64.to_le_bytes())
        .put(44, &512u32.to_le_bytes())
        .put(56, &2u64.to_le_bytes())
        .put(DESCRIPTOR, TEXT.as_bytes())
        .put(DIRECTORY, &3u32.to_le_bytes())
        .put(TABLE, &8u32.to_le_bytes())
        .put(GRAIN, &vec![b'x'; GRAIN_BYTES])
}

/// With a grain of `length` bytes for sector `sector` of the disk.
fn compressed(sector: u64, length: u32, stream: &[u8]) -> Image {
    let grain = [&sector.to_le_bytes()[..], &length.to_le_bytes(), stream].concat();
    good().put(10, &[1]).put(77, &[1]).put(GRAIN, &grain)
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn cases() -> Vec<Case> {
    [headers(), tables(), grains()].into_iter().flatten().collect()
}

fn headers() -> Vec<Case> {
    let snapshot = TEXT.replace("ffffffff", "12345678");
    let no_text = "it has no description";
    vec![
        case("only the first bytes", good().cut(4), "it is shorter than its header"),
        case("version 9", good().put(4, &[9]), "VMDK version 9"),
        case("a disk of 2^60 sectors", good().put(12, &(1u64 << 60).to_le_bytes()), "more than 1 PiB"),
        case("a disk of 2^64 - 1 sectors", good().put(12, &[0xff; 8]), "more than 1 PiB"),
        case("grains without sectors", good().put(20, &[0; 8]), "grains of 0 sectors cannot be"),
        case("grains of three sectors", good().put(20, &[3]), "grains of 3 sectors cannot be"),
        case("grains of 2^63 sectors", good().put(20, &(1u64 << 63).to_le_bytes()), "cannot be"),
        case("tables without grains", good().put(44, &[0; 4]), "tables of 0 grains cannot be"),
        case("tables of 2^32 - 1 grains", good().put(44, &[0xff; 4]), "cannot be"),
        case(
            "small grains of a large disk",
            good().put(12, &(1u64 << 41).to_le_bytes()).put(20, &[1]).put(44, &[1, 0]),
            "its grains are too small for its disk",
        ),
        case("no footer", good().put(56, &[0xff; 8]), "its footer is missing"),
        case("a description far away", good().put(28, &[0xff; 8]), no_text),
        case("no description", good().put(28, &[0; 8]), no_text),
        case("several files", good().put(DESCRIPTOR, &[b'#'; 100]), "which is not one file"),
        case("a snapshot", good().put(DESCRIPTOR, snapshot.as_bytes()), "it lies on another image, a snapshot's"),
        case("a description alone", Image::new("bad.vmdk", TEXT.into()), "only the description of a disk"),
        case("bzip2", good().put(10, &[1]).put(77, &[2]), "something else than deflate"),
    ]
}

fn tables() -> Vec<Case> {
    let outside = "its grain directory lies outside the file";
    let same = good().put(12, &(1u64 << 22).to_le_bytes());
    let same =
        same.put(DIRECTORY, &[4u32.to_le_bytes(); 128].concat()).put(4 * SECTOR, &[8u32.to_le_bytes(); 512].concat());
    vec![
        case("a directory behind the end", good().put(56, &(1u64 << 40).to_le_bytes()), outside),
        case("a directory at a negative offset", good().put(56, &(u64::MAX - 1).to_le_bytes()), outside),
        case("a directory that is cut off", good().cut(DIRECTORY), outside),
        case("a table behind the end", good().put(DIRECTORY, &[0xff; 4]), "the table at byte"),
        case("a table that is cut off", good().cut(TABLE + 4), "the table at byte 1536 lies outside the file"),
        case("all tables are one, all grains are one", same, "its tables lead to one place twice"),
    ]
}

fn grains() -> Vec<Case> {
    let huge = deflated(&vec![0; 64 << 20]);
    let length = |stream: &[u8]| u32::try_from(stream.len()).unwrap();
    vec![
        case("a grain behind the end", good().put(TABLE, &[0xff; 4]), "lies outside the file"),
        case("a grain of another place", compressed(128, 10, &[0; 10]), "the grain at byte 4096 belongs elsewhere"),
        case("a grain of a place that is none", compressed(u64::MAX, 10, &[0; 10]), "belongs elsewhere"),
        case("a compressed grain of 4 GiB", compressed(0, u32::MAX, &[0; 10]), "is longer than it can be"),
        case("a compressed grain of noise", compressed(0, 4096, &[0xff; 4096]), "cannot be decompressed"),
        case("a compressed grain without bytes", compressed(0, 0, &[]), "cannot be decompressed"),
        case("deflate of 64 MiB", compressed(0, length(&huge), &huge), "cannot be decompressed"),
    ]
}
