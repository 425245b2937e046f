//! Packer as the judge: old keys are written anew as `packer fix` writes them, byte for byte.
//!
//! `fix/old.json` has a component for each kind of old key, `fix/fixed.json` is what Packer 1.6.6 makes of it.
//! Where Packer leaves what it then refuses, ours goes further; the tests beside the fixers have those.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/tools.rs"]
mod tools;

use bench::Bench;
use boxwright::process::Cmd;
use tools::tool_or_skip;

const OLD: &str = include_str!("fix/old.json");
const FIXED: &str = include_str!("fix/fixed.json");

#[test]
fn old_keys_are_rewritten_as_recorded() {
    let ran = Bench::new().file("old.json", OLD).run(&["fix", "-validate=false", "old.json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, FIXED), "{}", ran.stderr);
    assert!(ran.stderr.contains("`ssh_wait_timeout` is the old name of `ssh_timeout`"), "{}", ran.stderr);
}

#[tokio::test]
async fn the_record_is_what_packer_writes() {
    if tool_or_skip("packer").is_none() {
        return;
    }
    let bench = Bench::new().file("old.json", OLD);
    let command = Cmd::new("packer").args(["fix", "-validate=false"]).arg(bench.path("old.json"));
    let output = command.env("CHECKPOINT_DISABLE", "1").output().await.expect("packer rewrites the template");
    assert_eq!(output.stdout, FIXED);
}

#[test]
fn a_rewritten_template_is_checked() {
    let bench = Bench::new()
        .file(
            "old.json",
            r#"{"builders": [{"type": "virtualbox", "ssh_wait_timeout": "5m"}], "variables": {"v": null}}"#,
        )
        .file("wrong.json", r#"{"builders": [{"name": "x"}]}"#)
        .file("broken.json", "{,}");
    let ran = bench.run(&["fix", "old.json"]);
    assert!(ran.code == 0 && ran.stdout.contains("\"ssh_timeout\": \"5m\""), "{}{}", ran.stdout, ran.stderr);
    let ran = bench.run(&["fix", "wrong.json"]);
    assert!(ran.code == 1 && ran.stdout.contains("\"name\": \"x\""), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("builder 1 has no `type`"), "{}", ran.stderr);
    assert_eq!(bench.run(&["fix", "-validate=false", "wrong.json"]).code, 0);
    let ran = bench.run(&["fix", "broken.json"]);
    assert!(ran.code == 1 && ran.stdout.is_empty() && ran.stderr.contains("broken.json:1:2"), "{}", ran.stderr);
}

#[test]
fn a_template_with_old_keys_is_read_with_a_warning_for_each() {
    let old = r#"{"builders": [{"type": "null", "ssh_host": "h", "ssh_username": "u", "ssh_password": "p",
        "ssh_wait_timeout": "5m"}], "post-processors": ["atlas"]}"#;
    let ran = Bench::new().file("old.json", old).run(&["validate", "-syntax-only", "old.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("`ssh_wait_timeout` is the old name of `ssh_timeout`"), "{}", ran.stdout);
    assert!(ran.stdout.contains("old.json:2:9") && ran.stdout.contains("`atlas`"), "{}", ran.stdout);
}
