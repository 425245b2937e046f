//! `convert` from outside: what is typed, what is left, how it ends.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/left.rs"]
mod left;
#[path = "support/tools.rs"]
mod tools;

use std::io::Read;
use std::time::{Duration, Instant};

use bench::{Bench, Ran};
use fs_err as fs;
use left::left;

/// A raw disk with some text and a hole.
fn bench() -> Bench {
    let bench = Bench::new();
    let mut disk: Vec<u8> = (0..300_000).flat_map(|number: u32| format!("{number:07}\n").into_bytes()).collect();
    disk.resize(5_000_192, 0);
    fs::write(bench.path("disk.raw"), disk).unwrap();
    bench
}

fn convert(bench: &Bench, words: &str) -> Ran {
    let words: Vec<&str> = std::iter::once("convert").chain(words.split(' ')).collect();
    bench.run(&words)
}

#[test]
fn a_disk_comes_back_from_every_format() {
    let bench = bench();
    let formats = ["qcow2", "vmdk", "vmdk-sparse", "vdi", "vhd", "vhd-fixed", "azure", "ec2", "openstack"];
    let disk = fs::read(bench.path("disk.raw")).unwrap();
    for format in formats {
        let there = convert(&bench, &format!("-O {format} -force disk.raw there.vhd"));
        assert_eq!((there.code, there.stderr.as_str()), (0, ""), "{format}: {}", there.stdout);
        let back = convert(&bench, "-force there.vhd back.raw");
        assert_eq!(back.code, 0, "{format}: {}", back.stdout);
        let mut back = fs::read(bench.path("back.raw")).unwrap();
        // Some formats hold whole grains or mebibytes only.
        assert!(back[disk.len()..].iter().all(|&byte| byte == 0), "{format}");
        back.truncate(disk.len());
        assert!(back == disk, "{format}");
    }
}

/// QEMU counts a disk in sectors, and leaves out what is less than one.
#[test]
fn the_last_bytes_of_a_disk_that_ends_within_a_sector_are_in_every_format() {
    let Some(_) = tools::tool_or_skip("qemu-img") else { return };
    let bench = Bench::new();
    let disk = b"a disk that does not fill its last sector ".repeat(50_000);
    assert_ne!(disk.len() % 512, 0);
    fs::write(bench.path("disk.raw"), &disk).unwrap();
    for format in ["qcow2", "qcow2 -compression zlib", "vmdk", "vmdk-sparse", "vdi", "vhd"] {
        assert_eq!(convert(&bench, &format!("-O {format} -force disk.raw there")).code, 0, "{format}");
        let read = bench.command_of("qemu-img", &["convert", "-O", "raw", "there", "back.raw"]).status().unwrap();
        assert!(read.success(), "{format}");
        assert!(fs::read(bench.path("back.raw")).unwrap().starts_with(&disk), "{format}");
    }
}

/// Names are the same in each turn: they stand in some of them.
#[test]
fn packages_hold_the_disk_whatever_the_threads() {
    let bench = bench();
    let disk = fs::read(bench.path("disk.raw")).unwrap();
    for format in
        ["ova", "ec2-ova", "gce", "box-libvirt", "box-virtualbox", "box-vmware", "box-libvirt -compression zstd"]
    {
        let mut first = None;
        for threads in [1, 2, 5] {
            let ran = convert(&bench, &format!("-threads {threads} -force -O {format} disk.raw packed"));
            assert_eq!(ran.code, 0, "{format}: {}", ran.stdout);
            let bytes = fs::read(bench.path("packed")).unwrap();
            assert!(first.get_or_insert_with(|| bytes.clone()) == &bytes, "{format}");
        }
        let back = convert(&bench, "-force packed back.raw");
        assert_eq!(back.code, 0, "{format}: {}", back.stdout);
        let length = fs::metadata(bench.path("back.raw")).unwrap().len();
        assert_eq!(length == 1 << 30, format == "gce", "{format}: {length}");
        let mut start = vec![0; disk.len()];
        fs::File::open(bench.path("back.raw")).unwrap().read_exact(&mut start).unwrap();
        assert!(start == disk, "{format}");
    }
    assert_eq!(left(bench.folder.path()), ["back.raw", "disk.raw", "packed"]);
}

/// As VirtualBox exports one: the description, the disk that it names, and the digests of both.
#[test]
fn a_description_has_its_disk_beside_it() {
    let bench = bench();
    let disk = fs::read(bench.path("disk.raw")).unwrap();
    let mut first = None;
    for threads in [1, 2, 5] {
        let ran = convert(&bench, &format!("-threads {threads} -force disk.raw vm.ovf"));
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, 3), "{}", ran.stdout);
        let files = ["vm.ovf", "vm-disk001.vmdk", "vm.mf"].map(|name| fs::read(bench.path(name)).unwrap());
        assert!(first.get_or_insert_with(|| files.clone()) == &files, "{threads} threads");
    }
    assert_eq!(left(bench.folder.path()), ["disk.raw", "vm-disk001.vmdk", "vm.mf", "vm.ovf"]);
    if tools::tool_or_skip("sha256sum").is_some() {
        let summed = bench.command_of("sha256sum", &["--tag", "vm.ovf", "vm-disk001.vmdk"]).output().unwrap();
        let expected = String::from_utf8(summed.stdout).unwrap().replace("SHA256 (", "SHA256(").replace(") =", ")=");
        assert_eq!(fs::read_to_string(bench.path("vm.mf")).unwrap(), expected);
    }
    for words in ["vm.ovf back.raw", "-disk vm-disk001.vmdk vm.ovf back.raw", "-from raw vm.ovf text.raw"] {
        let back = convert(&bench, &format!("-force {words}"));
        assert_eq!(back.code, 0, "{words}: {}", back.stdout);
        assert!(fs::read(bench.path("back.raw")).unwrap().starts_with(&disk), "{words}");
    }
    assert_eq!(fs::read(bench.path("text.raw")).unwrap(), fs::read(bench.path("vm.ovf")).unwrap());
}

