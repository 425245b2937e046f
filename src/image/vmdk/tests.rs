//! Images of QEMU's and of our own, read by both.

use std::path::Path;

use fs_err as fs;
use uuid::Uuid;

use super::{StreamOptions, Streamed, write_stream};
use crate::image::testing::{
    assert_as_qemu_reads, content, error_of, extents, meter, qemu_img, qemu_io, tools, varied,
};
use crate::image::{Content, Disk, Error, Format};

const VMDK: Format = Format::Vmdk;

fn options(threads: Option<usize>) -> StreamOptions {
    StreamOptions { name: "disk.vmdk".into(), uuid: Uuid::from_u128(7), threads }
}

fn stream(folder: &Path, name: &str, format: Format, threads: Option<usize>) -> Result<(Vec<u8>, Streamed), Error> {
    let mut disk = Disk::open(&folder.join(name), format).unwrap();
    write_stream(&mut disk, Vec::new(), &options(threads), &mut meter())
}

#[tokio::test]
async fn what_qemu_writes_is_read() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f raw source 70M").await;
    let writes = ["write -q -P 1 0 100k", "write -q -P 2 33M 3M", "write -q -P 3 71679k 1k"];
    qemu_io(folder.path(), "source", "raw", &writes).await;
    for kind in ["monolithicSparse", "streamOptimized"] {
        qemu_img(folder.path(), &format!("convert -f raw -O vmdk -o subformat={kind} source {kind}")).await;
        assert_as_qemu_reads(folder.path(), kind, VMDK).await;
    }
    qemu_img(folder.path(), "create -q -f vmdk -o zeroed_grain=on zeros 1M").await;
    qemu_io(folder.path(), "zeros", "vmdk", &["write -q -P 1 0 256k", "write -q -z 64k 64k"]).await;
    let mut zeros = assert_as_qemu_reads(folder.path(), "zeros", VMDK).await;
    let kinds: Vec<Content> = extents(&mut zeros).unwrap().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [Content::Data, Content::Zero, Content::Data, Content::Hole]);
    for kind in ["monolithicFlat", "twoGbMaxExtentSparse"] {
        qemu_img(folder.path(), &format!("create -q -f vmdk -o subformat={kind} {kind}.vmdk 1M")).await;
        let error = Disk::open(&folder.path().join(format!("{kind}.vmdk")), VMDK).unwrap_err().to_string();
        assert!(error.contains("only the description of a disk in other files"), "{error}");
    }
}

#[tokio::test]
async fn disks_of_all_sizes_come_through() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let table: [(&str, &[&str]); 6] = [
        ("0", &[]),
        ("512", &["write -q -P 1 0 512"]),
        ("100M", &[]),
        ("70000k", &["write -q -P 1 0 65k", "write -q -P 2 69999k 1k"]),
        ("33M", &["write -q -P 5 0 33M"]),
        ("9G", &["write -q -P 1 8589934080 1k", "write -q -P 6 9663675904 512", "write -q -P 0 1G 1M"]),
    ];
    for (size, writes) in table {
        qemu_img(folder.path(), &format!("create -q -f qcow2 source {size}")).await;
        qemu_io(folder.path(), "source", "qcow2", writes).await;
        let (bytes, _) = stream(folder.path(), "source", Format::Qcow2, None).unwrap();
        fs::write(folder.path().join("disk.vmdk"), &bytes).unwrap();
        qemu_img(folder.path(), "compare -q -f qcow2 -F vmdk source disk.vmdk").await;
        if size != "9G" {
            assert_as_qemu_reads(folder.path(), "disk.vmdk", VMDK).await;
        }
        let mut again = Disk::open(&folder.path().join("disk.vmdk"), VMDK).unwrap();
        let rewritten = write_stream(&mut again, Vec::new(), &options(None), &mut meter()).unwrap().0;
        assert!(rewritten == bytes, "{size}: what we read of it gives the same file");
    }
}

#[test]
fn threads_do_not_change_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    varied(folder.path(), "source");
    let expected = stream(folder.path(), "source", Format::Raw, Some(1)).unwrap();
    assert_eq!(expected.1, Streamed { capacity_bytes: 12_058_624, populated_bytes: 12_058_624 });
    for threads in [2, 5] {
        assert!(stream(folder.path(), "source", Format::Raw, Some(threads)).unwrap() == expected, "{threads}");
    }
}

