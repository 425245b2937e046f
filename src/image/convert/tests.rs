//! Every pair of formats, with QEMU as the judge.

use std::path::Path;

use fs_err as fs;

use super::*;
use crate::image::Format;
use crate::image::testing::{meter, qemu_img, qemu_io, tools};

/// What is written, with QEMU's name and ours of what can be read of it.
const FORMATS: &[(Target, &str, Format)] = &[
    (Target::Raw, "raw", Format::Raw),
    (Target::Qcow2, "qcow2", Format::Qcow2),
    (Target::StreamVmdk, "vmdk", Format::Vmdk),
    (Target::SparseVmdk, "vmdk", Format::Vmdk),
    (Target::Vdi, "vdi", Format::Vdi),
    (Target::DynamicVhd, "vpc", Format::Vhd),
    (Target::FixedVhd, "vpc", Format::Vhd),
];

/// Formats that QEMU can check.
const CHECKED: &[&str] = &["qcow2", "vmdk", "vdi"];

fn convert(folder: &Path, source: (&str, Format), target: (&str, Target)) {
    let mut disk = Disk::open(&folder.join(source.0), source.1).unwrap();
    let file = fs::File::create(folder.join(target.0)).unwrap();
    let options = Options {
        target: target.1,
        codec: None,
        threads: None,
        name: target.0.into(),
        level: gzip::Level::new(gzip::DEFAULT_LEVEL),
        machine: Appliance::small(machine_name(target.0)),
    };
    write(&mut disk, file, &options, &mut meter()).unwrap();
}

/// Some formats hold whole sectors or grains: what is more than the disk must be zero, which `compare` asks for.
async fn assert_same(folder: &Path, qemu_name: &str, name: &str) {
    if CHECKED.contains(&qemu_name) {
        qemu_img(folder, &format!("check -q -f {qemu_name} {name}")).await;
    }
    qemu_img(folder, &format!("compare -q -f qcow2 -F {qemu_name} source {name}")).await;
}

async fn every_pair(size: &str, writes: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), &format!("create -q -f qcow2 source {size}")).await;
    qemu_io(folder.path(), "source", "qcow2", writes).await;
    for (first, first_name, format) in FORMATS {
        convert(folder.path(), ("source", Format::Qcow2), ("first", *first));
        assert_same(folder.path(), first_name, "first").await;
        for (second, second_name, _) in FORMATS {
            convert(folder.path(), ("first", *format), ("second", *second));
            assert_same(folder.path(), second_name, "second").await;
        }
    }
}

#[tokio::test]
async fn an_odd_disk_goes_from_every_format_to_every_other() {
    if tools() {
        let writes = ["write -q -P 1 0 65k", "write -q -P 2 4000k 3000k", "write -q -P 3 7000k 512"];
        every_pair("7168512", &writes).await;
    }
}

#[tokio::test]
async fn an_empty_disk_goes_from_every_format_to_every_other() {
    if tools() {
        every_pair("3M", &[]).await;
    }
}

#[tokio::test]
async fn a_full_disk_goes_from_every_format_to_every_other() {
    if tools() {
        every_pair("5M", &["write -q -P 7 0 5M"]).await;
    }
}

#[tokio::test]
async fn a_large_sparse_disk_goes_from_every_format_to_every_other() {
    if tools() {
        let writes = ["write -q -P 1 8589934080 1k", "write -q -P 6 9663675904 512", "write -q -P 0 1G 1M"];
        every_pair("9G", &writes).await;
    }
}

/// The same disk and name give the same bytes, whatever the disk was read from.
#[tokio::test]
async fn the_bytes_depend_on_the_disk_alone() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f qcow2 source 6M").await;
    qemu_io(folder.path(), "source", "qcow2", &["write -q -P 1 1M 100k", "write -q -P 0 3M 1M"]).await;
    convert(folder.path(), ("source", Format::Qcow2), ("raw", Target::Raw));
    for (target, ..) in FORMATS {
        convert(folder.path(), ("source", Format::Qcow2), ("same", *target));
        let expected = fs::read(folder.path().join("same")).unwrap();
        convert(folder.path(), ("raw", Format::Raw), ("same", *target));
        assert!(fs::read(folder.path().join("same")).unwrap() == expected, "{target:?}");
    }
}

#[tokio::test]
async fn azure_takes_whole_mebibytes() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    qemu_img(folder.path(), "create -q -f qcow2 source 2561k").await;
    qemu_io(folder.path(), "source", "qcow2", &["write -q -P 1 2560k 1k"]).await;
    convert(folder.path(), ("source", Format::Qcow2), ("azure", Target::AzureVhd));
    assert_eq!(fs::metadata(folder.path().join("azure")).unwrap().len(), (3 << 20) + 512);
    qemu_img(folder.path(), "compare -q -f qcow2 -F vpc source azure").await;
}
