//! The small commands, from outside: what is typed, what is printed, how it ends.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;

use bench::{Bench, Ran};
use serde_json::Value;

const LEGACY: &str = r#"{"variables": {"name": "box", "must": null, "word": "hunter2"}, "sensitive-variables": ["word"],
"builders": [{"type": "null", "name": "b-{{user `name`}}", "communicator": "none"}],
"provisioners": [{"type": "shell-local", "inline": ["true"]}]}"#;

const HCL: &str = r#"
packer {
  required_plugins {
    qemu = {
      version = ">= 1.0.0"
      source  = "github.com/hashicorp/qemu"
    }
    cloud = {
      version = "~> 1.2"
      source  = "github.com/somebody/cloud"
    }
  }
}
variable "name" { default = "box" }
variable "must" { type = string }
variable "word" {
  default   = "hunter2"
  sensitive = true
}
locals { names = [var.name, null] }
"#;

fn bench() -> Bench {
    Bench::new().file("t.json", LEGACY).file("t.pkr.hcl", HCL)
}

/// Runs `console` with lines as its standard input.
fn console(arguments: &str, lines: &str) -> Ran {
    let bench = bench().file("lines", lines);
    let words: Vec<&str> = std::iter::once("console").chain(arguments.split_whitespace()).collect();
    let input = std::fs::File::from(fs_err::File::open(bench.path("lines")).unwrap());
    Ran::from(bench.command(&words).stdin(input).output().expect("the program starts"))
}

fn answer(arguments: &str, lines: &str) -> (i32, String) {
    let ran = console(arguments, lines);
    (ran.code, ran.stdout)
}

#[test]
fn console_prints_what_the_last_line_yields() {
    let yields = |text: &str| (0, format!("{text}\n"));
    assert_eq!(answer("", "a\n{{upper `x`}}"), yields("X"));
    assert_eq!(answer("t.json", "{{user `name`}}\nexit\n  {{user `name`}}-{{lower `Y`}}  \n"), yields("box-y"));
    assert_eq!(answer("-var name=other t.json", "{{user `name`}}"), yields("other"));
    assert_eq!(answer("t.json", "x\n\n"), yields(""));
    assert_eq!(answer("-config-type=hcl2", "1 + 1"), yields("2"));
    assert_eq!(answer("t.pkr.hcl", "var.name\nlocal.names"), yields("[\n  \"box\",\n  null,\n]"));
    assert_eq!(answer("-var name=other t.pkr.hcl", "\"${upper(var.name)}!\""), yields("OTHER!"));
}

#[test]
fn console_masks_and_lists() {
    for (template, line) in [("t.json", "{{user `word`}}"), ("t.pkr.hcl", "var.word")] {
        assert_eq!(answer(template, line), (0, "<sensitive>\n".to_owned()));
        let (code, listed) = answer(template, "variables");
        assert!(code == 0 && listed.contains("name") && listed.contains("box"), "{listed}");
        assert!(listed.contains("word") && !listed.contains("hunter2"), "{listed}");
        assert!(answer(template, "help").1.contains("exit"));
    }
}

#[test]
fn console_says_what_is_wrong_with_a_line_and_fails() {
    let (code, text) = answer("t.pkr.hcl", "upperr(var.name)\nvar.name");
    assert_eq!(code, 1);
    assert!(text.contains("<console>:1:1") && text.contains("did you mean `upper`?"), "{text}");
    assert!(text.ends_with("box\n"), "{text}");
    let (code, text) = answer("gone.json", "x");
    assert!(code == 1 && text.contains("gone.json"), "{text}");
}

#[test]
fn init_names_the_plugins_and_needs_no_network() {
    for arguments in
        [&["init", "t.pkr.hcl"][..], &["init", "--upgrade", "t.pkr.hcl"], &["plugins", "required", "t.pkr.hcl"]]
    {
        let ran = bench().run(arguments);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert!(ran.stdout.contains("qemu (github.com/hashicorp/qemu >= 1.0.0) is built in\n"), "{}", ran.stdout);
        assert!(ran.stdout.contains("cloud (github.com/somebody/cloud ~> 1.2) is not built in"), "{}", ran.stdout);
    }
    let ran = bench().run(&["init", "t.json"]);
    assert!(ran.code == 1 && ran.stdout.contains("only HCL2 templates name their plugins"), "{}", ran.stdout);
    let wrong =
        "packer {\n  required_plugins {\n    qemu = { version = \"one\", source = \"github.com/a/qemu\" }\n  }\n}\n";
    let ran = Bench::new().file("t.pkr.hcl", wrong).run(&["init", "t.pkr.hcl"]);
    assert!(ran.code == 1 && ran.stdout.contains("`one` is not a version constraint"), "{}", ran.stdout);
}

