//! Every accept and reject rule of the options, from the tables in `rules`.
//!
//! `since` says who has the rule: Packer 1.6.6, its plugins of today, or only this program.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::path::Path;

use boxwright::diag::{Diagnostics, Severity};
use boxwright::plan::resolve::{Purpose, ResolveOptions, resolve};
use boxwright::source::SourceFile;
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;
use serde_json::{Map, Value, json};

const QEMU: &str = include_str!("rules/qemu.json");
const VIRTUALBOX: &str = include_str!("rules/virtualbox.json");
const WITHOUT_MACHINE: &str = include_str!("rules/without_machine.json");
const COMPONENTS: &str = include_str!("rules/components.json");

/// What every rule has beside its options.
const ABOUT: [&str; 7] = ["about", "each", "with", "accept", "error", "help", "since"];

/// A builder that nothing is wrong with.
fn builder() -> Value {
    json!({
        "type": "qemu",
        "iso_url": "files/base.iso",
        "iso_checksum": "none",
        "ssh_username": "vagrant",
        "ssh_password": "vagrant",
    })
}

/// A builder of another type that nothing is wrong with; null takes an option away.
fn builder_of(kind: &str) -> Value {
    let mut builder = builder();
    builder["type"] = json!(kind);
    let own = match kind {
        "virtualbox-iso" => json!({}),
        "virtualbox-ovf" => json!({ "iso_url": null, "iso_checksum": null, "source_path": "files/m.ovf" }),
        "virtualbox-vm" => json!({ "iso_url": null, "iso_checksum": null, "vm_name": "base" }),
        "null" => json!({ "iso_url": null, "iso_checksum": null, "ssh_host": "host.example" }),
        _ => return json!({ "type": kind, "content": "text", "target": "made" }),
    };
    lay(&mut builder, &own);
    builder
}

fn lay(builder: &mut Value, options: &Value) {
    let builder = builder.as_object_mut().unwrap();
    for (key, value) in options.as_object().unwrap() {
        builder.insert(key.clone(), value.clone());
    }
    builder.retain(|_, value| !value.is_null());
}

/// The good builder of a rule's `base` with the rule's options, or with each of several.
fn other_builder_cases(rule: &Value) -> Vec<Value> {
    let base = builder_of(rule["base"].as_str().unwrap());
    let with = |options: &Value| {
        let mut builder = base.clone();
        lay(&mut builder, rule.get("set").unwrap_or(&json!({})));
        lay(&mut builder, options);
        json!({ "builders": [builder] })
    };
    match rule.get("each") {
        None => vec![with(&json!({}))],
        Some(_) => each(rule).into_iter().map(|(key, value)| with(&json!({ key: value }))).collect(),
    }
}

/// The good builder changed by the options of a rule.
fn changed_builder(options: &Value) -> Value {
    let mut builder = builder();
    for (key, value) in options.as_object().unwrap() {
        builder[key] = value.clone();
    }
    json!({ "builders": [builder] })
}

/// The good builder with one more component: a provisioner, or with `post:` a post-processor.
fn with_component(kind: &str, options: &Value) -> Value {
    let (list, kind) = match kind.strip_prefix("post:") {
        Some(kind) => ("post-processors", kind),
        None => ("provisioners", kind),
    };
    let mut component = options.clone();
    component["type"] = json!(kind);
    json!({ "builders": [builder()], list: [component] })
}

fn folder_with_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs_err::create_dir(&files).unwrap();
    for name in ["base.iso", "m.ovf", "code.fd", "vars.fd"] {
        fs_err::write(files.join(name), "").unwrap();
    }
    fs_err::write(files.join("sums"), "d41d8cd98f00b204e9800998ecf8427e  base.iso\n").unwrap();
    fs_err::write(files.join("Vagrantfile"), "config.vm.box = \"{{user `box`}}-{{.Provider}}\"\n").unwrap();
    fs_err::write(files.join("Vagrantfile.bad"), "# {{nosuch}}\n").unwrap();
    fs_err::write(files.join("key.pub"), "ssh-ed25519 AAAA somebody\n").unwrap();
    folder
}

fn findings(folder: &Path, template: &Value, purpose: Purpose) -> Diagnostics {
    let text = serde_json::to_string_pretty(template).unwrap();
    let source = SourceFile::new("template.json", text);
    let (template, mut diagnostics) = Template::parse(&source, folder, &VariableInputs::fixed());
    if let Some(mut template) = template {
        folder.clone_into(&mut template.working_folder);
        let (plans, found) = resolve(&template, &ResolveOptions { purpose, ..ResolveOptions::default() });
        assert_eq!(plans.is_empty(), found.has_errors(), "a plan and its errors exclude each other: {found:?}");
        diagnostics.extend(found);
    }
    diagnostics
}

