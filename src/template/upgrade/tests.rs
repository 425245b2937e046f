use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::template::variables::VariableInputs;

fn form(_: Role, _: &str, option: &str) -> Form {
    match option {
        "inline" | "boot_command" => Form::List,
        "headless" => Form::Flag,
        "pause_before" => Form::Duration,
        _ => Form::Other,
    }
}

fn upgraded(text: &str, annotations: bool) -> (String, Vec<String>) {
    let source = SourceFile::new("t.json", text);
    let inputs = VariableInputs { syntax_only: true, ..VariableInputs::fixed() };
    let (template, diagnostics) = Template::parse(&source, Path::new("/"), &inputs);
    let template = template.unwrap_or_else(|| panic!("{}", diagnostics.render(false)));
    let (text, diagnostics) = upgrade(&source, &template, Style { annotations, form: &form });
    (text.expect("it is a map"), diagnostics.iter().map(|finding| finding.message.clone()).collect())
}

/// The result without the parts that each of these has.
fn part(text: &str) -> String {
    upgraded(text, false).0
}

#[test]
fn variables_and_local_values() {
    let (text, warnings) = upgraded(
        r#"{"variables": {"a": "1", "b": null, "pw": "s", "url": "http://{{user `a`}}/{{env `HOST`}}", "home": "{{env `HOME`}}/x",
            "dots": "{{ .HTTPIP }} ${x}", "iso.url": "", "key": "{{user `pw`}}"}, "sensitive-variables": ["pw", "key"],
            "builders": [{"type": "null", "ssh_host": "{{user `iso.url`}}{{user `url`}}{{user `nobody`}}"}]}"#,
        false,
    );
    let expected = r#"variable "a" {
  type    = string
  default = "1"
}

variable "b" {
  type = string
}

variable "pw" {
  type      = string
  default   = "s"
  sensitive = true
}

variable "env_HOST" {
  type    = string
  default = env("HOST")
}

variable "home" {
  type    = string
  default = "${env("HOME")}/x"
}

variable "dots" {
  type    = string
  default = "{{ .HTTPIP }} $${x}"
}

variable "iso_url" {
  type    = string
  default = ""
}

variable "nobody" {
  type    = string
  default = ""
}

locals {
  url = "http://${var.a}/${var.env_HOST}"
}

local "key" {
  expression = var.pw
  sensitive  = true
}

source "null" "null" {
  ssh_host = "${var.iso_url}${local.url}${var.nobody}"
}

build {
  sources = ["source.null.null"]
}
"#;
    assert_eq!(text, expected);
    assert_eq!(
        warnings,
        [
            "variable `url` becomes a local value",
            "variable `iso.url` is called `iso_url`",
            "variable `key` becomes a local value"
        ]
    );
}

#[test]
fn builders_and_what_names_them() {
    let text = part(
        r#"{"variables": {"v": "20.04"}, "builders": [{"type": "qemu", "headless": "T", "boot_command": "a,b{{.X}}", "vm_name": "{{build_name}}"},
            {"type": "null", "name": "u-{{user `v`}}"}],
            "provisioners": [{"type": "shell", "only": ["u-{{user `v`}}", "qemu"], "inline": "x,y", "pause_before": 5,
                "override": {"qemu": {"inline": "{{user `v`}}"}, "u-{{user `v`}}": {"a": 1}}}]}"#,
    );
    let expected = r#"source "qemu" "qemu" {
  headless     = true
  boot_command = compact(split(",", "a,b{{.X}}"))
  vm_name      = source.name
}

source "null" "u-20_04" {}

build {
  source "source.qemu.qemu" {}

  source "source.null.u-20_04" {
    name = "u-${var.v}"
  }

  provisioner "shell" {
    only         = ["null.u-${var.v}", "qemu.qemu"]
    inline       = ["x", "y"]
    pause_before = "5ns"
    override = {
      qemu = {
        inline = compact(split(",", var.v))
      }
      "u-${var.v}" = {
        a = 1
      }
    }
  }
}
"#;
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn post_processors_and_blocks() {
    let text = part(
        r#"{"_comment": "a note", "description": "d", "min_packer_version": "1.2", "builders": [{"type": "amazon-ebs",
            "tags": {"a": "b"}, "source_ami_filter": {"filters": {"x": "y"}, "owners": ["z"]}, "disks": [{"size": 1}, {"size": 2}]}],
            "error-cleanup-provisioner": {"type": "shell-local", "inline": ["x"]},
            "post-processors": ["compress", [{"type": "vagrant", "override": {"libvirt": {"output": "o"}},
                "keep_input_artifact": true}, "checksum"]]}"#,
    );
    let expected = r#"# a note
