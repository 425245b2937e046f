//! What a user sees for each kind of mistake in an HCL2 template: the message, the place, the exit code.

use super::{Bench, refuses};

const SOURCE: &str = "source \"null\" \"x\" {\n  communicator = \"none\"\n}\n";

/// Blocks beside a build that is right, and what is said of them.
const BESIDE_A_BUILD: [(&str, &[&str]); 16] = [
    // The root.
    ("sauce \"null\" \"y\" {\n}", &["a template has no block `sauce`", "its blocks are", "source", "t.pkr.hcl:7:1"]),
    ("buildd {\n}", &["a template has no block `buildd`", "did you mean `build`", "t.pkr.hcl:7:1"]),
    ("zeta = 1", &["`zeta` is not an argument of a template", "blocks, such as `source`", "t.pkr.hcl:7:1"]),
    (
        "source \"null\" \"x\" {\n}",
        &["source `null.x` is declared twice", "see also: t.pkr.hcl:1:15", "t.pkr.hcl:7:15"],
    ),
    // Variables.
    (
        "variable \"a\" {\n}\nvariable \"b\" {\n}",
        &["variable `a` has no value", "variable `b` has no value", "PKR_VAR_a", "t.pkr.hcl:7:10"],
    ),
    (
        "variable \"a\" {\n  type    = number\n  default = \"x\"\n}",
        &["variable `a`: a number is needed, this is a string", "t.pkr.hcl:9:13"],
    ),
    (
        "variable \"a\" {\n  default = var.a\n}",
        &["the default of variable `a` refers to `var.a`", "a default is a constant or `env(...)`", "t.pkr.hcl:8:13"],
    ),
    (
        "variable \"address\" {\n  default = \"\"\n}\nlocals {\n  a = var.adress\n}",
        &["there is no variable `adress`", "did you mean `address`", "t.pkr.hcl:11:11"],
    ),
    // Expressions.
    ("locals {\n  a = uper(\"x\")\n}", &["there is no function `uper`", "did you mean `upper`", "t.pkr.hcl:8:7"]),
    (
        "locals {\n  a = env(\"HOME\")\n}",
        &["env can only be called in the default", "declare a variable", "t.pkr.hcl:8:7"],
    ),
    ("locals {\n  a = local.b\n  b = local.a\n}", &["in a circle: local.a -> local.b -> local.a", "t.pkr.hcl:8:3"]),
    ("locals {\n  a = \"${local.a}x\"\n}", &["in a circle: local.a -> local.a", "t.pkr.hcl:8:3"]),
    (
        "data \"null\" \"a\" {\n  input = data.null.a.output\n}",
        &["in a circle: data.null.a -> data.null.a", "t.pkr.hcl:7:13"],
    ),
    // Syntax.
    ("locals {\n  a = \n}", &["a value is needed here, not the end of the line", "t.pkr.hcl:8:7"]),
    ("locals {\n  a = 1", &["`}` is needed here", "the `{` on line 7 is still open", "t.pkr.hcl:9:1"]),
    ("locals {\n  a = [1,\n}", &["is needed here, not `}`", "t.pkr.hcl:9:1"]),
];

/// What a build holds, and what is said of it.
const IN_A_BUILD: [(&str, &[&str]); 11] = [
    ("provisioner \"shel\" {\n}", &["build `null.x`: unknown provisioner type `shel`", "did you mean `shell`"]),
    (
        "post-processor \"vagrent\" {\n}",
        &["build `null.x`: unknown post-processor type `vagrent`", "did you mean `vagrant`"],
    ),
    (
        "provisioner \"shell-local\" {\n  inline = [\"x\"]\n  inlin = []\n  zz = 1\n}",
        &["unknown option `inlin`", "did you mean `inline`", "unknown option `zz`"],
    ),
    (
        "provisioner \"shell-local\" {\n  inline = [\"echo {{nosuch}}\"]\n}",
        &["build `null.x`: `inline`: there is no template function `nosuch`", "echo {{nosuch}}"],
    ),
    (
        "provisioner \"shell-local\" {\n  inline = [\"{{env `HOME`}}\"]\n}",
        &["`inline`: HCL2 templates have no function `env`", "give a variable the default env(\"NAME\")"],
    ),
    (
        "provisioner \"shell-local\" {\n  inline = [build.Nope]\n}",
        &["`build` has no attribute `Nope`", "it has `ConnType`, `Host`"],
    ),
    (
        "provisioner \"shell-local\" {\n  scripts = [\"gone.sh\", \"lost.sh\"]\n}",
        &["script `gone.sh` does not exist", "script `lost.sh` does not exist", "relative paths start at"],
    ),
    (
        "provisioner \"file\" {\n  sources = [\"gone.txt\", \"lost.txt\"]\n  destination = \"/\"\n}",
        &["file to upload `gone.txt` does not exist", "file to upload `lost.txt` does not exist"],
    ),
    (
        "provisioner \"shell-local\" {\n  inline = [\"x\"]\n  only = [\"null.x\"]\n  except = [\"null.x\"]\n}",
        &["`only` and `except` cannot be used together", "keep one of the two"],
    ),
    ("provisioner \"shell-local\" {\n}", &["one of `inline`, `script`, `scripts`, `command` must be set"]),
    ("provisioner \"shell-local\" {\n  inline = [\"x\"]\n  timeout = \"5\"\n}", &["`timeout`", "a duration such as"]),
];

