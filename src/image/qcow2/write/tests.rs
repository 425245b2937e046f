//! What is written, read and checked by QEMU.

use std::path::Path;

use fs_err as fs;

use super::*;
use crate::image::Format;
use crate::image::testing::{meter, qemu_img, qemu_io, tools, varied};

const CODECS: [Option<Codec>; 3] = [None, Some(Codec::ZLIB), Some(Codec::ZSTD)];

fn write(folder: &Path, source: &str, format: Format, codec: Option<Codec>, threads: Option<usize>) -> u64 {
    let mut disk = Disk::open(&folder.join(source), format).unwrap();
    let target = folder.join("target");
    let file = fs::File::create(&target).unwrap();
    write_qcow2(&mut disk, file, &Qcow2Options { codec, threads }, &mut meter()).unwrap();
    fs::metadata(&target).unwrap().len()
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
        for codec in CODECS {
            write(folder.path(), "source", Format::Qcow2, codec, None);
            qemu_img(folder.path(), "check -q -f qcow2 target").await;
            qemu_img(folder.path(), "compare -q -f qcow2 -F qcow2 source target").await;
        }
    }
}

#[tokio::test]
async fn what_can_and_what_cannot_be_compressed_lies_together() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Clusters of noise between those of text.
    let mixed: Vec<u8> = (0..400).flat_map(mixed_cluster).collect();
    fs::write(folder.path().join("mixed"), &mixed).unwrap();
    for codec in CODECS {
        let length = write(folder.path(), "mixed", Format::Raw, codec, None);
        assert!(codec.is_none() || length < mixed.len() as u64 * 3 / 4, "{length}");
        qemu_img(folder.path(), "check -q -f qcow2 target").await;
        qemu_img(folder.path(), "compare -q -f raw -F qcow2 mixed target").await;
        let mut read = Disk::open(&folder.path().join("target"), Format::Qcow2).unwrap();
        assert!(crate::image::testing::content(&mut read).unwrap() == mixed, "{codec:?}");
    }
}

/// One of three is noise, and one of five is nothing.
fn mixed_cluster(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    match number {
        number if number % 3 == 0 => (0..CLUSTER_BYTES).map(|_| noise()).collect(),
        number if number % 5 == 0 => vec![0; 65536],
        _ => (0..CLUSTER_BYTES / 8).flat_map(|line| (number * 1000 + line).to_be_bytes()).collect(),
    }
}

/// Reference counts of a file of some 4.3 GiB fill more than two blocks.
#[tokio::test]
async fn many_clusters_are_counted() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut image = {
        let file = fs::File::create(folder.path().join("target")).unwrap();
        Image::start(file, 1 << 40, Codec::ZLIB).unwrap()
    };
    let clusters = 70_000;
    for cluster in 0..clusters {
        let offset = cluster * 7 * CLUSTER_BYTES;
        // As `add` does it, but without the bytes: the file stays a hole.
        let table = usize::try_from(cluster * 7 / TABLE_ENTRIES).unwrap();
        if table != image.filling {
            image.end_table().unwrap();
            image.filling = table;
        }
        image.output.align(CLUSTER_BYTES).unwrap();
        let at = image.output.end();
        image.output.skip_to(at + CLUSTER_BYTES).unwrap();
        image.references.add(at / CLUSTER_BYTES);
        image.level_2[usize::try_from(offset / CLUSTER_BYTES % TABLE_ENTRIES).unwrap()] = at | COPIED;
    }
    image.finish().unwrap();
    assert!(fs::metadata(folder.path().join("target")).unwrap().len() > 4_500_000_000);
    qemu_img(folder.path(), "check -q -f qcow2 target").await;
}

/// Only the tables are written: the data stays a hole.
#[tokio::test]
async fn tables_of_a_large_layout_are_true() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // More than two blocks of reference counts, and two clusters of the level 1 table.
    let blocks = (0..70_000).map(|block| block * 120);
    let layout = Layout::of_blocks(5 << 40, blocks.collect());
    let path = folder.path().join("target");
    let mut file = fs::File::create(&path).unwrap();
    layout.write_tables(&mut file).unwrap();
    let tables = fs::metadata(&path).unwrap().len();
    assert_eq!(tables + layout.data_bytes(), layout.file_bytes());
    file.set_len(layout.file_bytes()).unwrap();
    qemu_img(folder.path(), "check -q -f qcow2 target").await;
    let mut disk = Disk::open(&path, Format::Qcow2).unwrap();
    assert_eq!(disk.data_bytes(&crate::io::blocking::Cancelled::default()).unwrap(), layout.data_bytes());
}

#[test]
fn threads_do_not_change_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    varied(folder.path(), "source");
    for codec in [Codec::ZLIB, Codec::ZSTD] {
        let mut written = Vec::new();
        for threads in [1, 2, 5] {
            write(folder.path(), "source", Format::Raw, Some(codec), Some(threads));
            written.push(fs::read(folder.path().join("target")).unwrap());
        }
        assert!(written[1] == written[0] && written[2] == written[0], "{codec:?}");
    }
}
