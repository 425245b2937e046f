//! Templates in HCL2: at least one for each thing that the language has.

use std::collections::BTreeMap;
use std::sync::Arc;

use boxwright::diag::{Diagnostic, Diagnostics};
use boxwright::io::secrets::Secret;
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::plan::show::{inspect_sections, plan_text};
use boxwright::source::SourceFile;
use boxwright::template::Template;
use boxwright::template::value::Kind;
use boxwright::template::variables::{DataMode, DataRequest, VariableInputs};

use super::{assert_plan, assert_plan_with, assert_text, corpus, plans, plans_with};

fn assert_hcl(name: &str) {
    assert_plan(&format!("hcl/{name}"), &ResolveOptions::default());
}

/// What `inspect` says, which is where values show.
fn assert_inspected(name: &str) {
    let inputs = VariableInputs::fixed();
    let (template, diagnostics) = Template::load(&corpus().join(format!("hcl/{name}.pkr.hcl")), &inputs);
    let template = template.unwrap_or_else(|| panic!("{name} does not load: {diagnostics:?}"));
    assert_text(&format!("hcl-{name}-inspected"), &inputs.secrets.mask(&inspect_sections(&template).concat()));
}

#[test]
fn values_in_the_order_of_precedence() {
    let file = |name: &str| corpus().join("hcl/folder").join(name);
    let inputs = VariableInputs {
        environment: BTreeMap::from([
            ("PKR_VAR_from_environment".to_owned(), Secret::new("environment")),
            ("PKR_VAR_from_automatic_hcl".to_owned(), Secret::new("environment")),
            ("PKR_VAR_from_flag".to_owned(), Secret::new("environment")),
            ("PKR_VAR_nobody".to_owned(), Secret::new("is asked for this")),
        ]),
        files: vec![file("named.pkrvars.hcl"), file("later.json")],
        vars: vec![("from_flag".to_owned(), "first".to_owned()), ("from_flag".to_owned(), "flag".to_owned())],
        ..VariableInputs::fixed()
    };
    assert_plan_with("hcl/folder", &inputs, &ResolveOptions::default());
}

#[test]
fn typed_variables() {
    assert_inspected("typed-variables");
}

#[test]
fn values_that_fail_their_type_or_their_validation() {
    let given = [
        ("number", "many"),
        ("list", "[\"one\"]"),
        ("disks", "[{ name = \"root\" }]"),
        ("tuple", "[1]"),
        ("checked", "MD5"),
        ("flag", "perhaps"),
        ("map", "word"),
        ("nummer", "1"),
    ];
    let vars = given.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let (template, diagnostics) = Template::load(
        &corpus().join("hcl/typed-variables.pkr.hcl"),
        &VariableInputs { vars, ..VariableInputs::fixed() },
    );
    assert!(template.is_none());
    assert_text("hcl-typed-variables-wrong", &messages(&diagnostics));
}

fn messages(diagnostics: &Diagnostics) -> String {
    let line = |found: &Diagnostic| format!("{}\n  {}\n", found.message, found.help.as_deref().unwrap_or("-"));
    diagnostics.iter().map(line).collect()
}

/// As the program reads them, for the one source that needs no network.
fn read_null(request: &DataRequest) -> Result<BTreeMap<String, String>, Diagnostics> {
    match request.options.get("input").map(|value| &value.kind) {
        Some(Kind::String(text)) => Ok(BTreeMap::from([("output".to_owned(), text.clone())])),
        _ => Err(Diagnostic::error("no input").into()),
    }
}

#[test]
fn locals_and_data_in_any_order() {
    let inputs = VariableInputs { data: DataMode::Read(read_null), ..VariableInputs::fixed() };
    assert_plan_with("hcl/locals-in-any-order.pkr.hcl", &inputs, &ResolveOptions::default());
}

#[test]
fn expressions() {
    assert_inspected("expressions");
}

