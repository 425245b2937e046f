//! The JSON Schemas that editors get: they take every template that this program takes, and refuse what it
//! refuses. Python's `jsonschema` is the judge.

#![cfg(test)]

#[path = "support/tools.rs"]
mod tools;

use std::path::{Path, PathBuf};

use boxwright::plan::catalog::schema;
use boxwright::process::Cmd;
use serde_json::{Value, json};

/// Reads `[schema, {name: instance}]` from a file and prints an object of the first complaint about each.
const JUDGE: &str = "
import json, sys
from jsonschema import Draft7Validator
schema, instances = json.load(open(sys.argv[1]))
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
complaints = ((name, next(validator.iter_errors(instance), None)) for name, instance in instances.items())
print(json.dumps({name: error and error.message[:500] for name, error in complaints}))
";

/// What the judge says about each instance; nothing where it is not installed.
async fn complaints(schema: &Value, instances: &Value) -> Option<Value> {
    tools::tool_or_skip("python3")?;
    if Cmd::new("python3").args(["-c", "import jsonschema"]).run().await.is_err() {
        let required = ["CI", "BOXWRIGHT_REQUIRE_TOOLS"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(!required, "Python's `jsonschema` is not installed");
        return None;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs_err::write(file.path(), json!([schema, instances]).to_string()).unwrap();
    let output = Cmd::new("python3").args(["-c", JUDGE]).arg(file.path()).run().await.unwrap();
    Some(serde_json::from_str(&output.stdout).unwrap())
}

/// Templates that are whole and of today: those of the tests, and our boxes.
fn corpus() -> Value {
    // One shows old options, which are for `fix`; the other is only looked at, never built.
    const OTHERS: [&str; 2] = ["old-options.json", "inspect-me.json"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let boxes = entries(&root.join("boxes")).into_iter().filter(|path| path.is_dir());
    let folders = std::iter::once(root.join("tests/corpus")).chain(boxes);
    let files = folders.flat_map(|folder| entries(&folder));
    let mut templates = json!({});
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !OTHERS.contains(&name.as_str()) {
            templates[name] = serde_json::from_str(&fs_err::read_to_string(&file).unwrap()).unwrap();
        }
    }
    templates
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn whole_templates_fit_the_schema() {
    let templates = corpus();
    assert!(templates.as_object().unwrap().len() > 20);
    let Some(complaints) = complaints(&schema::legacy_json(), &templates).await else { return };
    let wrong: Vec<_> = complaints.as_object().unwrap().iter().filter(|(_, complaint)| !complaint.is_null()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A good template with one more option of its builder.
fn with_option(name: &str, value: &Value) -> Value {
    json!({"builders": [{"type": "qemu", "iso_url": "x.iso", "iso_checksum": "none", name: value}]})
}

#[tokio::test]
async fn options_are_typed_as_weakly_as_templates_are() {
    let accepted = [
        ("headless", json!(true)),
        ("headless", json!("{{user `headless`}}")),
        ("headless", json!("false")),
        ("memory", json!("2048")),
        ("memory", json!("0x800")),
        ("memory", json!("{{user `memory`}}")),
        ("disk_size", json!(40000)),
        ("boot_wait", json!("1m30s")),
        ("boot_wait", json!("-1s")),
        ("boot_command", json!("<enter>,<wait>")),
        ("boot_command", json!(["a", 1])),
        ("disk_cache", json!("none")),
        ("disk_cache", json!("{{user `cache`}}")),
        ("disk_cache", json!(null)),
        ("qemuargs", json!([["-m", "512"], ["-no-reboot", ""]])),
        ("http_content", json!({"/a": "b"})),
        ("qemu_img_args", json!({"convert": ["-m", "4"]})),
    ];
    let refused = [
        ("heedless", json!(true)),
        ("guest_os_type", json!("Ubuntu_64")),
        ("headless", json!("yes")),
        ("memory", json!("2G")),
        ("memory", json!([1])),
        ("boot_wait", json!("5")),
        ("boot_command", json!({"a": "b"})),
        ("disk_cache", json!("writebakc")),
        ("qemuargs", json!("-m 512")),
        ("http_content", json!(["a"])),
        ("qemu_img_args", json!({"compare": []})),
    ];
    let named = |(name, value): &(&str, Value)| (format!("{name}: {value}"), with_option(name, value));
    let instances: serde_json::Map<_, _> = accepted.iter().chain(&refused).map(named).collect();
    let Some(complaints) = complaints(&schema::legacy_json(), &Value::Object(instances)).await else { return };
    for case in &accepted {
        assert_eq!(complaints[named(case).0], Value::Null, "{case:?}");
    }
    for case in &refused {
        assert_ne!(complaints[named(case).0], Value::Null, "{case:?}");
    }
}

#[tokio::test]
async fn what_is_no_template_is_refused() {
    let instances = json!({
        "no builders": {"variables": {}},
        "unknown root key": {"builders": [{"type": "null"}], "provisoners": []},
        "unknown type": {"builders": [{"type": "qemuu"}]},
        "no type": {"builders": [{"iso_url": "x.iso"}]},
        "a variable that is a number": {"builders": [{"type": "null"}], "variables": {"a": 1}},
        "a wrong post-processor": {"builders": [{"type": "null"}], "post-processors": [["compres"]]},
        "a wrong option in a sequence":
            {"builders": [{"type": "null"}], "post-processors": [[{"type": "compress", "levl": 1}]]},
        "a missing option": {"builders": [{"type": "null"}], "provisioners": [{"type": "ansible"}]},
    });
    let Some(complaints) = complaints(&schema::legacy_json(), &instances).await else { return };
    let passed: Vec<_> = complaints.as_object().unwrap().iter().filter(|(_, complaint)| complaint.is_null()).collect();
    assert!(passed.is_empty(), "{passed:?}");
}

#[tokio::test]
async fn hcl_in_json_has_a_schema_too() {
    let source = |options: Value| json!({"source": {"qemu": {"a": options}}, "build": {"sources": ["source.qemu.a"]}});
    let whole = json!({
        "//": "a comment",
        "packer": {"required_version": ">= 1.7.0"},
        "variable": {"size": {"type": "string", "default": "10G"}},
        "source": {"qemu": {"a": {"disk_size": "${var.size}", "headless": true, "qemuargs": [["-m", "512"]]}}},
        "build": [{
            "sources": ["source.qemu.a"],
            "provisioner": [{"shell": {"inline": ["true"], "only": ["qemu.a"]}}, {"goss": {"tests": []}}],
            "post-processors": {"post-processor": [{"vagrant": {"output": "a.box"}}, {"manifest": {}}]},
        }],
    });
    let instances = json!({"whole": whole, "wrong": source(json!({"heedless": true})), "root": {"sauce": {}}});
    let Some(complaints) = complaints(&schema::hcl_json(), &instances).await else { return };
    assert_eq!(complaints["whole"], Value::Null);
    assert_ne!(complaints["wrong"], Value::Null);
    assert_ne!(complaints["root"], Value::Null);
}