/// Each has a disk of its own, whatever its name: what is refused leaves the others alone.
#[test]
fn packages_beside_one_another_share_nothing() {
    let bench = Bench::new().file("a.raw", &"a".repeat(512)).file("b.raw", &"b".repeat(512)).file("in/there", "");
    let same = "n".repeat(90);
    let names = ["ä.ovf", "ö.ovf", "my vm.ovf", "my_vm.OVF", "50%20.ovf", ".hidden.ovf"].map(str::to_owned);
    for name in names.into_iter().chain([format!("{same}1.ovf"), format!("{same}2.ovf")]) {
        for disk in ["a.raw", "b.raw"] {
            let ran = bench.run(&["convert", "-force", disk, &name]);
            assert_eq!(ran.code, 0, "{name}: {}", ran.stdout);
            assert_eq!(bench.run(&["convert", "-force", &name, "back.raw"]).code, 0, "{name}");
            let back = fs::read(bench.path("back.raw")).unwrap();
            assert!(back.starts_with(&fs::read(bench.path(disk)).unwrap()), "{name}");
        }
    }
    fs::create_dir(bench.path("folder.mf")).unwrap();
    std::os::unix::fs::symlink("in/there", bench.path("link-disk001.vmdk")).unwrap();
    let before = left(bench.folder.path());
    for (name, expected) in [
        ("folder.ovf", "folder.mf` is a folder"),
        ("link.ovf", "`link-disk001.vmdk` is a link; the files of a package lie side by side"),
        ("new.ovf/", "is the name of a folder"),
        ("new\n.ovf", "Unicode without quotes, backslashes and control characters"),
        (".ovf", "does not tell its format"),
    ] {
        let ran = bench.run(&["convert", "-force", "a.raw", name]);
        assert!(ran.code == 1 && ran.stdout.contains(expected), "{name}: {}", ran.stdout);
        assert_eq!(left(bench.folder.path()), before, "{name}");
    }
}

#[test]
fn compression_makes_it_smaller() {
    let bench = bench();
    for words in ["-compression=zlib", "-compression zstd -compression-level 19 -threads 3"] {
        let ran = convert(&bench, &format!("{words} -force disk.raw disk.qcow2"));
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert!(fs::metadata(bench.path("disk.qcow2")).unwrap().len() < 1_500_000, "{words}");
    }
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_nothing() {
    let bench = bench().file("there.vdi", "precious").file("half.mf", "");
    fs::write(bench.path("cut.qcow2"), b"QFI\xfb\0\0\0\x03").unwrap();
    let mut links = tar::Builder::new(fs::File::create(bench.path("links.tar")).unwrap());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    links.append_link(&mut header, "disk.raw", "/etc/shadow").unwrap();
    links.finish().unwrap();
    let before = left(bench.folder.path());
    let table = [
        ("disk.raw there.vdi", "`there.vdi` is there already; -force replaces it"),
        ("disk.raw new.doc", "does not tell its format"),
        ("-format vdo disk.raw new.vdi", "there is no format `vdo` to write"),
        ("-from vdo disk.raw new.vdi", "there is no format `vdo` to read"),
        ("-compression zlib disk.raw new.vdi", "`vdi` cannot be compressed by zlib; leave -compression out"),
        ("-compression zlib -compression-level 13 disk.raw new.qcow2", "a level of zlib is 1 to 12, not 13"),
        (
            "-compression-level 3 disk.raw new.qcow2",
            "`qcow2` has no level of compression to choose without -compression",
        ),
        ("disk.raw new.box", "does not tell its format; say it with -format, one of: raw,"),
        ("links.tar new.raw", "`links.tar` cannot be read: `disk.raw` in it is a link or a device"),
        ("-disk other.raw links.tar new.raw", "is a link or a device"),
        ("-format ovf disk.raw new", "`new` cannot be the name of a machine's description: it must end in .ovf"),
        ("disk.raw half.ovf", "`half.mf` is there already; -force replaces it"),
        ("-threads 0 disk.raw new.qcow2", "at least 1"),
        ("missing.raw new.qcow2", "cannot read `missing.raw`"),
        ("-force cut.qcow2 there.vdi", "does not begin with a qcow2 header"),
        ("-from vhd disk.raw new.raw", "is a damaged VHD image"),
    ];
    for (words, expected) in table {
        let ran = convert(&bench, words);
        assert!(ran.code == 1 && ran.stdout.contains(expected), "{words}: {} {}", ran.code, ran.stdout);
        assert_eq!(left(bench.folder.path()), before, "{words}");
    }
    assert_eq!(fs::read_to_string(bench.path("there.vdi")).unwrap(), "precious");
}

#[test]
fn an_interrupt_ends_it_soon_and_leaves_nothing() {
    let bench = Bench::new();
    let noise = (0..8_000_000u64).flat_map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    fs::write(bench.path("disk.raw"), noise.collect::<Vec<u8>>()).unwrap();
    let words = ["convert", "-compression=zstd", "-compression-level=19", "-threads=1", "disk.raw", "disk.qcow2"];
    let mut command = bench.command(&words);
    let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while left(bench.folder.path()).len() < 2 && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let process = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let interrupted = Instant::now();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(interrupted.elapsed() < Duration::from_secs(5), "{:?}", interrupted.elapsed());
    assert!(ran.code == 130 && ran.stdout.contains("cancelled; nothing was written"), "{}", ran.stdout);
    assert_eq!(left(bench.folder.path()), ["disk.raw"]);
}
