//! Bad input gets one clear error with the place and the fix, Packer's exit code, and loses nothing.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/boot_sectors.rs"]
mod boot_sectors;
#[path = "bad_input/failing_builds.rs"]
mod failing_builds;
#[path = "bad_input/hcl_templates.rs"]
mod hcl_templates;
#[path = "bad_input/hostile_texts.rs"]
mod hostile_texts;
#[path = "bad_input/json_templates.rs"]
mod json_templates;
#[path = "support/ssh_server.rs"]
mod ssh_server;
#[path = "support/surroundings.rs"]
mod surroundings;
#[path = "support/tools.rs"]
mod tools;

use bench::{Bench, Ran};
use tools::tool_or_skip;

/// A template that is right as long as nobody changes it; `options` are laid over the builder's.
fn template(options: &str, rest: &str) -> String {
    format!(
        r#"{{
  "builders": [{{
    "type": "qemu",
    "iso_url": "installer.iso",
    "iso_checksum": "none",
    "ssh_username": "vagrant",
    "ssh_password": "vagrant",
    "output_directory": "output"{options}
  }}]{rest}
}}"#
    )
}

fn bench(options: &str, rest: &str) -> Bench {
    Bench::new().file("t.json", &template(options, rest)).file("installer.iso", "not really")
}

