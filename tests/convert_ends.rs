//! How `convert` ends when it cannot go on, and what it shows until then.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/left.rs"]
mod left;
#[path = "support/tools.rs"]
mod tools;

use std::process::{Child, Stdio};
use std::time::Duration;

use bench::{Bench, Ran};
use fs_err as fs;
use left::left;
use tools::tool_or_skip;

const MIB: u64 = 1 << 20;

/// As a shell counts a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// A raw disk of noise.
fn bench(mebibytes: u64) -> Bench {
    let bench = Bench::new();
    let noise = (0..MIB / 8).flat_map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    fs::write(bench.path("disk.raw"), noise.collect::<Vec<u8>>().repeat(usize::try_from(mebibytes).unwrap())).unwrap();
    bench
}

fn shell(bench: &Bench, script: &str) -> Ran {
    let program = env!("CARGO_BIN_EXE_boxwright");
    Ran::from(bench.command_of("sh", &["-c", &script.replace("PROGRAM", program)]).output().unwrap())
}

/// A file system of 2 MiB that only this shell sees, in which another file has its place.
#[test]
fn a_full_disk_gets_no_file() {
    let bench = bench(4).file("full/other", "");
    let mount = "mount -t tmpfs -o size=2m tmpfs full && echo other > full/other";
    let mounted = shell(&bench, &format!("unshare -rm sh -c '{mount}'"));
    if tool_or_skip("unshare").is_none() || mounted.code != 0 {
        println!("skipped: no file system can be mounted");
        return;
    }
    for target in [
        "new.raw",
        "new.qcow2",
        "new.vmdk",
        "new.vdi",
        "new.vhd",
        "new.ovf",
        "-O=vmdk-sparse full/other",
        "-O=azure full/other",
    ] {
        let target = target.replace("new", "full/new");
        let script = format!("PROGRAM convert -force disk.raw {target}; echo code $?; ls -A full; cat full/other");
        let ran = shell(&bench, &format!("unshare -rm sh -c '{mount} && {{ {script}; }}'"));
        let name = target.split(' ').next_back().unwrap().replace(".ovf", "-disk001.vmdk");
        assert!(ran.stdout.contains(&format!("cannot write `{name}`")), "{}", ran.stdout);
        assert!(ran.stdout.contains("(os error 28); make room there, or write it elsewhere"), "{}", ran.stdout);
        assert!(ran.stdout.ends_with("code 1\nother\nother\n"), "{}", ran.stdout);
    }
}

#[test]
fn a_limit_of_the_user_is_an_error_too() {
    let bench = bench(4);
    for target in ["new.raw", "new.qcow2", "new.vmdk"] {
        let ran = shell(&bench, &format!("ulimit -f 2048; PROGRAM convert disk.raw {target}; echo code $?"));
        assert!(ran.stdout.contains(&format!("cannot write `{target}`")), "{}", ran.stdout);
        assert!(ran.stdout.contains("nor `ulimit -f` may limit files to less"), "{}", ran.stdout);
        assert!(ran.stdout.ends_with("code 1\n"), "{}", ran.stdout);
        assert_eq!(left(bench.folder.path()), ["disk.raw"], "{target}");
    }
}

/// The file under its other name, as soon as something is in it.
fn partial(bench: &Bench) -> fs::File {
    for _ in 0..6000 {
        let name = left(bench.folder.path()).into_iter().find(|name| name.contains(".partial"));
        if let Some(file) = name.and_then(|name| fs::File::open(bench.path(&name)).ok())
            && file.metadata().unwrap().len() > 0
        {
            return file;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nothing was written for a minute");
}

fn signal(child: &Child, name: rustix::process::Signal) {
    let process = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).unwrap();
    rustix::process::kill_process(process, name).unwrap();
}

/// Whatever the clock says: of 256 MiB, little is written after the signal.
#[test]
fn a_signal_stops_the_writing() {
    let bench = bench(256);
    let slow = ["convert", "-compression=zstd", "-compression-level=19", "-threads=2", "disk.raw", "new.qcow2"];
    for name in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let child = bench.command(&slow).stdout(Stdio::piped()).spawn().unwrap();
        let file = partial(&bench);
        signal(&child, name);
        let before = file.metadata().unwrap().len();
        let ran = Ran::from(child.wait_with_output().unwrap());
        let after = file.metadata().unwrap().len();
        assert!(after - before < 32 * MIB, "{} MiB were written after the signal", (after - before) / MIB);
        assert!(ran.code == INTERRUPTED && ran.stdout.contains("cancelled; nothing was written"), "{}", ran.stdout);
        assert_eq!(left(bench.folder.path()), ["disk.raw"]);
    }
}

/// In a terminal: bytes of how many, rate, time left. In a pipe: nothing but the end.
#[test]
fn a_terminal_shows_how_far_it_is() {
    if tool_or_skip("script").is_none() {
        return;
    }
    let bench = bench(6);
    let words = "convert -force -threads=1 -compression=zstd -compression-level=19 disk.raw new.qcow2";
    let terminal = shell(&bench, &format!("script -qefc 'PROGRAM {words}' /dev/null"));
    let shown = regex::Regex::new(r"new\.qcow2 \S+ [\d.]+ [kM]B/6\.29 MB [\d.]+ [kM]B/s \d+[sm]").unwrap();
    assert!(terminal.code == 0 && shown.is_match(&terminal.stdout), "{}", terminal.stdout.escape_debug());
    let piped = bench.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!((piped.code, piped.stdout.lines().count(), piped.stderr.as_str()), (0, 1, ""), "{}", piped.stdout);
}
