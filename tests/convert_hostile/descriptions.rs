//! Machines' descriptions that name what is not theirs.

use fs_err as fs;

use crate::bench::Bench;
use crate::{left, limited};

fn naming(files: &[&str]) -> String {
    let files: Vec<String> = files.iter().map(|file| format!("<File href=\"{file}\"/>")).collect();
    format!("<Envelope><References>{}</References></Envelope>", files.concat())
}

/// What is no disk may be missing, names may be written as URIs, and of several disks one is named.
#[test]
fn a_description_tells_which_files_are_disks() {
    let bench = Bench::new().file("my vm.raw", "a disk").file("a%20b.raw", "b disk").file("two.img", "another");
    let disks = |ids: &str| {
        let files =
            "<File id='a' href='./my%20vm.raw'/><File id='b' href='a%20b.raw'/><File id='c' href='gone.nvram'/>";
        let disks: Vec<String> = ids.chars().map(|id| format!("<Disk fileRef='{id}'/>")).collect();
        let disks = disks.concat();
        format!("<Envelope><References>{files}</References><DiskSection>{disks}</DiskSection></Envelope>")
    };
    let table = [
        (disks("a"), &[][..], "a disk"),
        (disks("b"), &[], "b disk"),
        (disks("ab"), &["-disk", "a%20b.raw"], "b disk"),
        (naming(&["two.img", "missing"]), &["-disk", "two.img"], "another"),
    ];
    for (text, words, expected) in table {
        fs::write(bench.path("vm.OVF"), &text).unwrap();
        let ran = limited(&bench, &[&["convert", "-force", "vm.OVF", "out.raw"], words].concat());
        assert_eq!(ran.code, 0, "{text}: {}", ran.stdout);
        assert_eq!(fs::read_to_string(bench.path("out.raw")).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_description_names_files_beside_it() {
    let bench = Bench::new().file("one.raw", "a disk").file("two.img", "a disk").file("notes", "").file("in/x.raw", "");
    std::os::unix::fs::symlink("one.raw", bench.path("link.raw")).unwrap();
    crate::write(&bench, &crate::qcow2::over("lies.qcow2", "one.raw", "raw"));
    let entity = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Envelope>&e;</Envelope>";
    let table = [
        (naming(&["../one.raw"]), "the name `../one.raw` in it is not of a file beside it"),
        (naming(&["/etc/shadow"]), "the name `/etc/shadow` in it is not of a file beside it"),
        (naming(&["in/x.raw"]), "is not of a file beside it"),
        (naming(&[".."]), "is not of a file beside it"),
        (naming(&[""]), "is not of a file beside it"),
        (naming(&["link.raw"]), "`link.raw`, which it names, is a link or a device"),
        (naming(&["in"]), "`in`, which it names, is a link or a device"),
        (naming(&["missing.raw"]), "`missing.raw`, which it names, cannot be read: No such file"),
        (naming(&["one.raw", "two.img"]), "it holds several disks, `one.raw`, `two.img`; name one of them with -disk"),
        (naming(&["notes"]), "there is no disk in it, but `notes`"),
        (naming(&[]), "there is no disk in it, but nothing"),
        (naming(&["lies.qcow2"]), "`lies.qcow2` cannot be read: it lies on"),
        (naming(&["gone\u{9b}"]), "gone\\u{9b}` in it is not of a file beside it"),
        (format!("<Envelope {}/>", "a='' ".repeat(1500)), "an element in it has more than 1000 attributes"),
        (entity.to_owned(), "cannot read the machine's description `bad.ovf`"),
        ("no XML".to_owned(), "cannot read the machine's description `bad.ovf`"),
        (" ".repeat(5 << 20), "at most 4194304 are read"),
    ];
    for (text, expected) in table {
        fs::write(bench.path("bad.ovf"), text).unwrap();
        let before = left(bench.folder.path());
        let ran = limited(&bench, &["convert", "bad.ovf", "out.raw"]);
        assert!(ran.code == 1 && ran.stdout.contains(expected), "{expected}: {} {}", ran.code, ran.stdout);
        assert_eq!(left(bench.folder.path()), before, "{expected}");
        println!("| {} | {} |", ran.stdout.trim(), ran.code);
    }
}