/// Fails with Packer's code, says all of `parts`, and leaves the folder as it was.
fn refuses(bench: &Bench, arguments: &[&str], parts: &[&str]) -> Ran {
    let before = bench.listing();
    let ran = bench.run(arguments);
    assert_eq!(ran.code, 1, "{arguments:?}\n{}{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(ran.stdout.contains(part), "{arguments:?} should say `{part}`:\n{}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(bench.listing(), before, "{arguments:?} left something behind");
    ran
}

#[test]
fn malformed_json_names_line_and_column() {
    let bench = Bench::new().file("t.json", "{\n  \"builders\": [,]\n}\n");
    refuses(&bench, &["validate", "t.json"], &["t.json:2:", "\"builders\": [,]"]);
}

#[test]
fn an_unknown_option_gets_a_suggestion() {
    refuses(
        &bench(r#", "headles": true"#, ""),
        &["validate", "t.json"],
        &["headles", "did you mean `headless`", "t.json:"],
    );
}

#[test]
fn a_repeated_key_is_refused() {
    refuses(&bench(r#", "memory": 1, "memory": 2"#, ""), &["validate", "t.json"], &["memory", "t.json:"]);
}

#[test]
fn a_missing_required_variable_is_named() {
    let bench = bench("", ", \"variables\": {\n\"one\": null,\n\"two\": null,\n\n\n\n\"three\": \"3\"}");
    let ran = refuses(&bench, &["build", "t.json"], &["one", "two"]);
    assert!(!ran.stdout.contains("three"));
}

#[test]
fn a_missing_variable_file_is_named() {
    refuses(&bench("", ""), &["build", "-var-file=gone.json", "t.json"], &["gone.json", "No such file"]);
}

#[test]
fn a_malformed_variable_is_shown_with_the_right_form() {
    refuses(&bench("", ""), &["build", "-var", "novalue", "t.json"], &["novalue", "name=value"]);
}

#[test]
fn an_unknown_type_gets_a_place_and_a_suggestion() {
    let builder = Bench::new().file("t.json", &template("", "").replace("qemu", "qemo"));
    refuses(&builder, &["build", "t.json"], &["qemo", "t.json:3:", "did you mean `qemu`"]);
    let post_processor = bench("", ",\n\"post-processors\": [{\"type\": \"vagrent\"}]");
    refuses(&post_processor, &["build", "t.json"], &["vagrent", "t.json:10:", "did you mean `vagrant`"]);
    let provisioner = bench("", ",\n\"provisioners\": [{\"type\": \"shel\"}]");
    refuses(&provisioner, &["build", "t.json"], &["shel", "t.json:10:", "did you mean `shell`"]);
}

#[test]
fn a_missing_script_is_named_before_any_machine_starts() {
    let bench = bench("", r#", "provisioners": [{"type": "shell", "scripts": ["gone.sh", "lost.sh"]}]"#);
    refuses(&bench, &["build", "t.json"], &["gone.sh", "lost.sh"]);
}

#[test]
fn a_missing_image_or_folder_is_named_before_any_machine_starts() {
    let bench = Bench::new().file("t.json", &template(r#", "http_directory": "seeds""#, ""));
    refuses(&bench, &["build", "t.json"], &["installer.iso", "seeds"]);
}

#[test]
fn an_output_folder_that_exists_is_kept() {
    let bench = bench("", "").file("output/disk", "precious");
    refuses(&bench, &["build", "t.json"], &["output", "-force"]);
    assert_eq!(fs_err::read_to_string(bench.path("output/disk")).unwrap(), "precious");
}

#[test]
fn a_template_that_is_not_there_is_named() {
    refuses(&Bench::new(), &["build", "nowhere.json"], &["nowhere.json"]);
}

#[test]
fn no_qemu_is_said_with_the_way_to_get_it() {
    let empty = bench("", "").file("bin/nothing", "");
    let path = empty.path("bin");
    let bench = empty.env("PATH", path);
    refuses(&bench, &["build", "t.json"], &["qemu-system-x86_64"]);
}

#[test]
fn an_accelerator_that_cannot_run_names_the_way_out() {
    if tool_or_skip("qemu-system-x86_64").is_none() || tool_or_skip("qemu-img").is_none() {
        return;
    }
    // No x86 Linux host has it.
    let bench = bench(r#", "accelerator": "hvf""#, "");
    refuses(&bench, &["build", "t.json"], &["hvf", "-accelerator"]);
}

#[test]
fn no_free_port_names_the_option() {
    if tool_or_skip("qemu-system-x86_64").is_none() || tool_or_skip("qemu-img").is_none() {
        return;
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let bench = bench(&format!(r#", "accelerator": "tcg", "host_port_min": {port}, "host_port_max": {port}"#), "");
    refuses(&bench, &["build", "t.json"], &["host_port_m", &port.to_string()]);
}

#[test]
fn a_guest_that_never_answers_is_given_up_with_evidence() {
    if tool_or_skip("qemu-system-x86_64").is_none() || tool_or_skip("qemu-img").is_none() {
        return;
    }
    let options =
        r#", "accelerator": "tcg", "headless": true, "boot_wait": "-1s", "disk_size": "16M", "ssh_timeout": "2s""#;
    let bench = bench(options, "");
    let ran = refuses(&bench, &["build", "t.json"], &["no SSH session", "2 s", "screen.png"]);
    assert!(ran.stdout.contains("no artifacts were created"), "{}", ran.stdout);
    assert!(bench.cache_files().iter().any(|name| name.ends_with("screen.png")), "{:?}", bench.cache_files());
}

#[test]
fn the_value_of_a_sensitive_variable_is_never_shown() {
    let rest = r#", "variables": {"word": ""}, "sensitive-variables": ["word"],
      "provisioners": [{"type": "shell", "inline": ["echo {{user `word`}}"]}]"#;
    let bench = bench("", rest);
    for arguments in [["plan", "-var", "word=hunter2", "t.json"], ["inspect", "-var", "word=hunter2", "t.json"]] {
        let ran = bench.run(&arguments);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{}", ran.stdout);
    }
}

#[test]
fn usage_errors_have_packers_exit_codes() {
    let bench = Bench::new();
    for (arguments, code) in [
        (&[][..], 127),
        (&["bild"], 127),
        (&["build"], 1),
        (&["build", "-no-such-flag", "t.json"], 1),
        (&["build", "-on-error=never", "t.json"], 1),
        (&["build", "-var", "novalue", "t.json"], 1),
        (&["--help"], 0),
        (&["build", "-h"], 0),
        (&["-v"], 0),
        (&["version"], 0),
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stdout);
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{arguments:?}: {}", ran.stderr);
    }
}
