//! File systems that e2fsprogs made, and what is left of them.

use std::path::Path;

use fs_err as fs;

use crate::image::testing::{content, meter};
use crate::image::{Disk, Format, write_raw};
use crate::process::{Cmd, tool_or_skip};

pub(super) const MIB: usize = 1 << 20;

pub(super) fn tools(names: &[&str]) -> bool {
    ["mke2fs", "debugfs", "e2fsck"].iter().chain(names).all(|name| tool_or_skip(name).is_some())
}

pub(super) async fn run(folder: &Path, line: &str) {
    let mut words = line.split(' ');
    Cmd::new(words.next().unwrap()).args(words).current_dir(folder).run().await.unwrap();
}

/// Text of which no two lines are equal.
fn text(length: usize) -> Vec<u8> {
    (0..length / 8).flat_map(|number| format!("{number:07}\n").into_bytes()).collect()
}

/// A file system of 48 MiB in `fs`, with a file that stays and room that a deleted one has filled: every block that is
/// not in use is full of `garbage`.
pub(super) async fn file_system(folder: &Path, options: &str) {
    fs::write(folder.join("garbage"), b"garbage ".repeat(48 * MIB / 8)).unwrap();
    fs::rename(folder.join("garbage"), folder.join("fs")).unwrap();
    // nodiscard: else mke2fs makes holes of what was there.
    run(folder, &format!("mke2fs -q -F -E nodiscard -m 0 {options} fs")).await;
    fs::write(folder.join("kept"), text(5 * MIB)).unwrap();
    fs::write(folder.join("small"), text(3000)).unwrap();
    for command in ["mkdir /folder", "write kept kept", "write small /folder/small", "write kept gone", "rm gone"] {
        Cmd::new("debugfs").args(["-w", "-R", command, "fs"]).current_dir(folder).run().await.unwrap();
    }
    run(folder, "e2fsck -fy fs").await;
}

/// The files as debugfs reads them.
pub(super) async fn files(folder: &Path, image: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for name in ["/kept", "/folder/small"] {
        let command = format!("dump {name} dumped");
        Cmd::new("debugfs").args(["-R", &command, image]).current_dir(folder).run().await.unwrap();
        found.push(fs::read(folder.join("dumped")).unwrap());
    }
    found
}

/// Writes the disk `name` without its free blocks to `target`; tells how many file systems it has.
pub(super) fn without_unused(folder: &Path, name: &str) -> usize {
    let mut disk = Disk::open(&folder.join(name), Format::Raw).unwrap();
    let systems = disk.leave_out_unused().unwrap();
    write_raw(&mut disk, fs::File::create(folder.join("target")).unwrap(), &mut meter()).unwrap();
    systems
}

/// How much of the file is garbage still, in MiB.
pub(super) fn garbage(folder: &Path) -> usize {
    let bytes = fs::read(folder.join("target")).unwrap();
    bytes.chunks(8).filter(|chunk| chunk == b"garbage ").count() * 8 / MIB
}