const WHOLE: [(&str, &[&str]); 5] = [
    ("locals {\n  a = 1\n}\n", &["the template has no build", "a `build` block names the sources"]),
    (
        "source \"null\" {\n}\nbuild {\n  sources = [\"null.x\"]\n}\n",
        &["a `source` block has 2 labels, not 1", "source \"type\" \"name\" { ... }", "t.pkr.hcl:1:1"],
    ),
    (
        "source \"qemo\" \"x\" {\n}\nbuild {\n  sources = [\"qemo.x\"]\n}\n",
        &["build `qemo.x`: unknown builder type `qemo`", "did you mean `qemu`", "t.pkr.hcl:1:8"],
    ),
    (
        "source \"null\" \"x\" {\n}\nbuild {\n  sources = [\"null.y\"]\n}\n",
        &["there is no source `null.y`", "did you mean `null.x`", "t.pkr.hcl:4:14"],
    ),
    (
        "source \"null\" \"x\" {\n  communicator = \"none\"\n  ssh_hosst = \"a\"\n  zz = 1\n}\nbuild {\n  sources = [\"null.x\"]\n}\n",
        &[
            "unknown option `ssh_hosst`",
            "did you mean `ssh_host`",
            "unknown option `zz`",
            "t.pkr.hcl:3:3",
            "t.pkr.hcl:4:3",
        ],
    ),
];

fn refused(text: &str, parts: &[&str]) -> super::Ran {
    refuses(&Bench::new().file("t.pkr.hcl", text), &["validate", "t.pkr.hcl"], parts)
}

#[test]
fn each_block_that_is_wrong_is_named_with_its_place() {
    for (block, parts) in BESIDE_A_BUILD {
        refused(&format!("{SOURCE}build {{\n  sources = [\"null.x\"]\n}}\n{block}\n"), parts);
    }
}

#[test]
fn each_component_that_is_wrong_is_named_with_its_place() {
    for (component, parts) in IN_A_BUILD {
        let text = format!("{SOURCE}build {{\n  sources = [\"null.x\"]\n{component}\n}}\n");
        let ran = refused(&text, &[parts, &["t.pkr.hcl:"]].concat());
        let is_about_nothing = component.ends_with("{\n}") && component.contains("shell-local");
        assert!(is_about_nothing || !ran.stdout.contains("must be set"), "a follow-up error: {}", ran.stdout);
    }
}

#[test]
fn templates_that_are_none_are_refused() {
    for (text, parts) in WHOLE {
        refused(text, parts);
    }
}

#[test]
fn builds_that_share_an_output_folder_are_refused_before_they_start() {
    let source =
        "source \"qemu\" \"x\" {\n  iso_url = \"i.iso\"\n  iso_checksum = \"none\"\n  ssh_username = \"u\"\n}\n";
    let build = |name: &str| format!("build {{\n{name}\n  sources = [\"qemu.x\"]\n}}\n");
    let text = format!("{source}{}{}", build(""), build("  name = \"b\""));
    let bench = Bench::new().file("t.pkr.hcl", &text).file("i.iso", "not really");
    let said = "build `qemu.x`: this build and `b.qemu.x` write to the same place, `output-x`";
    refuses(&bench, &["build", "t.pkr.hcl"], &[said, "give each its own"]);
    let ran = bench.run(&["validate", "t.pkr.hcl"]);
    assert!(ran.code == 0 && ran.stdout.contains(&format!("warning: {said}")), "{}", ran.stdout);
}

#[test]
fn names_that_no_source_has_are_taken_in_only_and_except() {
    for filter in ["only = [\"null.y\"]", "except = [\"null.y\"]", "override = {\n y = {}\n}"] {
        let provisioner = format!("provisioner \"shell-local\" {{\n  inline = [\"x\"]\n  {filter}\n}}");
        let text = format!("{SOURCE}build {{\n  sources = [\"null.x\"]\n{provisioner}\n}}\n");
        let ran = Bench::new().file("t.pkr.hcl", &text).run(&["validate", "t.pkr.hcl"]);
        assert_eq!(ran.code, 0, "as in Packer: {}", ran.stdout);
    }
}
