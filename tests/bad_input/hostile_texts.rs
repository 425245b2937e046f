//! Texts made to harm: too deep, too large, endless, in the wrong encoding, growing without bound. Each is
//! refused with one clear error, and none may take more memory than a normal large template.

use std::fmt::Write;

use crate::bench::{Bench, Ran};

/// KiB of address space for the whole program.
const MEMORY: usize = 400 * 1024;

/// Runs `validate` with little memory; a program that asks for more ends by a signal and not with a code.
fn validate(bench: &Bench, words: &str) -> Ran {
    bench.run_in("sh", &["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" validate {words}")])
}

/// Fails with Packer's code, one page of text and all of `parts`.
fn refused(bench: &Bench, words: &str, parts: &[&str]) {
    let ran = validate(bench, words);
    let shown: String = ran.stdout.chars().take(2000).collect();
    assert_eq!(ran.code, 1, "{words}\n{shown}{}", ran.stderr);
    assert!(ran.stdout.len() < 100_000 && ran.stderr.is_empty(), "{words}: {} bytes", ran.stdout.len());
    for part in parts {
        assert!(ran.stdout.contains(part), "{words} should say `{part}`:\n{shown}");
    }
}

/// The same for one text, in a file whose name tells the language.
fn refused_text(name: &str, text: &str, parts: &[&str]) {
    refused(&Bench::new().file(name, text), name, parts);
}

const GOOD: &str = r#""builders": [{"type": "null", "communicator": "none"}]"#;

const GOOD_HCL: &str = "source \"null\" \"a\" {\n  communicator = \"none\"\n}\nbuild {\n  sources = [\"null.a\"]\n}\n";

#[test]
fn deep_nesting() {
    refused_text("t.json", &"[".repeat(100_000), &["nested more than", "t.json:1:"]);
    refused_text("t.json", &r#"{"a":"#.repeat(100_000), &["nested more than", "t.json:1:"]);
    refused_text("t.pkr.json", &r#"{"locals":"#.repeat(100_000), &["nested more than", "t.pkr.json:1:"]);
    for opening in ["[", "(", "{a=", "!", "-", "\"${", "true ? 1 : ", "[for a in ", "f("] {
        let text = format!("locals {{\n  a = {}\n}}\n", opening.repeat(100_000));
        refused_text("t.pkr.hcl", &text, &["nested more than", "t.pkr.hcl:2:"]);
    }
    refused_text("t.pkr.hcl", &"a {\n".repeat(100_000), &["nested more than"]);
    let text =
        format!("{{{GOOD}, \"description\": \"\", \"variables\": {{\"a\": \"{}\"}}}}", "{{if 1}}".repeat(100_000));
    refused_text("t.json", &text, &["blocks are nested more than", "variable `a`"]);
    let text = format!("{{{GOOD}, \"variables\": {{\"a\": \"{{{{{}}}}}\"}}}}", "(".repeat(100_000));
    refused_text("t.json", &text, &["parentheses are nested more than", "variable `a`"]);
}

#[test]
fn huge_numbers() {
    let digits = "9".repeat(400);
    for number in ["1e999999999", "-1e999999999", &digits] {
        let text = format!(r#"{{"builders": [{{"type": "null", "communicator": "none", "ssh_port": {number}}}]}}"#);
        refused_text("t.json", &text, &["`ssh_port`", "t.json:1:"]);
        let text = GOOD_HCL.replace("communicator", &format!("ssh_port = {number}\n  communicator"));
        refused_text("t.pkr.hcl", &text, &["t.pkr.hcl:2:"]);
    }
    for expression in ["pow(10, 1e9)", "1e999 * 1e999", "10 % 1e-999999"] {
        let text = format!("locals {{\n  a = {expression}\n}}\n{GOOD_HCL}");
        refused_text("t.pkr.hcl", &text, &["more than 1000 digits", "t.pkr.hcl:2:"]);
    }
}

#[test]
fn values_that_need_themselves() {
    let circle = r#""variables": {"a": "{{user `b`}}", "b": "{{user `a`}}"}"#;
    refused_text("t.json", &format!("{{{GOOD}, {circle}}}"), &["variable `a`", "in a circle", "t.json:1:"]);
    let itself = r#""variables": {"a": "{{user `a`}}x"}"#;
    refused_text("t.json", &format!("{{{GOOD}, {itself}}}"), &["variable `a`", "in a circle", "t.json:1:"]);
    let circle = "locals {\n  a = local.b\n  b = local.a\n}\n";
    refused_text("t.pkr.hcl", &format!("{circle}{GOOD_HCL}"), &["in a circle: local.a -> local.b -> local.a"]);
}

#[test]
fn values_that_double() {
    let mut variables = String::from(r#""v60": "0123456789""#);
    let mut locals = String::from("  v60 = \"0123456789\"\n");
    for number in 0..60 {
        let next = number + 1;
        write!(variables, ", \"v{number}\": \"{{{{user `v{next}`}}}}{{{{user `v{next}`}}}}\"").unwrap();
        writeln!(locals, "  v{number} = \"${{local.v{next}}}${{local.v{next}}}\"").unwrap();
    }
    refused_text("t.json", &format!("{{{GOOD}, \"variables\": {{{variables}}}}}"), &["grows beyond", "t.json:1:"]);
    refused_text("t.pkr.hcl", &format!("locals {{\n{locals}}}\n{GOOD_HCL}"), &["grow beyond", "t.pkr.hcl:"]);
    let read_again = r#"{{`{{user "a"}}{{user "a"}}`}}"#.replace('"', "\\\"");
    let builder = r#""builders": [{"type": "null", "ssh_host": "{{user `a`}}", "ssh_username": "a"}]"#;
    let provisioner = r#""provisioners": [{"type": "shell", "inline": ["a"], "execute_command": "{{user `a`}}"}]"#;
    let text = format!("{{{builder}, {provisioner}, \"variables\": {{\"a\": \"{read_again}\"}}}}");
    refused_text("t.json", &text, &["grows beyond"]);
}

#[test]
fn other_encodings() {
    let text = format!("{{{GOOD}}}");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [utf_16.clone(), [&[0xff, 0xfe], &utf_16[..]].concat()] {
        for name in ["t.json", "t.pkr.hcl", "t.pkr.json"] {
            let bench = Bench::new();
            fs_err::write(bench.path(name), &bytes).unwrap();
            refused(&bench, name, &[name, "UTF-16", "UTF-8"]);
        }
    }
    let bench = Bench::new();
    let latin_1 = text.replace("\"null\"", "\"null\", \"ssh_host\": \"caf@\"").replace('@', "\u{1}");
    let latin_1: Vec<u8> = latin_1.bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    fs_err::write(bench.path("t.json"), &latin_1).unwrap();
    let ran = validate(&bench, "t.json");
    // As Packer, but it is said.
    assert!(ran.code == 0 && ran.stdout.contains("warning: the template is not UTF-8 text"), "{}", ran.stdout);
    fs_err::write(bench.path("t.pkr.hcl"), b"locals {\n  a = \"caf\xe9\"\n}\n").unwrap();
    refused(&bench, "t.pkr.hcl", &["not UTF-8", "t.pkr.hcl, line 2, column 11"]);
    refused_text("t.json", "{\"builders\": [\0]}", &["t.json:1:15"]);
    refused_text("t.pkr.hcl", "locals {\n  a = \0\n}\n", &["t.pkr.hcl:2:"]);
}

#[test]
fn marks_and_line_ends_of_windows_are_accepted() {
    let json = format!("\u{feff}{{\n{GOOD}\n}}\n").replace('\n', "\r\n");
    let hcl = format!("\u{feff}locals {{\n  a = <<EOT\nx\nEOT\n}}\n{GOOD_HCL}").replace('\n', "\r\n");
    for (name, text) in [("t.json", &json), ("t.pkr.hcl", &hcl), ("t.pkr.json", &String::from("\u{feff}{}\r\n"))] {
        let ran = validate(&Bench::new().file(name, text), &format!("-syntax-only {name}"));
        assert_eq!(ran.code, 0, "{name}: {}", ran.stdout);
    }
}

#[test]
fn files_of_a_hundred_megabytes() {
    let bench = Bench::new().file("t.json", &format!("{{\"variables\": {{\"a\": \"\"}}, {GOOD}}}"));
    for (name, head, tail) in [
        ("long.json", "{\"builders\": \"", "\"}"),
        ("long.pkr.hcl", "locals {\n  a = \"", "\"\n}\n"),
        ("long.pkr.json", "{\"locals\": {\"a\": \"", "\"}}"),
        ("vars.json", "{\"a\": \"", "\"}"),
        ("vars.pkrvars.hcl", "a = \"", "\"\n"),
    ] {
        let text = format!("{head}{}{tail}", "x".repeat(100_000_000));
        fs_err::write(bench.path(name), text).unwrap();
    }
    for words in ["long.json", "long.pkr.hcl", "long.pkr.json", "-var-file=vars.json t.json"] {
        refused(&bench, words, &["is larger than 8 MiB", "one names large files"]);
    }
    let hcl = bench.file("t.pkr.hcl", &format!("variable \"a\" {{}}\n{GOOD_HCL}"));
    refused(&hcl, "-var-file=vars.pkrvars.hcl t.pkr.hcl", &["vars.pkrvars.hcl is larger than 8 MiB"]);
}

#[test]
fn millions_of_things() {
    let many = |count: usize, text: &str| vec![text; count].join(",");
    refused_text("t.json", &format!("{{\"builders\": [{}]}}", many(1_000_000, "{}")), &["more than 500000 values"]);
    refused_text("t.pkr.hcl", &format!("locals {{\n  a = [{}]\n}}\n", many(1_000_000, "1")), &["more than 500000"]);
    refused_text("t.pkr.hcl", &"a {}\n".repeat(1_000_000), &["more than 500000"]);
    let named = |count: usize, make: fn(usize) -> String| (0..count).map(make).collect::<Vec<_>>().join(",");
    let builders = named(20_000, |index| format!(r#"{{"type": "null", "communicator": "none", "name": "n{index}"}}"#));
    refused_text("t.json", &format!("{{\"builders\": [{builders}]}}"), &["20000 builds are selected", "-only"]);
    let variables = named(100_000, |index| format!("\"v{index}\": \"{{{{user `v{}`}}}}\"", index + 1));
    refused_text("t.json", &format!("{{{GOOD}, \"variables\": {{{variables}}}}}"), &["`v0`", "more"]);
}

#[test]
fn builds_times_components() {
    let builder = |index: usize| format!(r#"{{"type": "null", "communicator": "none", "name": "n{index}"}}"#);
    let builders = (0..5000).map(builder).collect::<Vec<_>>().join(",");
    let provisioners = vec![r#"{"type": "shell", "inline": ["a"]}"#; 5000].join(",");
    let text = format!("{{\"builders\": [{builders}], \"provisioners\": [{provisioners}]}}");
    refused_text("t.json", &text, &["too many provisioners and post-processors together", "-only"]);
}

#[test]
fn of_a_million_errors_the_first_are_shown() {
    let options = (0..300_000).map(|index| format!("\"k{index}\": 1")).collect::<Vec<_>>().join(",");
    let text = format!(r#"{{"builders": [{{"type": "null", "communicator": "none", {options}}}]}}"#);
    refused_text("t.json", &text, &["unknown option `k0`", "and 299900 errors more"]);
    refused_text(
        "t.json",
        &format!("{{{GOOD}, {}}}", vec!["\"a\": 1"; 300_000].join(",")),
        &["key `a` is repeated", "errors more"],
    );
    refused_text("t.pkr.hcl", &"$\n".repeat(1_000_000), &["t.pkr.hcl:1:1"]);
}

#[test]
fn things_that_are_not_files() {
    let bench = Bench::new().file("t.json", &format!("{{{GOOD}}}")).file("folder/notes.txt", "no template");
    let made = bench.run_in("sh", &["-c", "mkfifo pipe pipe.pkr.hcl"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    refused(&bench, "/dev/zero", &["/dev/zero is larger than 8 MiB"]);
    refused(&bench, "- < /dev/zero", &["the standard input is larger than 8 MiB"]);
    refused(&bench, "/dev/null", &["unexpected end"]);
    refused(&bench, "pipe", &["pipe", "no program writes to"]);
    refused(&bench, "pipe.pkr.hcl", &["pipe", "no program writes to"]);
    refused(&bench, "-var-file=pipe t.json", &["pipe", "no program writes to"]);
    refused(&bench, "-var-file=/dev/zero t.json", &["/dev/zero is larger than 8 MiB"]);
    refused(&bench, "folder", &["holds no template", ".pkr.hcl"]);
}