#[test]
fn the_parts_stand_where_readers_look_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("source")).unwrap();
    file.set_len(65 << 20).unwrap();
    drop(file);
    let (empty, _) = stream(folder.path(), "source", Format::Raw, None).unwrap();
    // Header and descriptor, directory and footer with their markers, end.
    assert_eq!(empty.len(), 65536 + 2 * 512 + 2 * 512 + 512);
    let sector = |at: usize| &empty[at * 512..(at + 1) * 512];
    assert_eq!(sector(0)[8..20], [1, 0, 3, 0, 0, 8, 2, 0, 0, 0, 0, 0], "flags, and a capacity of 65 MiB");
    assert_eq!(sector(0)[56..64], [0xff; 8], "the directory is found by the footer");
    assert_eq!(sector(128)[..16], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0], "the directory's marker");
    assert_eq!(sector(130)[..16], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0], "the footer's marker");
    assert_eq!((&sector(131)[..4], &sector(131)[56..64]), (&b"KDMV"[..], &[129, 0, 0, 0, 0, 0, 0, 0][..]));
    assert_eq!(sector(132), [0; 512]);
}

#[test]
fn a_disk_that_no_vmdk_holds_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("source")).unwrap();
    // Not every file system has files so long.
    if file.set_len(65 << 40).is_ok() {
        drop(file);
        let error = stream(folder.path(), "source", Format::Raw, None).unwrap_err().to_string();
        assert!(error.contains("does not fit into a stream-optimized VMDK"), "{error}");
    }
}

fn small_image() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("source"), vec![7; 200_000]).unwrap();
    stream(folder.path(), "source", Format::Raw, None).unwrap().0
}

#[test]
fn wrong_numbers_are_errors() {
    let image = small_image();
    assert_eq!(error_of(&image, VMDK), None);
    let footer = image.len() - 1024;
    let changed = |at: usize, bytes: &[u8]| {
        let mut image = image.clone();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        error_of(&image, VMDK).unwrap_or_default()
    };
    let table = [
        (0, &b"x"[..], "does not begin with a header"),
        (footer, b"x", "its footer is missing"),
        (footer + 4, &[9], "VMDK version 9"),
        (footer + 12, &[0, 0, 0, 0, 0, 0, 0, 16], "more than 1 PiB"),
        (footer + 12, &[0, 0, 0, 0, 1], "directory lies outside"),
        (footer + 20, &[3], "grains of 3 sectors"),
        (footer + 12, &[0, 0, 0, 0, 0xff, 1, 0, 0, 1, 0], "too small for its disk"),
        (footer + 44, &[0, 0], "tables of 0 grains"),
        (footer + 56, &[0xff; 7], "directory lies outside"),
        (footer + 77, &[9], "something else than deflate"),
        (65536, &[1], "belongs elsewhere"),
        (65536 + 8, &[0xff; 4], "longer than it can be"),
        (65536 + 12, &[0; 8], "cannot be decompressed"),
    ];
    for (at, bytes, expected) in table {
        assert!(changed(at, bytes).contains(expected), "{at}: {}", changed(at, bytes));
    }
    for end in (0..image.len()).step_by(97) {
        assert!(error_of(&image[..end], VMDK).is_some(), "cut off at {end}");
    }
}

#[test]
fn no_damage_can_do_more_than_fail() {
    let image = small_image();
    let interesting = (0..1024).chain(65536..65700).chain(image.len() - 4096..image.len());
    for at in interesting {
        for value in [0, 1, 0x7f, 0xff] {
            let mut image = image.clone();
            image[at] = value;
            error_of(&image, VMDK);
        }
    }
}

#[test]
fn a_grain_that_ends_early_is_filled_with_zeros() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("disk.vmdk"), small_image()).unwrap();
    let mut disk = Disk::open(&folder.path().join("disk.vmdk"), VMDK).unwrap();
    let bytes = content(&mut disk).unwrap();
    assert_eq!(bytes.len(), 262_144);
    assert!(bytes[..200_000].iter().all(|&byte| byte == 7) && bytes[200_000..].iter().all(|&byte| byte == 0));
}