#[test]
fn sources_and_what_is_for_some_of_them_only() {
    assert_hcl("several-sources.pkr.hcl");
}

#[test]
fn values_of_the_running_build() {
    assert_hcl("late-values.pkr.hcl");
}

#[test]
fn sequences_of_post_processors() {
    let options = ResolveOptions { except: vec!["boxed".to_owned()], ..ResolveOptions::default() };
    let (plans, diagnostics) = plans("hcl/post-processors.pkr.hcl", &options);
    let kinds = |steps: &Vec<boxwright::plan::post_processor::PostProcessorPlan>| {
        steps.iter().map(|step| step.kind.clone()).collect::<Vec<_>>().join(" ")
    };
    let left: Vec<String> = plans[0].post_processors.iter().map(kinds).collect();
    assert_eq!(left, ["checksum", "artifice", "compress manifest"], "what follows the one left out goes with it");
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_hcl("post-processors.pkr.hcl");
}

#[test]
fn blocks_made_from_collections() {
    assert_hcl("dynamic.pkr.hcl");
    assert_hcl("dynamic-sources.pkr.hcl");
}

#[test]
fn paths_and_files_of_the_template() {
    assert_hcl("templatefile.pkr.hcl");
}

#[test]
fn a_template_of_many_variables() {
    assert_hcl("installer.pkr.hcl");
    let inputs = VariableInputs {
        vars: [("os_arch", "aarch64"), ("sources_enabled", "[\"qemu.vm\"]"), ("boot_command", "[]")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..VariableInputs::fixed()
    };
    let (plans, found) = plans_with("hcl/installer.pkr.hcl", &inputs, &ResolveOptions::default());
    assert!(plans.len() == 1 && found.is_empty(), "{found:?}");
    assert!(!inputs.secrets.mask(&plan_text(&plans)).contains("vagrant-password"));
}

#[test]
fn a_provisioner_for_errors() {
    assert_hcl("error-cleanup.pkr.hcl");
}

#[test]
fn blocks_without_effect() {
    assert_hcl("packer-and-plugins.pkr.hcl");
}

/// The same text with the line ends and the mark that editors of Windows write.
#[test]
fn line_ends_and_marks_mean_nothing() {
    for name in ["several-sources", "late-values", "dynamic", "typed-variables", "packer-and-plugins"] {
        let path = corpus().join(format!("hcl/{name}.pkr.hcl"));
        let text = fs_err::read_to_string(&path).unwrap();
        let planned = |text: &str| {
            let source = SourceFile::new("template.pkr.hcl", text);
            let (template, found) = Template::parse(&Arc::clone(&source), &path, &VariableInputs::fixed());
            let mut template = template.unwrap_or_else(|| panic!("{name}: {found:?}"));
            template.working_folder = corpus();
            plan_text(&resolve(&template, &ResolveOptions::default()).0)
        };
        assert_eq!(planned(&text.replace('\n', "\r\n")), planned(&text), "{name} with line ends of Windows");
        let marked = tempfile::tempdir().unwrap();
        fs_err::write(marked.path().join("a.pkr.hcl"), format!("\u{feff}{text}")).unwrap();
        let (template, found) = Template::load(&marked.path().join("a.pkr.hcl"), &VariableInputs::fixed());
        assert!(template.is_some(), "{name} with a mark: {found:?}");
    }
}

/// What can be said in both notations means the same in both.
#[test]
fn json_says_the_same() {
    for name in ["several-sources", "post-processors", "dynamic", "error-cleanup"] {
        let [hcl, json] = ["hcl", "json"].map(|notation| {
            let file = format!("hcl/{name}.pkr.{notation}");
            let (plans, found) = plans_with(&file, &VariableInputs::fixed(), &ResolveOptions::default());
            (plan_text(&plans), found.iter().map(|one| one.message.clone()).collect::<Vec<_>>())
        });
        assert_eq!(json, hcl, "{name}");
    }
}
