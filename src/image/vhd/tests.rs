//! Images that QEMU made, and images that nobody should have made.

use std::path::Path;

use fs_err as fs;

use super::checksum;
use crate::image::Format;
use crate::image::testing::{content, error_of, qemu_img, qemu_io, tools};
use crate::image::{Content, Disk};

const VHD: Format = Format::Vhd;

async fn image(folder: &Path, kind: &str, size: &str) -> Vec<u8> {
    qemu_img(folder, &format!("create -q -f vpc -o subformat={kind},force_size disk {size}")).await;
    qemu_io(folder, "disk", "vpc", &["write -q -P 1 0 100k", "write -q -P 2 5000k 1300k"]).await;
    fs::read(folder.join("disk")).unwrap()
}

#[tokio::test]
async fn images_read_as_qemu_reads_them() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for kind in ["fixed", "dynamic"] {
        image(folder.path(), kind, "10000k").await;
        qemu_img(folder.path(), "convert -f vpc -O raw disk expected").await;
        let mut disk = Disk::open(&folder.path().join("disk"), VHD).unwrap();
        assert_eq!(disk.extent(0).unwrap().content, Content::Data);
        assert!(content(&mut disk).unwrap() == fs::read(folder.path().join("expected")).unwrap(), "{kind}");
    }
}

/// `image` with `bytes` at `at`, and with the sum mended that covers them, which is at `sum_at`.
fn changed(image: &[u8], at: usize, bytes: &[u8], (start, length, sum_at): (usize, usize, usize)) -> String {
    let mut image = image.to_vec();
    image[at..at + bytes.len()].copy_from_slice(bytes);
    let part = &mut image[start..start + length];
    let sum = checksum(part, sum_at);
    part[sum_at..sum_at + 4].copy_from_slice(&sum.to_be_bytes());
    error_of(&image, VHD).unwrap_or_default()
}

#[tokio::test]
async fn wrong_numbers_are_errors() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = image(folder.path(), "dynamic", "10000k").await;
    assert_eq!(error_of(&image, VHD), None);
    let end = image.len() - 512;
    let (footer, header) = ((end, 512, 64), (512, 1024, 36));
    let table = [
        (end + 12, &[0, 9][..], footer, "VHD version 9"),
        (end + 16, &[0xff; 8], footer, "second header lies outside"),
        (end + 48, &[0xff; 8], footer, "more than 1 PiB"),
        (end + 48, &[0, 0, 1], footer, "its table is too short"),
        (end + 63, &[4], footer, "lies on another image"),
        (end + 63, &[7], footer, "VHD of the kind 7"),
        (end + 48, &[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], footer, "shorter than its disk"),
        (512, &[0], header, "second header is not whole"),
        (512 + 16, &[0xff; 8], header, "its table lies outside"),
        (512 + 28, &[0xff; 4], header, "its table lies outside"),
        (512 + 28, &[0; 4], header, "its table is too short"),
        (512 + 32, &[0, 0, 0, 3], header, "blocks of 3 bytes"),
        (512 + 32, &[0x80, 0, 0, 0], header, "blocks of 2147483648 bytes"),
        (1536, &[0xee; 4], header, "lies outside the file"),
    ];
    for (at, bytes, sum, expected) in table {
        let error = changed(&image, at, bytes, sum);
        assert!(error.contains(expected), "{at}: {error}");
    }
    let mut spoiled = image.clone();
    (spoiled[100], spoiled[end + 100]) = (1, 1);
    assert!(error_of(&spoiled, VHD).unwrap().contains("a footer that is whole"));
    assert!(error_of(&image[..511], VHD).unwrap().contains("a footer that is whole"));
}

#[tokio::test]
async fn a_copy_of_the_footer_is_enough() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut image = image(folder.path(), "dynamic", "10000k").await;
    let end = image.len() - 512;
    image[end] = b'x';
    assert_eq!(error_of(&image, VHD), None);
}
