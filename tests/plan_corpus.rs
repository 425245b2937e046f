//! The plans of our own templates, written in the manner of those people have. Each snapshot shows every
//! option with its default, so that a change of what a template means cannot go unseen.

use std::path::{Path, PathBuf};

use boxwright::diag::{Diagnostics, Severity};
use boxwright::plan::BuildPlan;
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::plan::show::plan_text;
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn plans(name: &str, options: &ResolveOptions) -> (Vec<BuildPlan>, Diagnostics) {
    let (template, mut diagnostics) = Template::load(&corpus().join(name), &VariableInputs::fixed());
    let Some(mut template) = template else { panic!("{name} does not load: {diagnostics:?}") };
    template.working_folder = corpus();
    let (plans, found) = resolve(&template, options);
    diagnostics.extend(found);
    (plans, diagnostics)
}

/// The plans, and what was said about the template, as text.
fn shown(name: &str, options: &ResolveOptions) -> String {
    let (plans, diagnostics) = plans(name, options);
    let mut text = String::new();
    for diagnostic in diagnostics.iter() {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        text.push_str(&format!("{severity}: {}\n", diagnostic.message));
        if let Some(help) = &diagnostic.help {
            text.push_str(&format!("  help: {help}\n"));
        }
    }
    text.push_str(&plan_text(&plans));
    text
}

fn assert_plan(name: &str, options: &ResolveOptions) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter(&regex_of(&corpus()), "[corpus]");
    settings.add_filter("architecture: (amd64|arm64)\n", "architecture: [host]\n");
    settings.bind(|| insta::assert_snapshot!(name.trim_end_matches(".json"), shown(name, options)));
}

fn regex_of(path: &Path) -> String {
    path.to_string_lossy().replace('.', "\\.")
}

#[test]
fn minimal() {
    assert_plan("minimal-qemu.json", &ResolveOptions::default());
}

#[test]
fn preseed_with_variables() {
    assert_plan("preseed-with-variables.json", &ResolveOptions::default());
}

#[test]
fn a_builder_we_do_not_run_does_not_stop_the_one_we_do() {
    assert_plan("several-hypervisors.json", &ResolveOptions::default());
}

#[test]
fn uefi_with_tpm_and_steps() {
    assert_plan("uefi-tpm.json", &ResolveOptions::default());
}

#[test]
fn kickstart_on_a_floppy() {
    assert_plan("kickstart-floppy.json", &ResolveOptions::default());
}

#[test]
fn cloud_image() {
    assert_plan("cloud-image.json", &ResolveOptions::default());
}

#[test]
fn qemuargs_with_an_accelerator_of_the_host() {
    let options = ResolveOptions { accelerator_override: Some("tcg".to_owned()), ..ResolveOptions::default() };
    assert_plan("qemuargs.json", &options);
}

#[test]
fn old_options() {
    assert_plan("old-options.json", &ResolveOptions::default());
}

#[test]
fn post_processors() {
    let options = ResolveOptions { except: vec!["packed".to_owned()], ..ResolveOptions::default() };
    assert_plan("post-processor-matrix.json", &options);
}

#[test]
fn parallel_builds() {
    assert_plan("parallel-builds.json", &ResolveOptions::default());
}

#[test]
fn cd_files() {
    assert_plan("cd-files.json", &ResolveOptions::default());
}

#[test]
fn escapes() {
    assert_plan("escapes.json", &ResolveOptions::default());
}

#[test]
fn a_deselected_builder_of_another_type_says_nothing() {
    for options in [
        ResolveOptions { only: vec!["kvm".to_owned()], ..ResolveOptions::default() },
        ResolveOptions { except: vec!["vbox".to_owned()], ..ResolveOptions::default() },
    ] {
        let (plans, diagnostics) = plans("several-hypervisors.json", &options);
        assert_eq!(plans.len(), 1);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }
}

#[test]
fn a_selection_of_nothing_is_an_error_that_names_the_builds() {
    let options = ResolveOptions { only: vec!["kvn".to_owned()], ..ResolveOptions::default() };
    let (plans, diagnostics) = plans("several-hypervisors.json", &options);
    assert!(plans.is_empty());
    let messages: Vec<_> = diagnostics.iter().map(|found| (found.message.as_str(), found.help.as_deref())).collect();
    assert_eq!(
        messages,
        [
            ("`-only` names `kvn`, which the template does not have", Some("did you mean `kvm`?")),
            ("`-only` and `-except` leave no build to run", Some("the template's builds are `kvm`, `vbox`")),
        ]
    );
}

#[test]
fn builds_that_would_share_an_output_are_refused() {
    let (_, diagnostics) = plans("shared-output.json", &ResolveOptions::default());
    let messages: Vec<_> = diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "build `a`: this build and `b` write to the same place, `out`",
            "build `a`: this build and `c` write to the same place, `box-libvirt.box`",
        ]
    );
}

#[test]
fn secrets_are_not_shown() {
    let (plans, _) = plans("cloud-image.json", &ResolveOptions::default());
    let json = serde_json::to_string(&plans).unwrap();
    assert!(json.contains(r#""password":"<sensitive>""#));
}
