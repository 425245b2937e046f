//! Images that QEMU made, and images that nobody should have made.

use std::path::Path;

use fs_err as fs;

use super::checksum;
use crate::image::testing::{assert_as_qemu_reads, error_of, extents, qemu_img, qemu_io, tools};
use crate::image::{Content, Format};

const VHDX: Format = Format::Vhdx;

#[tokio::test]
async fn images_read_as_qemu_reads_them() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for options in ["subformat=dynamic", "subformat=fixed", "block_size=1M", "block_size=256M", "block_state_zero=off"]
    {
        qemu_img(folder.path(), &format!("create -q -f vhdx -o {options} disk 20000k")).await;
        let writes = ["write -q -P 1 0 100k", "write -q -P 2 9000k 1300k", "write -q -P 3 19990k 10k"];
        qemu_io(folder.path(), "disk", "vhdx", &writes).await;
        let mut disk = assert_as_qemu_reads(folder.path(), "disk", VHDX).await;
        if options == "block_size=1M" {
            let first = extents(&mut disk).unwrap()[..2].to_vec();
            assert_eq!((first[0], first[1].1), ((Content::Data, 1 << 20), 7 << 20));
        }
    }
}

/// Entries for bitmaps lie between those for blocks.
#[tokio::test]
async fn a_large_disk_has_several_chunks() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f vhdx -o block_size=1M disk 13G").await;
    qemu_io(folder.path(), "disk", "vhdx", &["write -q -P 1 4095M 2M", "write -q -P 2 8192M 1M"]).await;
    let mut disk = crate::image::Disk::open(&folder.path().join("disk"), VHDX).unwrap();
    let mut data = Vec::new();
    let mut at = 0;
    for (content, length) in extents(&mut disk).unwrap() {
        if content == Content::Data {
            data.push((at >> 20, length >> 20));
        }
        at += length;
    }
    assert_eq!(data, [(4095, 2), (8192, 1)]);
    let mut bytes = [0; 3];
    disk.read((4097 << 20) - 2, &mut bytes).unwrap();
    assert_eq!(bytes, [1, 1, 0]);
    disk.read((8192 << 20) - 1, &mut bytes).unwrap();
    assert_eq!(bytes, [0, 2, 2]);
}

async fn small_image(folder: &Path) -> Vec<u8> {
    qemu_img(folder, "create -q -f vhdx -o block_size=1M disk 3M").await;
    qemu_io(folder, "disk", "vhdx", &["write -q -P 1 1M 40k"]).await;
    fs::read(folder.join("disk")).unwrap()
}

/// `image` with `bytes` at `at`, and with the sum mended of the structure at a place and of a length.
fn changed(image: &[u8], at: usize, bytes: &[u8], summed: Option<(usize, usize)>) -> String {
    let mut image = image.to_vec();
    image[at..at + bytes.len()].copy_from_slice(bytes);
    if let Some((start, length)) = summed {
        let sum = checksum(&image[start..start + length]);
        image[start + 4..start + 8].copy_from_slice(&sum.to_le_bytes());
    }
    error_of(&image, VHDX).unwrap_or_default()
}

fn number(image: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_le_bytes(image[at..at + 8].try_into().unwrap())).unwrap()
}

#[tokio::test]
async fn wrong_numbers_are_errors() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = small_image(folder.path()).await;
    assert_eq!(error_of(&image, VHDX), None);
    let newer = if number(&image, 0x10008) > number(&image, 0x20008) { 0x10000 } else { 0x20000 };
    let (header, regions, none) = (Some((newer, 4096)), Some((0x30000, 0x10000)), None);
    let blocks = number(&image, 0x30010 + 16);
    let metadata = number(&image, 0x30010 + 32 + 16);
    let item = |index: usize| metadata + 32 + index * 32;
    assert_eq!(image[metadata..metadata + 8], *b"metadata");
    let parameters = metadata + 0x10000;
    let table = [
        (0, &b"vhdxfilf"[..], none, "does not begin as a VHDX file"),
        (newer + 66, &[9], header, "VHDX version 9"),
        (newer + 48, &[1], header, "its log has changes"),
        (0x30008, &[0xff; 4], regions, "a table of 4294967295 regions"),
        (0x30008, &[1, 0, 0, 0], regions, "a region is missing"),
        (0x30010, &[0xff; 4], regions, "a region is missing"),
        (0x30010 + 16, &[0xff; 8], regions, "lies outside the file"),
        (0x30010 + 16, &[0; 8], regions, "lies outside the file"),
        (0x30010 + 24, &[8, 0, 0, 0], regions, "too short for its disk"),
        (metadata, b"x", none, "does not say what disk it is"),
        (item(0), &[0xff], none, "a property that this program does not know"),
        (item(0) + 16, &[0xff; 4], none, "lies outside its region"),
        (item(0) + 20, &[0; 4], none, "lies outside its region"),
        (parameters, &[0; 4], none, "blocks of 0 bytes"),
        (parameters + 4, &[2], none, "it lies on another image"),
        (blocks + 8, &[7], none, "the state 7 of a block cannot be"),
        (blocks + 8, &[6, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff], none, "lies outside the file"),
        (blocks + 8, &[6, 0, 0, 0, 0, 0, 0, 0], none, "lies on a table"),
    ];
    for (at, bytes, sum, expected) in table {
        let error = changed(&image, at, bytes, sum);
        assert!(error.contains(expected), "{at}: {error}");
    }
}

#[tokio::test]
async fn copies_are_enough() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = small_image(folder.path()).await;
    let spoiled = |places: &[usize]| {
        let mut image = image.clone();
        for place in places {
            image[*place] ^= 1;
        }
        error_of(&image, VHDX).unwrap_or_default()
    };
    assert_eq!(spoiled(&[0x30000]), "");
    assert!(spoiled(&[0x30000, 0x40000]).contains("neither of its tables"));
    assert!(spoiled(&[0x10000, 0x20000]).contains("neither of its headers"));
}

#[tokio::test]
async fn no_damage_can_do_more_than_fail() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut image = small_image(folder.path()).await;
    let metadata = number(&image, 0x30010 + 32 + 16);
    let blocks = number(&image, 0x30010 + 16);
    for at in (metadata..metadata + 128).chain(metadata + 0x10000..metadata + 0x10040).chain(blocks..blocks + 24) {
        for value in [1, 0xff] {
            let before = std::mem::replace(&mut image[at], value);
            error_of(&image, VHDX);
            image[at] = before;
        }
    }
}