/// The image stays below a disk of which nothing is kept, and only where what reads the disk reads the image too.
#[test]
fn an_image_is_copied_only_for_a_disk_that_lasts() {
    let folder = folder_with_files();
    let vagrant = json!({ "type": "vagrant" });
    let table = [
        (json!({}), json!([vagrant]), true),
        (
            json!({}),
            json!([vagrant, [{ "type": "convert", "format": "raw", "output": "a.raw" }, { "type": "manifest" }]]),
            true,
        ),
        (json!({}), json!([]), false),
        (json!({}), json!([{ "type": "vagrant", "keep_input_artifact": true }]), false),
        (json!({}), json!([vagrant, { "type": "checksum" }]), false),
        (json!({}), json!([{ "type": "compress", "output": "a.gz" }]), false),
        (json!({ "disk_image": false }), json!([vagrant]), false),
        (json!({ "disk_compression": true }), json!([vagrant]), false),
        (json!({ "format": "raw" }), json!([vagrant]), false),
        (json!({ "qemu_img_args": { "convert": ["-o", "cluster_size=2M"] } }), json!([vagrant]), false),
    ];
    for (options, processors, expected) in table {
        let mut template = json!({ "builders": [builder()], "post-processors": processors });
        template["builders"][0]["disk_image"] = json!(true);
        lay(&mut template["builders"][0], &options);
        let source = SourceFile::new("template.json", template.to_string());
        let (parsed, _) = Template::parse(&source, folder.path(), &VariableInputs::fixed());
        let (plans, found) = resolve(&parsed.unwrap(), &ResolveOptions::default());
        assert!(!found.has_errors(), "{template}: {found:?}");
        let plan = serde_json::to_value(&plans[0]).unwrap();
        let disk = &plan["builder"]["machine"]["hypervisor"]["qemu"]["disk"];
        assert_eq!(disk["stands_on_image"], json!(expected), "{template}");
    }
}

/// Options one by one: `{"key": [1, 2]}` is `{"key": 1}` and `{"key": 2}`.
fn each(rule: &Value) -> Vec<(String, Value)> {
    let each = rule.get("each").and_then(Value::as_object);
    let values = each.into_iter().flatten().flat_map(|(key, values)| {
        let values = values.as_array().unwrap();
        values.iter().map(move |value| (key.clone(), value.clone()))
    });
    values.collect()
}

fn builder_cases(rule: &Value) -> Vec<Value> {
    if rule.get("each").is_none() {
        return vec![changed_builder(rule.get("set").unwrap_or(&json!({})))];
    }
    each(rule).into_iter().map(|(key, value)| changed_builder(&json!({ key: value }))).collect()
}

fn component_cases(rule: &Value) -> Vec<Value> {
    let rule_options = rule.as_object().unwrap().iter().filter(|(key, _)| !ABOUT.contains(&key.as_str()));
    let own = rule_options.map(|(kind, options)| (kind.clone(), options.clone()));
    let all = own.chain(each(rule)).map(|(kind, mut options)| {
        let with = rule.get("with").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        options.as_object_mut().unwrap().extend(with);
        with_component(&kind, &options)
    });
    all.collect()
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

fn assert_rules(table: &str, purpose: Purpose, cases: fn(&Value) -> Vec<Value>) {
    let rules: Vec<Value> = serde_json::from_str(table).unwrap();
    let folder = folder_with_files();
    let mut complaints = Vec::new();
    for rule in &rules {
        let cases = cases(rule);
        assert!(!cases.is_empty(), "nothing to try: {rule}");
        for template in cases {
            let found = findings(folder.path(), &template, purpose);
            complaints.extend(complaint(rule, &found).map(|text| format!("{}: {template}: {text}", rule["about"])));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn options_of_the_builder_are_accepted_and_refused_by_the_rules() {
    assert_rules(QEMU, Purpose::Run, builder_cases);
}

#[test]
fn options_of_provisioners_and_post_processors_are_accepted_and_refused_by_the_rules() {
    assert_rules(COMPONENTS, Purpose::Run, component_cases);
}

#[test]
fn options_of_virtualbox_are_accepted_and_refused_by_the_rules() {
    assert_rules(VIRTUALBOX, Purpose::Check, other_builder_cases);
}

#[test]
fn options_of_builders_without_a_machine_are_accepted_and_refused_by_the_rules() {
    assert_rules(WITHOUT_MACHINE, Purpose::Check, other_builder_cases);
}

/// One warning says that it is not run; asked to run, nothing else of it matters.
#[test]
fn a_builder_that_only_others_run_is_checked() {
    let folder = folder_with_files();
    let builder =
        json!({ "type": "vagrant", "communicator": "ssh", "source_path": "generic/alpine", "provider": "libvirt" });
    let template = json!({ "builders": [builder] });
    let said = |purpose| {
        let found = findings(folder.path(), &template, purpose);
        found.into_iter().map(|diagnostic| (diagnostic.severity, diagnostic.message)).collect::<Vec<_>>()
    };
    let checked = "build `vagrant`: builder type `vagrant` is checked, but not run by this program".to_owned();
    assert!(said(Purpose::Check).contains(&(Severity::Warning, checked)), "{:?}", said(Purpose::Check));
    let refused = "build `vagrant`: builder type `vagrant` is known but not run by this program".to_owned();
    assert_eq!(said(Purpose::Run), [(Severity::Error, refused)]);
}
