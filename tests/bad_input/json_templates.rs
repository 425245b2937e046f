//! What a user sees for each kind of mistake in a JSON template: the message, the place, the exit code.

use super::{Bench, refuses};

/// A template with one builder that is right, and what is said of the rest: (the rest, what stands in the message).
const BESIDE_A_BUILDER: [(&str, &[&str]); 27] = [
    // The root.
    (
        r#""zeta": 1, "provisoners": []"#,
        &["unknown key `provisoners`", "did you mean `provisioners`", "unknown key `zeta`"],
    ),
    (r#""_comment": 1"#, &["comment `_comment` must be a string, not a number"]),
    (r#""provisioners": {}"#, &["`provisioners` must be a list, not a map"]),
    (r#""min_packer_version": "99.0.0""#, &["needs Packer 99.0.0 or newer"]),
    (r#""min_packer_version": 1"#, &["`min_packer_version` must be a string, not a number"]),
    // Variables.
    (r#""variables": {"a": null, "b": null}"#, &["required variable `a`", "required variable `b`", "-var 'a=...'"]),
    (r#""variables": {"a": true}"#, &["the default of variable `a` must be a string or null, not a boolean"]),
    (r#""variables": {"a": "{{user `b`}}", "b": "{{user `a`}}"}"#, &["variable `a`", "{{user `b`}}"]),
    (r#""variables": {"a": "{{nosuch}}"}"#, &["variable `a`", "no template function `nosuch`"]),
    // Provisioners.
    (r#""provisioners": [{"inline": ["x"]}]"#, &["provisioner 1 has no `type`"]),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["x"], "only": ["vb"]}]"#,
        &["`only` of provisioner 1 names the builder `vb`"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["x"], "override": {"qemuu": {}}}]"#,
        &["`override` of provisioner 1 names the builder `qemuu`", "did you mean `qemu`"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["x"], "only": ["qemu"], "except": ["qemu"]}]"#,
        &["both `only` and `except`"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["x"], "pause_before": "5"}]"#,
        &["build `qemu`", "`pause_before`"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["x"], "zz": 1, "aa": 2}]"#,
        &["unknown option `aa`", "unknown option `zz`"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["echo {{nosuch}}"]}]"#,
        &["build `qemu`: `inline`: there is no template function `nosuch`", "echo {{nosuch}}"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["{{env `HOME`}}"]}]"#,
        &["`inline`: `env` is not allowed here", "only under `variables`"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["{{build `Nope`}}"]}]"#,
        &["`inline`: `build` has no value `Nope`", "known here: ID, Host"],
    ),
    (
        r#""provisioners": [{"type": "shell-local", "inline": ["x"], "except": ["qem"]}]"#,
        &["`except` of provisioner 1 names the builder `qem`", "did you mean `qemu`"],
    ),
    (
        r#""provisioners": [{"type": "file", "source": "gone.txt", "destination": "/"}]"#,
        &["file to upload `gone.txt` does not exist", "relative paths start at"],
    ),
    (
        r#""provisioners": [{"type": "shel", "inline": ["x"]}]"#,
        &["build `qemu`: unknown provisioner type `shel`", "did you mean `shell`"],
    ),
    (r#""provisioners": [{"type": "shell-local", "scripts": ["gone.sh", "lost.sh"]}]"#, &["gone.sh", "lost.sh"]),
    // Post-processors.
    (r#""post-processors": [[["manifest"]]]"#, &["post-processor 1.1", "a sequence cannot stand inside of a sequence"]),
    (r#""post-processors": [3]"#, &["post-processor 1.1 must be a string, a map or a list of those"]),
    (
        r#""post-processors": [{"type": "manifest", "only": "qemu"}]"#,
        &["`only` of post-processor 1.1 must be a list of strings"],
    ),
    (
        r#""post-processors": [{"type": "manifest", "keep_input_artifact": "true"}]"#,
        &["`keep_input_artifact` of post-processor 1.1 must be true or false"],
    ),
    (r#""post-processors": [{"type": "manifest", "output": ["a"]}]"#, &["`output` must be a string"]),
];

const WHOLE: [(&str, &[&str]); 7] = [
    ("{}", &["the template has no builder", "t.json:1:1"]),
    ("{\"builders\": []}", &["the template has no builder", "t.json:1:14"]),
    ("[]", &["a template is a map, not a list"]),
    ("{\"builders\": [{\"type\": \"null\"},]}", &["a comma stands before the end", "t.json:1:31", "remove the comma"]),
    ("{\"builders\": [{\"name\": \"x\"}]}", &["builder 1 has no `type`", "\"type\": ", "t.json:1:15"]),
    (
        "{\"builders\": [{\"type\": \"null\"}, {\"type\": \"null\"}]}",
        &["builder 2", "the name `null` exists already", "the first one is on line 1"],
    ),
    ("", &["unexpected end"]),
];

#[test]
fn each_mistake_is_named_with_its_place() {
    for (rest, parts) in BESIDE_A_BUILDER {
        let bench = super::bench("", &format!(",\n{rest}"));
        let parts = [parts, &["t.json:10:"]].concat();
        let ran = refuses(&bench, &["validate", "t.json"], &parts);
        assert!(!ran.stdout.contains("must be set"), "a follow-up error: {}", ran.stdout);
    }
}

#[test]
fn templates_that_are_none_are_refused() {
    for (text, parts) in WHOLE {
        refuses(&Bench::new().file("t.json", text), &["validate", "t.json"], parts);
    }
}

#[test]
fn variable_files_hold_strings() {
    let with = |text: &str| super::bench("", "").file("v.json", text);
    refuses(
        &with("{\"a\": 3}"),
        &["validate", "-var-file=v.json", "t.json"],
        &["variable `a` in v.json", "v.json:1:7"],
    );
    refuses(
        &with("[]"),
        &["validate", "-var-file=v.json", "t.json"],
        &["v.json must hold a map of strings, not a list"],
    );
    let hcl = super::bench("", "").file("v.pkrvars.hcl", "a = 1");
    refuses(&hcl, &["validate", "-var-file=v.pkrvars.hcl", "t.json"], &["v.pkrvars.hcl", "JSON"]);
    let null = super::bench("", ", \"variables\": {\"a\": null}").file("v.json", "{\"a\": null}");
    assert_eq!(null.run(&["validate", "-var-file=v.json", "t.json"]).code, 0, "null is the empty text there");
}

#[test]
fn what_only_a_build_needs_does_not_stop_a_look_at_the_syntax() {
    let rest = r#", "variables": {"a": null, "b": "{{user `a`}}", "c": "{{nosuch}}"}, "min_packer_version": "99.0.0",
        "provisioners": [{"type": "shell-local", "only": ["nobody"]}]"#;
    for arguments in [["validate", "-syntax-only", "t.json"].as_slice(), &["inspect", "t.json"]] {
        let ran = super::bench("", rest).run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("warning: `only` of provisioner 1"), "{arguments:?}: {}", ran.stdout);
    }
}
