//! Images that nobody should have made: `convert` says which file it is and what is wrong with it, ends soon, takes
//! little memory and leaves nothing.

#![cfg(test)]

#[path = "../support/bench.rs"]
mod bench;
mod bytes;
mod descriptions;
#[path = "../support/left.rs"]
mod left;
mod places;
mod qcow2;
mod vdi;
mod vhd;
mod vhdx;
mod vmdk;

use bench::{Bench, Ran};
use bytes::{Case, Image};
use fs_err as fs;
use left::left;

/// Address space of a conversion, in KiB: the program, its threads' stacks and heaps. What a case asks for is more.
const MEMORY: &str = "1000000";

/// Runs the program with little memory, and not for longer than a minute.
fn limited(bench: &Bench, arguments: &[&str]) -> Ran {
    let program = env!("CARGO_BIN_EXE_boxwright");
    let script = format!("ulimit -v {MEMORY}; exec timeout 60 {program} \"$@\"");
    let words = [&["-c", &script, "sh"][..], arguments].concat();
    Ran::from(bench.command_of("sh", &words).output().expect("there is a shell"))
}

fn write(bench: &Bench, image: &Image) {
    let path = bench.path(&image.name);
    fs::write(&path, &image.bytes).unwrap();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(image.length).unwrap();
}

fn check(case: &Case) {
    let bench = Bench::new();
    let mut names: Vec<String> = case.images.iter().map(|image| image.name.clone()).collect();
    case.images.iter().for_each(|image| write(&bench, image));
    names.sort();
    for target in ["out.raw", "out.qcow2"] {
        let ran = limited(&bench, &["convert", &case.images[0].name, target]);
        let said = format!("{}: {}", case.what, ran.stdout);
        assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{said}");
        assert!(ran.stdout.contains(case.expected), "{said}");
        assert_eq!(left(bench.folder.path()), names, "{said}");
        println!("| {} | {} | {} |", case.what, ran.stdout.trim(), ran.code);
    }
}

/// What the cases change is sound before.
#[test]
fn the_images_are_good_at_first() {
    for image in [qcow2::good("bad.qcow2"), vmdk::good(), vdi::good(), vhd::good(), vhdx::good()] {
        let bench = Bench::new();
        write(&bench, &image);
        let ran = bench.run(&["convert", &image.name, "out.raw"]);
        assert_eq!(ran.code, 0, "{}: {}", image.name, ran.stdout);
        assert!(fs::read(bench.path("out.raw")).unwrap().starts_with(b"xxxx"), "{}", image.name);
    }
}

#[test]
fn qcow2() {
    qcow2::cases().iter().for_each(check);
}

#[test]
fn vmdk() {
    vmdk::cases().iter().for_each(check);
}

#[test]
fn vdi() {
    vdi::cases().iter().for_each(check);
}

#[test]
fn vhd() {
    vhd::cases().iter().for_each(check);
}

#[test]
fn vhdx() {
    vhdx::cases().iter().for_each(check);
}
