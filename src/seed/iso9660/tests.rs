//! Whole images, read back by other programs.

use fs_err as fs;

use super::*;
use crate::process::{Cmd, tool_or_skip};

fn sample() -> Tree {
    let mut tree = Tree::default();
    tree.insert_text("user-data", "#cloud-config\n").unwrap();
    tree.insert_text("meta-data", "").unwrap();
    tree.insert_text("a/b/c/d/e/f/g/h/i/j/deep.txt", "deep").unwrap();
    tree.insert_text(&format!("{}.conf", "long-name-".repeat(20)), "long").unwrap();
    tree.insert_text(&"x".repeat(255), "longest").unwrap();
    tree.insert_text("Größe und Raum.TXT", "unicode").unwrap();
    for number in 0..300 {
        tree.insert_text(&format!("many/file-{number:03}"), &number.to_string()).unwrap();
    }
    tree
}

fn image(tree: &Tree, label: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.iso");
    let size = write(tree, label, &path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), size);
    (folder, path)
}

/// The paths and texts of the sample, as another program must find them.
fn expected() -> Vec<(String, String)> {
    let tree = sample();
    let texts = tree.iter().filter_map(|(path, node)| match node {
        super::super::tree::Node::File(content) => match &content.source {
            Source::Text(text) => Some((path.join("/"), text.clone())),
            Source::Host(_) => None,
        },
        super::super::tree::Node::Folder => None,
    });
    texts.collect()
}

#[test]
fn the_same_files_give_the_same_image() {
    let (_first, first) = image(&sample(), "cidata");
    let (_second, second) = image(&sample(), "cidata");
    assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
}

#[test]
fn limits_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("seed.iso");
    let long = "l".repeat(33);
    assert!(matches!(write(&Tree::default(), &long, &target), Err(Error::Label { label }) if label == long));
    let big = folder.path().join("big");
    fs::File::create(&big).unwrap().set_len(1 << 32).unwrap();
    let mut tree = Tree::default();
    for found in super::super::walk::walk(&big).unwrap() {
        tree.insert_found(vec!["big".to_owned()], found).unwrap();
    }
    assert!(matches!(write(&tree, "l", &target), Err(Error::FileTooLarge { size, .. }) if size == 1 << 32));
}

#[test]
fn a_file_that_changes_meanwhile_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "before").unwrap();
    let mut tree = Tree::default();
    for found in super::super::walk::walk(&file).unwrap() {
        tree.insert_found(vec!["file".to_owned()], found).unwrap();
    }
    fs::write(&file, "afterwards").unwrap();
    assert!(matches!(write(&tree, "l", &folder.path().join("i")), Err(Error::Changed { path }) if path == file));
}

/// bsdtar is not strict, but it reads Rock Ridge and Joliet on their own.
#[tokio::test]
async fn bsdtar_reads_all_files_back_by_either_extension() {
    let Some(bsdtar) = tool_or_skip("bsdtar") else { return };
    let (_folder, path) = image(&sample(), "cidata");
    let tar =
        |option: &str| Cmd::new("env").arg("LC_ALL=C.UTF-8").arg(&bsdtar).args(["--options", option, "-xf"]).arg(&path);
    let out = tempfile::tempdir().unwrap();
    tar("!joliet").arg("-C").arg(out.path()).run().await.unwrap();
    for (name, text) in expected() {
        assert_eq!(fs::read_to_string(out.path().join(&name)).unwrap(), text, "{name}");
    }
    let out = tempfile::tempdir().unwrap();
    tar("!rockridge").arg("-C").arg(out.path()).run().await.unwrap();
    for name in ["user-data", "a/b/c/d/e/f/g/h/i/j/deep.txt", "many/file-299"] {
        assert!(out.path().join(name).is_file(), "{name}");
    }
}

#[tokio::test]
async fn xorriso_accepts_the_image_and_finds_every_file() {
    let Some(xorriso) = tool_or_skip("xorriso") else { return };
    let (_folder, path) = image(&sample(), "cidata");
    // Anything from a warning on makes it fail.
    let checked = Cmd::new(xorriso)
        .args(["-abort_on", "WARNING", "-return_with", "WARNING", "32", "-indev"])
        .arg(&path)
        .args(["-pvd_info", "-find", "/", "-type", "f", "-exec", "report_lba"])
        .run()
        .await
        .unwrap();
    assert!(checked.stdout.contains("Volume Id    : cidata"), "{}", checked.stdout);
    for (name, text) in expected() {
        let line = checked.stdout.lines().find(|line| line.ends_with(&format!("'/{name}'")));
        let size = line.and_then(|line| line.split(',').nth(3)).map(|size| size.trim().to_owned());
        assert_eq!(size, Some(text.len().to_string()), "{name}");
    }
}

#[tokio::test]
async fn isoinfo_reads_both_trees() {
    let Some(isoinfo) = tool_or_skip("isoinfo") else { return };
    let (_folder, path) = image(&sample(), "cidata");
    for tree in ["-J", "-R"] {
        let listed = Cmd::new(&isoinfo).args([tree, "-f", "-i"]).arg(&path).run().await.unwrap();
        for name in ["/user-data", "/meta-data", "/a/b/c/d/e/f/g/h/i/j/deep.txt", "/many/file-299"] {
            assert!(listed.stdout.lines().any(|line| line == name), "{tree} {name}: {}", listed.stdout);
        }
        assert_eq!(listed.stderr, "");
    }
    let read = Cmd::new(&isoinfo).args(["-R", "-x", "/user-data", "-i"]).arg(&path).run().await.unwrap();
    assert_eq!(read.stdout, "#cloud-config\n");
}
