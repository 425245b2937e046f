//! qcow2 files. All numbers are big-endian.

use std::io::Write;

use crate::bytes::{Case, Image, case};

const CLUSTER: usize = 64 * 1024;
const LEVEL_1: usize = CLUSTER;
const LEVEL_2: usize = 2 * CLUSTER;
const DATA: usize = 3 * CLUSTER;

const COMPRESSED: u64 = 1 << 62;

/// Of the entry of a compressed cluster, with clusters of this size.
const SECTORS_SHIFT: u32 = 54;

/// A disk of 1 MiB of which the first cluster is there.
pub(crate) fn good(name: &str) -> Image {
    Image::new(name, vec![0; CLUSTER])
        .put(0, b"QFI\xfb\0\0\0\x03")
        .put(20, &16u32.to_be_bytes())
        .put(24, &(1u64 << 20).to_be_bytes())
        .put(36, &1u32.to_be_bytes())
        .put(40, &(LEVEL_1 as u64).to_be_bytes())
        .put(96, &4u32.to_be_bytes())
        .put(100, &104u32.to_be_bytes())
        .put(LEVEL_1, &(LEVEL_2 as u64).to_be_bytes())
        .put(LEVEL_2, &(DATA as u64).to_be_bytes())
        .put(DATA, &vec![b'x'; CLUSTER])
}

fn bad() -> Image {
    good("bad.qcow2")
}

pub(crate) fn over(name: &str, backing: &str, format: &str) -> Image {
    let extension = [&0xe279_2aca_u32.to_be_bytes()[..], &u32::try_from(format.len()).unwrap().to_be_bytes()].concat();
    let length = u32::try_from(backing.len()).unwrap().to_be_bytes();
    let image = good(name).put(104, &extension).put(112, format.as_bytes());
    image.put(8, &512u64.to_be_bytes()).put(16, &length).put(512, backing.as_bytes())
}