#[test]
fn plugins_are_built_in() {
    let ran = bench().run(&["plugins", "installed"]);
    assert!(ran.code == 0 && ran.stdout.contains("builder qemu\n"), "{}", ran.stdout);
    let ran = bench().run(&["plugin", "install", "-force", "-path", "x", "github.com/hashicorp/qemu", "v1.0.0"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "nothing to install: github.com/hashicorp/qemu is built in\n"));
    assert_eq!(bench().run(&["plugins", "remove", "github.com/hashicorp/qemu"]).code, 0);
    assert_eq!(bench().run(&["plugins"]).code, 1);
}

#[test]
fn validate_writes_a_document() {
    let ran = bench().run(&["validate", "-format=json", "t.json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &document["valid"]), (1, &Value::Bool(false)));
    let first = &document["diagnostics"][0];
    assert_eq!(first["message"], "required variable `must` has no value");
    assert_eq!((&first["file"], &first["range"]["start"]["line"]), (&"t.json".into(), &1.into()));
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
    let ran = bench().run(&["validate", "-format=json", "-var", "must=x", "t.json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, document), (0, serde_json::json!({ "valid": true, "diagnostics": [] })));
}

#[test]
fn diagnostics_are_lines_for_programs() {
    let ran = bench().run(&["-machine-readable", "validate", "t.json"]);
    let line = ran.stdout.lines().find(|line| line.contains(",,diagnostic,")).expect("there is one");
    let fields: Vec<_> = line.split(',').skip(2).collect();
    assert_eq!(&fields[..4], ["diagnostic", "error", "t.json", "1"]);
    assert_eq!(fields[5], "required variable `must` has no value");
    assert!(ran.stdout.lines().any(|line| line.ends_with(",,error-kind,user")), "{}", ran.stdout);
}

#[test]
fn inspect_writes_packers_lines() {
    let ran = bench().run(&["inspect", "-machine-readable", "t.json"]);
    let lines: Vec<_> = ran.stdout.lines().filter_map(|line| line.split_once(",,template-")).collect();
    let lines: Vec<_> = lines.iter().map(|(_, line)| *line).collect();
    let expected = [
        "variable,must,,1",
        "variable,name,box,0",
        "variable,word,<sensitive>,0",
        "builder,b-{{user `name`}},null",
        "provisioner,shell-local",
    ];
    assert_eq!(lines, expected);
    assert_eq!(bench().run(&["inspect"]).code, 0);
}

#[test]
fn wrong_words_are_told_as_they_were_typed() {
    for (arguments, part, code) in [
        (&["build"][..], "Usage: boxwright build", 1),
        (&["build", "a", "b"], "Usage: boxwright build", 1),
        (&["build", "-nope", "t.json"], "'-nope'", 1),
        (&["build", "-on-error=no", "t.json"], "'-on-error <ON_ERROR>'", 1),
        (&["validate", "-var", "novalue", "t.json"], "'-var <NAME=VALUE>'", 1),
        (&["nosuch"], "there is no command `nosuch`", 127),
        (&[], "Usage: boxwright", 127),
        (&["validate", "--help"], "-syntax-only", 0),
        (&["-h"], "Usage: boxwright", 0),
    ] {
        let ran = bench().run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stdout);
        assert!(ran.stdout.contains(part) && ran.stderr.is_empty(), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn version_has_the_lines_of_packers() {
    let ran = bench().run(&["-machine-readable", "version"]);
    let kinds: Vec<_> = ran.stdout.lines().filter_map(|line| line.split(',').nth(2)).collect();
    assert_eq!(kinds, ["version", "version-prelease", "version-commit", "boxwright-version", "ui"]);
    assert_eq!(bench().run(&["version"]).stdout.lines().count(), 1);
}

#[test]
fn plain_input_is_formatted_to_plain_output() {
    let bench = bench().file("ugly", "a=1\n");
    for (flags, code, stdout) in [(&[][..], 0, "a = 1\n"), (&["-check"][..], 3, "")] {
        let input = std::fs::File::from(fs_err::File::open(bench.path("ugly")).unwrap());
        let words: Vec<&str> = ["fmt", "-"].iter().chain(flags).copied().collect();
        let ran = Ran::from(bench.command(&words).stdin(input).output().expect("the program starts"));
        assert_eq!((ran.code, ran.stdout.as_str()), (code, stdout));
    }
}
