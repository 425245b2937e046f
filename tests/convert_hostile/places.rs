//! What is no image at all: folders, devices and pipes, as sources and as targets.

use fs_err as fs;

use crate::bench::Bench;
use crate::{left, limited};

#[test]
fn a_source_is_a_file_or_a_disk() {
    let bench = Bench::new().file("disk.raw", "a disk");
    fs::create_dir(bench.path("folder")).unwrap();
    let pipe = bench.path("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, pipe.as_path(), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let before = left(bench.folder.path());
    let table = [
        ("folder", "`folder` cannot be read: it is a folder"),
        ("pipe", "`pipe` cannot be read: it is neither a file nor a disk"),
        ("/dev/zero", "it is neither a file nor a disk"),
        ("missing", "cannot read `missing`"),
    ];
    for (source, expected) in table {
        let ran = limited(&bench, &["convert", source, "out.qcow2"]);
        assert!(ran.code == 1 && ran.stdout.contains(expected), "{source}: {} {}", ran.code, ran.stdout);
        assert_eq!(left(bench.folder.path()), before, "{source}");
    }
}

#[test]
fn a_target_is_a_file() {
    let bench = Bench::new().file("disk.raw", "a disk").file("folder.raw/kept", "");
    let before = left(bench.folder.path());
    for target in ["folder.raw", "disk.raw/new.raw", "/proc/new.raw"] {
        let ran = limited(&bench, &["convert", "-force", "disk.raw", target]);
        assert!(ran.code == 1 && ran.stdout.contains(&format!("`{target}`")), "{target}: {}", ran.stdout);
        assert_eq!(left(bench.folder.path()), before, "{target}");
    }
}