fn compressed(stream: &[u8], zstd: bool) -> Image {
    let sectors = (stream.len() as u64).div_ceil(512);
    let entry = COMPRESSED | (sectors - 1) << SECTORS_SHIFT | DATA as u64;
    let image = bad().put(LEVEL_2, &entry.to_be_bytes()).put(DATA, stream);
    if zstd { image.put(72, &8u64.to_be_bytes()).put(100, &112u32.to_be_bytes()).put(104, &[1]) } else { image }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn cases() -> Vec<Case> {
    [headers(), tables(), clusters(), chains()].into_iter().flatten().collect()
}

fn headers() -> Vec<Case> {
    let missing = "does not begin with a qcow2 header";
    vec![
        case("only the first bytes", bad().cut(4), missing),
        case("cut off within the header", bad().cut(71), missing),
        case("cut off within version 3's header", bad().cut(100), "its header is cut off"),
        case("version 1", bad().put(4, &1u32.to_be_bytes()), missing),
        case("version 4", bad().put(4, &4u32.to_be_bytes()), "qcow2 version 4; 2 and 3 are known"),
        case("clusters of one byte", bad().put(20, &[0; 4]), "clusters of 2^0 bytes cannot be"),
        case("clusters of 2^63 bytes", bad().put(20, &[0, 0, 0, 63]), "clusters of 2^63 bytes cannot be"),
        case("a disk of 2^63 bytes", bad().put(24, &[0x80]), "more than 1 PiB"),
        case("a disk of 2^64 - 1 bytes", bad().put(24, &[0xff; 8]), "more than 1 PiB"),
        case("LUKS", bad().put(32, &[0, 0, 0, 2]), "it is encrypted"),
        case("an unknown feature", bad().put(72, &[0x40]), "features that this program does not know"),
        case("marked as corrupt", bad().put(72, &2u64.to_be_bytes()), "`qemu-img check -r all`"),
        case("an unknown compression", compressed(&[0], true).put(104, &[9]), "something else than zlib and zstd"),
    ]
}

fn tables() -> Vec<Case> {
    let outside = "its first table lies outside the file";
    let everywhere = [(LEVEL_2 as u64).to_be_bytes(); 2048].concat();
    let all_entries = (DATA as u64).to_be_bytes().repeat(CLUSTER / 8);
    let same = bad().put(24, &(1u64 << 40).to_be_bytes()).put(36, &2048u32.to_be_bytes());
    vec![
        case("level 1 behind the end", bad().put(40, &[0x7f]), outside),
        case("level 1 at a negative offset", bad().put(40, &[0xff; 8]), outside),
        case("level 1 with 2^32 - 1 entries", bad().put(36, &[0xff; 4]), outside),
        case("level 1 cut off", bad().cut(LEVEL_1), outside),
        case("level 1 without entries", bad().put(36, &[0; 4]), "its first table is too short"),
        case("level 1 on the header", bad().put(40, &[0; 8]), "its first table lies on the header"),
        case("level 1 between clusters", bad().put(40, &512u64.to_be_bytes()), "or is not aligned"),
        case("level 2 behind the end", bad().put(LEVEL_1, &[0, 0x7f]), "the table at byte"),
        case("level 2 between clusters", bad().put(LEVEL_1 + 6, &[2]), "the table at byte 131584"),
        case("level 2 on level 1", bad().put(LEVEL_1, &(LEVEL_1 as u64).to_be_bytes()), "lies on another one"),
        case("level 2 cut off", bad().cut(LEVEL_2 + 8), "the table at byte 131072 lies outside the file"),
        case(
            "all entries of level 1 are one table, all of level 2 one cluster",
            same.put(LEVEL_1, &everywhere).put(LEVEL_2, &all_entries),
            "its tables lead to one place twice",
        ),
    ]
}

fn clusters() -> Vec<Case> {
    let no_stream = "cannot be decompressed";
    let (zeros, huge) = (vec![0; CLUSTER], vec![0; 64 << 20]);
    let endless = zstd::stream::encode_all(huge.as_slice(), 1).unwrap();
    let wide = zstd::bulk::compress(&huge, 1).unwrap();
    let at = |offset: u64| bad().put(LEVEL_2, &offset.to_be_bytes());
    vec![
        case("a cluster behind the end", at(1 << 40), "a cluster at byte 1099511627776 lies outside the file"),
        case("a cluster between clusters", at(DATA as u64 + 512), "is not aligned"),
        case("a cluster on its own table", at(LEVEL_2 as u64), "the cluster at byte 131072 lies on a table"),
        case("a cluster on level 1", at(LEVEL_1 as u64), "the cluster at byte 65536 lies on a table"),
        case("a compressed cluster behind the end", at(COMPRESSED | 1 << 40), "lies outside the file"),
        case("a compressed cluster of noise", compressed(&[0xff; 4096], false), no_stream),
        case("deflate that ends early", compressed(&deflated(&zeros[..100]), false), "it is too short"),
        case("deflate that is cut off", compressed(&deflated(&zeros)[..20], false), no_stream),
        case("deflate of 64 MiB", compressed(&deflated(&huge), false), no_stream),
        case("zstd of 64 MiB", compressed(&endless, true), no_stream),
        case("zstd that asks for 64 MiB", compressed(&wide, true), no_stream),
        case("zstd that is none", compressed(&[0xee; 512], true), no_stream),
    ]
}

fn chains() -> Vec<Case> {
    let chain = |what: &str, images: Vec<Image>, expected| Case { what: what.into(), images, expected };
    let deep = (0..70).map(|depth| over(&format!("{depth}.qcow2"), &format!("{}.qcow2", depth + 1), "qcow2"));
    let far = over("bad.qcow2", "x", "raw").put(8, &[0xff; 8]);
    let long = over("bad.qcow2", "x", "raw").put(16, &[0xff; 4]);
    let circle = "the backing files of `bad.qcow2` go round in a circle";
    let odd = "the name of its backing file is not one";
    vec![
        chain("it lies on itself", vec![over("bad.qcow2", "bad.qcow2", "qcow2")], circle),
        chain(
            "two lie on one another",
            vec![over("bad.qcow2", "./other.qcow2", "qcow2"), over("other.qcow2", "bad.qcow2", "qcow2")],
            circle,
        ),
        chain("70 lie on one another", deep.collect(), "lies on more than 64 backing files"),
        case("it lies on nothing", over("bad.qcow2", "missing", "raw"), "cannot read `missing`"),
        case("it lies on a folder", over("bad.qcow2", ".", "raw"), "it is a folder"),
        case("it lies on a device", over("bad.qcow2", "/dev/zero", "raw"), "it is neither a file nor a disk"),
        case("it lies on a host", over("bad.qcow2", "nbd://host/disk", "raw"), "is no plain file"),
        case("it lies on JSON", over("bad.qcow2", "json:{}", "raw"), "is no plain file"),
        case("it lies on no known format", over("bad.qcow2", "x", "zip"), "of which known format"),
        case("the name of what it lies on is far away", far, odd),
        case("the name of what it lies on is long", long, odd),
        chain(
            "what it lies on is damaged",
            vec![over("top.qcow2", "bad.qcow2", "qcow2").put(LEVEL_2, &[0; 8]), bad().put(LEVEL_1, &[0, 0x7f])],
            "`bad.qcow2` is a damaged qcow2 image",
        ),
    ]
}
