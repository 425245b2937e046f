//! Inputs that once failed in a fuzz target (`scripts/fuzz`), or were slow or large before there were
//! bounds: they must end, without a panic.

#![cfg(test)]

use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
pub mod targets;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz_regressions").join(target);
    let inputs: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!inputs.is_empty());
    for input in inputs {
        println!("{}", input.display());
        run(&fs_err::read(&input).unwrap());
    }
}

#[test]
fn boot_command() {
    replay("boot_command", targets::boot_command);
}

#[test]
fn hcl() {
    replay("hcl", targets::hcl);
}

#[test]
fn hcl_json() {
    replay("hcl_json", targets::hcl_json);
}

#[test]
fn interpolate() {
    replay("interpolate", targets::interpolate);
}

#[test]
fn json() {
    replay("json", targets::json);
}

#[test]
fn variable_files() {
    replay("variable_files", targets::variable_files);
}

#[test]
fn vdi() {
    replay("vdi", targets::vdi);
}
