//! Images that QEMU made, and images that nobody should have made.

use std::path::Path;

use fs_err as fs;

use crate::image::testing::{assert_as_qemu_reads, error_of, extents, qemu_img, qemu_io, tools};
use crate::image::{Content, Disk, Format};

const VDI: Format = Format::Vdi;

#[tokio::test]
async fn images_read_as_qemu_reads_them() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for kind in ["static=off", "static=on"] {
        qemu_img(folder.path(), &format!("create -q -f vdi -o {kind} disk 10000k")).await;
        let writes = ["write -q -P 1 0 100k", "write -q -P 2 5000k 1300k", "write -q -P 3 9990k 10k"];
        qemu_io(folder.path(), "disk", "vdi", &writes).await;
        let mut disk = assert_as_qemu_reads(folder.path(), "disk", VDI).await;
        if kind == "static=off" {
            let first = extents(&mut disk).unwrap()[..2].to_vec();
            assert_eq!(first, [(Content::Data, 1 << 20), (Content::Hole, 3 << 20)]);
        }
    }
}

async fn small_image(folder: &Path) -> Vec<u8> {
    qemu_img(folder, "create -q -f vdi disk 3M").await;
    qemu_io(folder, "disk", "vdi", &["write -q -P 1 1M 40k"]).await;
    fs::read(folder.join("disk")).unwrap()
}

#[tokio::test]
async fn wrong_numbers_are_errors() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = small_image(folder.path()).await;
    assert_eq!(error_of(&image, VDI), None);
    let changed = |at: usize, bytes: &[u8]| {
        let mut image = image.clone();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        error_of(&image, VDI).unwrap_or_default()
    };
    let map = usize::try_from(u32::from_le_bytes(image[340..344].try_into().unwrap())).unwrap();
    let table = [
        (64, &[0][..], "does not begin with a VDI header"),
        (68, &[2, 0, 3, 0], "VDI version 3.2"),
        (76, &[4], "lies on another image"),
        (340, &[0xff; 4], "its map lies outside the file"),
        (368, &[0xff; 8], "more than 1 PiB"),
        (368, &[0, 0, 0, 0, 1], "its map is too short"),
        (376, &[3, 0, 0, 0], "blocks of 3 bytes"),
        (376, &[0, 0, 0, 0x80], "blocks of 2147483648 bytes"),
        (384, &[1, 0, 0, 0], "its map is too short"),
        (384, &[0xff; 4], "its map lies outside the file"),
        (map + 4, &[0xee, 0xff, 0xff, 0xff], "lies outside the file"),
    ];
    for (at, bytes, expected) in table {
        assert!(changed(at, bytes).contains(expected), "{at}: {}", changed(at, bytes));
    }
    assert!(error_of(&image[..500], VDI).unwrap().contains("does not begin"));
    assert!(error_of(&image[..map + 4], VDI).unwrap().contains("its map lies outside"));
}

#[tokio::test]
async fn no_damage_can_do_more_than_fail() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut image = small_image(folder.path()).await;
    for at in (0..400).chain(512..540) {
        for value in [0, 1, 0x7f, 0xff] {
            let before = std::mem::replace(&mut image[at], value);
            error_of(&image, VDI);
            image[at] = before;
        }
    }
}

#[test]
fn a_claim_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let error = Disk::open(&folder.path().join("missing"), VDI).unwrap_err().to_string();
    assert!(error.contains("cannot read"), "{error}");
}