packer {
  required_version = ">= 1.2"
}

source "amazon-ebs" "amazon-ebs" {
  tags = {
    a = "b"
  }

  source_ami_filter {
    filters = {
      x = "y"
    }
    owners = ["z"]
  }

  disks {
    size = 1
  }

  disks {
    size = 2
  }
}

build {
  description = "d"
  sources     = ["source.amazon-ebs.amazon-ebs"]

  error-cleanup-provisioner "shell-local" {
    inline = ["x"]
  }

  post-processor "compress" {}

  post-processors {
    post-processor "vagrant" {
      keep_input_artifact = true
      override = {
        libvirt = {
          output = "o"
        }
      }
    }

    post-processor "checksum" {}
  }
}
"#;
    assert_eq!(text, expected);
}

#[test]
fn words_that_only_json_takes() {
    let text = part(
        r#"{"variables": {"on": "true", "off": "", "t": "T"}, "builders": [{"type": "qemu", "headless": "{{user `off`}}"},
            {"type": "qemu", "name": "b", "headless": "{{user `on`}}"}, {"type": "qemu", "name": "c", "headless": ""}]}"#,
    );
    assert!(
        text.contains("headless = contains([\"1\", \"t\", \"T\", \"true\", \"TRUE\", \"True\"], var.off)"),
        "{text}"
    );
    assert!(text.contains("headless = var.on") && text.contains("headless = false"), "{text}");
}

#[test]
fn variables_that_never_get_a_value_are_empty() {
    let (text, warnings) = upgraded(
        r#"{"variables": {"a": "{{user `a`}}", "b": "x{{user `gone`}}", "c": "{{user `d`}}", "d": "1"},
            "builders": [{"type": "null", "name": "n.m"}]}"#,
        false,
    );
    for name in ["a", "b"] {
        assert!(text.contains(&format!("variable \"{name}\" {{\n  type    = string\n  default = \"\"\n}}")), "{text}");
    }
    assert!(text.contains("c = var.d"), "{text}");
    assert!(warnings[0].contains("can never get its value") && warnings[3].contains("is called `n_m`"), "{warnings:?}");
}

#[test]
fn annotations_are_comments() {
    let (text, _) = upgraded(r#"{"builders": [{"type": "null"}]}"#, true);
    assert!(text.starts_with("# Written by hcl2_upgrade") && text.contains("\n# The build makes"), "{text}");
}

/// The options of the one builder, as they are read from the result.
fn read_back(text: &str) -> Object {
    let (hcl, _) = upgraded(text, false);
    let source = SourceFile::new("t.pkr.hcl", hcl.clone());
    let (template, diagnostics) = Template::parse(&source, Path::new("/"), &VariableInputs::fixed());
    let template = template.unwrap_or_else(|| panic!("{hcl}\n{}", diagnostics.render(false)));
    let (components, diagnostics) = template.components(&template.builds[0]);
    components.unwrap_or_else(|| panic!("{hcl}\n{}", diagnostics.render(false))).builder
}

/// Texts with what HCL2 reads otherwise than JSON.
fn any_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("$".to_owned()),
        Just("%".to_owned()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\u{7f}\u{1}".to_owned()),
        "[a-z é~]{1,3}",
    ];
    prop::collection::vec(part, 0..8)
        .prop_map(|parts| parts.concat())
        .prop_filter("an action", |text| !text.contains("{{"))
}

proptest! {
    #[test]
    fn texts_and_keys_are_read_back_as_they_were(text in any_text(), key in any_text()) {
        let quote = |text: &str| serde_json::to_string(text).expect("a text can be written");
        let json = format!(
            "{{\"builders\": [{{\"type\": \"null\", \"x\": {}, \"l\": [{0}, 1, true], \"m\": {{{}: {0}}}}}], \"variables\": {{\"v\": {0}}}}}",
            quote(&text), quote(&key)
        );
        let options = read_back(&json);
        let string = |value: &crate::template::value::Value| string(&value.kind).map(str::to_owned);
        prop_assert_eq!(options.get("x").and_then(string), Some(text.clone()));
        let Some(Kind::List(items)) = options.get("l").map(|value| &value.kind) else { panic!("a list") };
        prop_assert_eq!(string(&items[0]), Some(text.clone()));
        let Some(Kind::Map(map)) = options.get("m").map(|value| &value.kind) else { panic!("a map") };
        prop_assert_eq!(&map.entries[0].0.value, &key);
    }
}
