//! Every accept and reject rule of the `qemu` builder's options, from the table `rules/qemu.json`.
//!
//! `since` says who has the rule: Packer 1.6.6, the plugin of today, or only this program.

use std::path::Path;

use boxwright::diag::{Diagnostics, Severity};
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::source::SourceFile;
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;
use serde_json::{Map, Value, json};

const RULES: &str = include_str!("rules/qemu.json");

/// A builder that nothing is wrong with, changed by the options of a rule. Null takes an option out.
fn template(options: &Map<String, Value>) -> String {
    let mut builder = json!({
        "type": "qemu",
        "iso_url": "files/base.iso",
        "iso_checksum": "none",
        "ssh_username": "vagrant",
        "ssh_password": "vagrant",
    });
    for (key, value) in options {
        builder[key] = value.clone();
    }
    serde_json::to_string_pretty(&json!({ "builders": [builder] })).unwrap()
}

fn folder_with_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs_err::create_dir(&files).unwrap();
    for name in ["base.iso", "code.fd", "vars.fd"] {
        fs_err::write(files.join(name), "").unwrap();
    }
    fs_err::write(files.join("sums"), "d41d8cd98f00b204e9800998ecf8427e  base.iso\n").unwrap();
    fs_err::write(files.join("key.pub"), "ssh-ed25519 AAAA somebody\n").unwrap();
    folder
}

fn findings(folder: &Path, text: &str) -> Diagnostics {
    let source = SourceFile::new("template.json", text);
    let (template, mut diagnostics) = Template::parse(&source, folder, &VariableInputs::fixed());
    if let Some(mut template) = template {
        template.working_folder = folder.to_owned();
        let (plans, found) = resolve(&template, &ResolveOptions::default());
        assert_eq!(plans.is_empty(), found.has_errors(), "a plan and its errors exclude each other: {found:?}");
        diagnostics.extend(found);
    }
    diagnostics
}

/// The rule's options, one set for each value of `each`.
fn cases(rule: &Value) -> Vec<Map<String, Value>> {
    let Some(each) = rule.get("each").and_then(Value::as_object) else {
        return vec![rule.get("set").and_then(Value::as_object).cloned().unwrap_or_default()];
    };
    let values = each.iter().flat_map(|(key, values)| values.as_array().unwrap().iter().map(move |value| (key, value)));
    values.map(|(key, value)| Map::from_iter([(key.clone(), value.clone())])).collect()
}

/// What is wrong with the outcome of a rule.
fn complaint(rule: &Value, diagnostics: &Diagnostics) -> Option<String> {
    let errors: Vec<_> = diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let Some(expected) = rule.get("error").and_then(Value::as_str) else {
        return (!errors.is_empty()).then(|| format!("refused: {errors:#?}"));
    };
    let Some(error) = errors.iter().find(|error| error.message.contains(expected)) else {
        return Some(format!("does not say `{expected}`: {errors:#?}"));
    };
    let help = rule.get("help").and_then(Value::as_str);
    if help.is_some() && error.help.as_deref() != help {
        return Some(format!("helps with {:?}", error.help));
    }
    error.label.is_none().then(|| format!("points nowhere: {error:?}"))
}

#[test]
fn options_are_accepted_and_refused_by_the_rules() {
    let rules: Vec<Value> = serde_json::from_str(RULES).unwrap();
    let folder = folder_with_files();
    let mut complaints = Vec::new();
    for rule in &rules {
        for options in cases(rule) {
            let found = findings(folder.path(), &template(&options));
            let about = rule["about"].as_str().unwrap();
            complaints.extend(complaint(rule, &found).map(|text| format!("{about} {options:?}: {text}")));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
