//! Images that QEMU made, and images that nobody should have made.

use std::path::Path;

use fs_err as fs;

use crate::image::testing::{assert_as_qemu_reads, error_of, extents, qemu_img, qemu_io, tools};
use crate::image::{Content, Disk, Format};

const QCOW2: Format = Format::Qcow2;

/// Data at both ends, across table borders, and of a kind that can be compressed.
const WRITES: &[&str] = &["write -q -P 1 0 100k", "write -q -P 2 5000k 1300k", "write -q -z 5200k 200k"];

#[tokio::test]
async fn every_layout_reads_as_qemu_reads_it() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for options in ["compat=0.10", "compat=1.1", "cluster_size=512", "cluster_size=2M", "preallocation=metadata"] {
        qemu_img(folder.path(), &format!("create -q -f qcow2 -o {options} disk 10000k")).await;
        qemu_io(folder.path(), "disk", "qcow2", WRITES).await;
        qemu_io(folder.path(), "disk", "qcow2", &["write -q -P 3 9990k 10k"]).await;
        assert_as_qemu_reads(folder.path(), "disk", QCOW2).await;
    }
    for options in ["compression_type=zlib", "compression_type=zstd", "compression_type=zlib,cluster_size=2M"] {
        qemu_img(folder.path(), &format!("convert -c -O qcow2 -o {options} disk packed")).await;
        qemu_io(folder.path(), "packed", "qcow2", &["write -q -P 9 64k 3k"]).await;
        assert_as_qemu_reads(folder.path(), "packed", QCOW2).await;
    }
}

#[tokio::test]
async fn extents_tell_data_zeros_and_holes_apart() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f qcow2 disk 40G").await;
    qemu_io(folder.path(), "disk", "qcow2", &["write -q -P 1 1G 128k", "write -q -z 1074003968 64k"]).await;
    let mut disk = Disk::open(&folder.path().join("disk"), QCOW2).unwrap();
    let expected = [
        (Content::Hole, 1 << 30),
        (Content::Data, 128 << 10),
        (Content::Hole, 1_074_003_968 - (1 << 30) - (128 << 10)),
        (Content::Zero, 64 << 10),
        (Content::Hole, (40 << 30) - 1_074_003_968 - (64 << 10)),
    ];
    assert_eq!(extents(&mut disk).unwrap(), expected);
}

#[tokio::test]
async fn a_chain_shows_what_lies_beneath() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    qemu_img(folder.path(), "create -q -f raw below/base 3M").await;
    qemu_io(folder.path(), "below/base", "raw", &["write -q -P 1 0 2M"]).await;
    qemu_img(folder.path(), "create -q -f qcow2 -b base -F raw below/middle 6M").await;
    qemu_io(folder.path(), "below/middle", "qcow2", &["write -q -P 2 1M 64k", "write -q -P 3 5M 1M"]).await;
    qemu_img(folder.path(), "create -q -f qcow2 -b below/middle -F qcow2 top 8M").await;
    qemu_io(folder.path(), "top", "qcow2", &["write -q -z 512k 256k", "write -q -P 4 7M 1M"]).await;
    assert_as_qemu_reads(folder.path(), "top", QCOW2).await;
}