#[tokio::test]
async fn free_blocks_go_and_files_stay() {
    if !tools(&[]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // With checksums, groups that no file was ever in have no map yet, and are kept.
    let table = [
        ("-t ext2", 8),
        ("-t ext3", 8),
        ("-t ext4 -O ^metadata_csum", 8),
        ("-t ext4 -O ^metadata_csum,^64bit,^flex_bg", 8),
        ("-t ext4 -b 4096 -O ^64bit", 8),
        ("-t ext4 -b 4096 -O 64bit", 8),
        ("-t ext4 -b 1024", 30),
        ("-t ext4 -g 1024", 40),
    ];
    for (options, most) in table {
        file_system(folder.path(), options).await;
        let before = files(folder.path(), "fs").await;
        assert_eq!(without_unused(folder.path(), "fs"), 1, "{options}");
        assert!(garbage(folder.path()) < most, "{options}: {} MiB of garbage", garbage(folder.path()));
        run(folder.path(), "e2fsck -fn target").await;
        assert!(files(folder.path(), "target").await == before, "{options}");
    }
}

/// The file system of `options`, after debugfs made a change, is exported as it is.
async fn assert_kept(options: &str, change: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    file_system(folder.path(), options).await;
    if let Some(change) = change {
        Cmd::new("debugfs").args(["-w", "-R", change, "fs"]).current_dir(folder.path()).run().await.unwrap();
    }
    assert_eq!(without_unused(folder.path(), "fs"), 0, "{options} {change:?}");
    let same = fs::read(folder.path().join("fs")).unwrap() == fs::read(folder.path().join("target")).unwrap();
    assert!(same, "{options} {change:?}");
}

#[tokio::test]
async fn what_is_in_doubt_is_kept() {
    if !tools(&[]) {
        return;
    }
    assert_kept("-t ext4 -O bigalloc", None).await;
    assert_kept("-t ext4 -O meta_bg,^resize_inode", None).await;
    assert_kept("-t ext4", Some("feature needs_recovery")).await;
    assert_kept("-t ext4", Some("set_super_value state 0")).await;
    assert_kept("-t ext4", Some("set_super_value state 3")).await;
    assert_kept("-t ext4", Some("set_super_value blocks_count 50000000")).await;
}

/// A count that disagrees with the map keeps that group, and only that one.
#[tokio::test]
async fn a_group_whose_count_is_wrong_is_kept() {
    if !tools(&[]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    file_system(folder.path(), "-t ext4 -b 1024").await;
    let change = ["-w", "-R", "set_block_group 3 free_blocks_count 17", "fs"];
    Cmd::new("debugfs").args(change).current_dir(folder.path()).run().await.unwrap();
    assert_eq!(without_unused(folder.path(), "fs"), 1);
    let (old, new) = (fs::read(folder.path().join("fs")).unwrap(), fs::read(folder.path().join("target")).unwrap());
    let group = (1 + 3 * 8192) * 1024..(1 + 4 * 8192) * 1024;
    assert!(old[group.clone()] == new[group] && old != new);
}

/// `fs` in the third MiB of a disk, by a table that sfdisk wrote.
async fn partitioned(folder: &Path, script: &str) {
    fs::write(folder.join("script"), script).unwrap();
    let mut disk = vec![b'x'; 2 * MIB];
    disk[..MIB].fill(0);
    disk.extend(fs::read(folder.join("fs")).unwrap());
    disk.extend(vec![0; 2 * MIB]);
    fs::write(folder.join("disk"), disk).unwrap();
    Cmd::new("sh").args(["-c", "sfdisk -q disk < script"]).current_dir(folder).run().await.unwrap();
}

#[tokio::test]
async fn partitions_of_all_kinds_are_found() {
    if !tools(&["sfdisk"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    file_system(folder.path(), "-t ext4 -O ^metadata_csum").await;
    let tables = [
        "label: dos\nstart=4096, size=98304, type=83\n",
        "label: gpt\nstart=4096, size=98304\n",
        "label: dos\nstart=2048, size=102400, type=5\nstart=4096, size=98304, type=83\n",
    ];
    for table in tables {
        partitioned(folder.path(), table).await;
        assert_eq!(without_unused(folder.path(), "disk"), 1, "{table}");
        assert!(garbage(folder.path()) < 8, "{table}");
        let disk = fs::read(folder.path().join("target")).unwrap();
        fs::write(folder.path().join("part"), &disk[2 * MIB..50 * MIB]).unwrap();
        assert!(files(folder.path(), "part").await == files(folder.path(), "fs").await, "{table}");
        let old = fs::read(folder.path().join("disk")).unwrap();
        assert!(old[..2 * MIB] == disk[..2 * MIB] && old[50 * MIB..] == disk[50 * MIB..], "{table}");
    }
    // A sum of the GPT that is wrong, and another owner of the partition.
    partitioned(folder.path(), tables[1]).await;
    let mut disk = fs::read(folder.path().join("disk")).unwrap();
    disk[1024 + 60] ^= 1;
    fs::write(folder.path().join("disk"), &disk).unwrap();
    assert_eq!(without_unused(folder.path(), "disk"), 0);
    disk[1024 + 60] ^= 1;
    disk[2 * MIB..2 * MIB + 6].copy_from_slice(b"LUKS\xba\xbe");
    fs::write(folder.path().join("disk"), &disk).unwrap();
    assert_eq!(without_unused(folder.path(), "disk"), 0);
}

/// Whatever a byte of table or superblock is changed to, the answer comes at once.
#[tokio::test]
async fn no_damage_can_do_more_than_keep() {
    if !tools(&["sfdisk"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fs"), vec![7; 2 * MIB]).unwrap();
    run(folder.path(), "mke2fs -q -F -t ext4 -b 1024 fs").await;
    partitioned(folder.path(), "label: gpt\nstart=4096, size=4096\n").await;
    let mut bytes = fs::read(folder.path().join("disk")).unwrap();
    let superblock = 2 * MIB + 1024;
    for at in (440..700).chain(superblock..superblock + 400).chain(superblock + 1024..superblock + 1100) {
        for value in [0, 1, 0x7f, 0xff] {
            let before = std::mem::replace(&mut bytes[at], value);
            let input = crate::image::Input::new(std::io::Cursor::new(bytes.as_slice()), Path::new("disk")).unwrap();
            let mut disk = Disk::of(input, Format::Raw).unwrap();
            disk.leave_out_unused().unwrap();
            if at % 16 == 0 {
                assert_eq!(content(&mut disk).unwrap().len(), 6 * MIB);
            }
            bytes[at] = before;
        }
    }
}
