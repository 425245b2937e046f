//! Packer as the judge: files that nobody has formatted, and what they are formatted to, byte for byte.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/tools.rs"]
mod tools;

use std::path::{Path, PathBuf};

use bench::Bench;
use boxwright::process::Cmd;
use boxwright::source::SourceFile;
use boxwright::template::format_hcl;
use tools::tool_or_skip;

/// What 1.6.6 formats in another way: it writes `! x`, which Packer 1.7 undid, and it loses the indentation
/// behind an interpolation of several lines in a heredoc.
const DIFFERENCES: [&str; 2] = ["negation.pkr.hcl", "heredoc_with_an_interpolation_of_several_lines.pkr.hcl"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fmt").join(name)
}

fn texts(name: &str) -> Vec<(String, String)> {
    let entries = fs_err::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut texts: Vec<_> = entries.map(|path| (name(&path), fs_err::read_to_string(&path).unwrap())).collect();
    texts.sort();
    texts
}

fn formatted(name: &str, text: &str) -> String {
    format_hcl(&SourceFile::new(name, text)).unwrap_or_else(|found| panic!("{name}: {found:?}"))
}

#[test]
fn ugly_files_become_neat_and_neat_ones_stay() {
    let (ugly, neat) = (texts("ugly"), texts("neat"));
    assert_eq!(ugly.len(), neat.len());
    for ((name, ugly), (neat_name, neat)) in ugly.iter().zip(&neat) {
        assert_eq!(name, neat_name);
        assert_eq!(formatted(name, ugly), *neat, "{name}");
        assert_eq!(formatted(name, neat), *neat, "{name}, once more");
    }
}

#[tokio::test]
async fn packer_makes_the_same_of_them() {
    let Some(packer) = tool_or_skip("packer") else { return };
    let mut bench = Bench::new();
    for (name, text) in texts("ugly") {
        bench = bench.file(&name, &text);
    }
    // A folder is formatted in one go.
    let command = Cmd::new(packer).arg("fmt").arg(bench.path("")).env("CHECKPOINT_DISABLE", "1");
    command.output().await.expect("packer formats the files");
    for (name, neat) in texts("neat") {
        let packers = fs_err::read_to_string(bench.path(&name)).unwrap();
        assert_eq!(packers == neat, !DIFFERENCES.contains(&&*name), "{name}: {packers}");
    }
}

#[test]
fn check_names_the_files_and_writes_nothing() {
    let bench = Bench::new().file("d/b.pkr.hcl", "a=1\n").file("d/a.pkrvars.hcl", "a = 1\n");
    let ran = bench.run(&["fmt", "-check", "d"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (3, "d/b.pkr.hcl\n", ""));
    assert_eq!(fs_err::read_to_string(bench.path("d/b.pkr.hcl")).unwrap(), "a=1\n");
    let ran = bench.run(&["fmt", "d"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "d/b.pkr.hcl\n"));
    assert_eq!(fs_err::read_to_string(bench.path("d/b.pkr.hcl")).unwrap(), "a = 1\n");
    assert_eq!(bench.run(&["fmt", "-check", "d"]).code, 0);
}

#[test]
fn diff_shows_what_changes() {
    let bench = Bench::new().file("a.pkr.hcl", "a=1\n");
    let ran = bench.run(&["fmt", "-diff", "--write=false", "a.pkr.hcl"]);
    let expected = "a.pkr.hcl\n--- old/a.pkr.hcl\n+++ new/a.pkr.hcl\n@@ -1 +1 @@\n-a=1\n+a = 1\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, expected));
    assert_eq!(fs_err::read_to_string(bench.path("a.pkr.hcl")).unwrap(), "a=1\n");
}

#[test]
fn one_broken_file_does_not_stop_the_others() {
    let bench = Bench::new().file("a.pkr.hcl", "a = {\n").file("b.pkr.hcl", "b=1\n").file("c.hcl", "c=1\n");
    let ran = bench.run(&["fmt", "a.pkr.hcl", "b.pkr.hcl", "c.hcl", "gone.pkr.hcl"]);
    assert_eq!(ran.code, 1);
    assert_eq!(fs_err::read_to_string(bench.path("b.pkr.hcl")).unwrap(), "b = 1\n");
    for part in ["a.pkr.hcl:2:1", "c.hcl is no HCL2 file", "gone.pkr.hcl"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}