#[tokio::test]
async fn a_chain_without_end_is_refused() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let error = |name: &str| Disk::open(&folder.path().join(name), QCOW2).unwrap_err().to_string();
    qemu_img(folder.path(), "create -q -f qcow2 a 1M").await;
    qemu_img(folder.path(), "create -q -f qcow2 -b a -F qcow2 b 1M").await;
    qemu_img(folder.path(), "rebase -u -b b -F qcow2 a").await;
    assert!(error("a").contains("go round in a circle"), "{}", error("a"));
    qemu_img(folder.path(), "create -q -f qcow2 deep-0 1M").await;
    for depth in 1..=65 {
        let words = format!("create -q -u -f qcow2 -b deep-{} -F qcow2 deep-{depth} 1M", depth - 1);
        qemu_img(folder.path(), &words).await;
    }
    assert!(error("deep-65").contains("more than 64 backing files"), "{}", error("deep-65"));
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = |name: &str| folder.path().join(name);
    qemu_img(folder.path(), "create -q -f qcow2 -o extended_l2=on subclusters 1M").await;
    qemu_img(folder.path(), "create -q -f qcow2 -o data_file=data outside 1M").await;
    let luks = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10";
    let secret = format!("create -q -f qcow2 --object secret,id=s,data=x -o {luks} secret 1M");
    qemu_img(folder.path(), &secret).await;
    qemu_img(folder.path(), "create -q -f qcow2 base 1M").await;
    for (name, backing) in [("json", "json:{\"driver\":\"null-co\"}"), ("net", "nbd://host/disk")] {
        qemu_img(folder.path(), &format!("create -q -u -f qcow2 -b {backing} -F raw {name} 1M")).await;
    }
    qemu_img(folder.path(), "create -q -u -f qcow2 -b base -F qed qed 1M").await;
    let table = [
        ("subclusters", "subclusters (`extended_l2`)"),
        ("outside", "its data is in another file"),
        ("secret", "it is encrypted"),
        ("json", "is no plain file"),
        ("net", "is no plain file"),
        ("qed", "of which known format its backing file is"),
    ];
    for (name, expected) in table {
        let error = Disk::open(&image(name), QCOW2).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains(name), "{error}");
    }
}

async fn small_image(folder: &Path) -> Vec<u8> {
    qemu_img(folder, "create -q -f qcow2 -o cluster_size=4k plain 300k").await;
    qemu_io(folder, "plain", "qcow2", &["write -q -P 1 0 40k"]).await;
    qemu_img(folder, "convert -c -O qcow2 -o cluster_size=4k plain disk").await;
    qemu_io(folder, "disk", "qcow2", &["write -q -P 2 100k 40k"]).await;
    fs::read(folder.join("disk")).unwrap()
}

#[tokio::test]
async fn wrong_numbers_are_errors() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = small_image(folder.path()).await;
    assert_eq!(error_of(&image, QCOW2), None);
    let changed = |at: usize, bytes: &[u8]| {
        let mut image = image.clone();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        error_of(&image, QCOW2).unwrap_or_default()
    };
    let table = [
        (4, &[0, 0, 0, 9][..], "qcow2 version 9"),
        (20, &[0, 0, 0, 63], "clusters of 2^63 bytes"),
        (24, &[0xff; 8], "more than 1 PiB"),
        (24, &[0, 0, 0xff, 0, 0, 0, 0, 0], "too short for its disk"),
        (36, &[0xff; 4], "lies outside the file"),
        (40, &[0xff; 8], "lies outside the file"),
        (72, &[0, 0, 0, 0, 0, 0, 0, 2], "marked as corrupt"),
        (72, &[0x80, 0, 0, 0, 0, 0, 0, 0], "does not know"),
    ];
    for (at, bytes, expected) in table {
        assert!(changed(at, bytes).contains(expected), "{at}: {}", changed(at, bytes));
    }
    let first_table = usize::try_from(u64::from_be_bytes(image[40..48].try_into().unwrap())).unwrap();
    assert!(changed(first_table, &[0, 0xff, 0, 0, 0, 0, 0, 0]).contains("the table at byte"));
    assert!(error_of(&image[..60], QCOW2).unwrap().contains("does not begin with a qcow2 header"));
}

/// Whatever a byte is changed to, and wherever a file ends, the answer comes at once.
#[tokio::test]
async fn no_damage_can_do_more_than_fail() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = small_image(folder.path()).await;
    for at in 0..image.len().min(40_000) {
        let step = if at < 200 { 1 } else { 41 };
        if at % step != 0 {
            continue;
        }
        for value in [0, 1, 0x7f, 0xff] {
            let mut image = image.clone();
            image[at] = value;
            error_of(&image, QCOW2);
        }
        error_of(&image[..at], QCOW2);
    }
}
