//! The plans of our own templates, written in the manner of those people have. Each snapshot shows every
//! option with its default, so that a change of what a template means cannot go unseen.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "plan_corpus/hcl.rs"]
mod hcl;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use boxwright::diag::{Diagnostics, Severity};
use boxwright::plan::BuildPlan;
use boxwright::plan::communicator::CommunicatorPlan;
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::plan::show::{inspect_sections, plan_text};
use boxwright::source::SourceFile;
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn plans(name: &str, options: &ResolveOptions) -> (Vec<BuildPlan>, Diagnostics) {
    plans_with(name, &VariableInputs::fixed(), options)
}

fn plans_with(name: &str, inputs: &VariableInputs, options: &ResolveOptions) -> (Vec<BuildPlan>, Diagnostics) {
    let (template, mut diagnostics) = Template::load(&corpus().join(name), inputs);
    let Some(mut template) = template else { panic!("{name} does not load: {diagnostics:?}") };
    template.working_folder = corpus();
    let (plans, found) = resolve(&template, options);
    diagnostics.extend(found);
    (plans, diagnostics)
}

/// The plans, and what was said about the template, as text.
fn shown(plans: &[BuildPlan], diagnostics: &Diagnostics) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        writeln!(text, "{severity}: {}", diagnostic.message).unwrap();
        if let Some(help) = &diagnostic.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text.push_str(&plan_text(plans));
    text
}

fn assert_plan(name: &str, options: &ResolveOptions) {
    assert_plan_with(name, &VariableInputs::fixed(), options);
}

fn assert_plan_with(name: &str, inputs: &VariableInputs, options: &ResolveOptions) {
    let (plans, diagnostics) = plans_with(name, inputs, options);
    let snapshot = name.trim_end_matches(".json").trim_end_matches(".pkr.hcl").replace('/', "-");
    assert_text(&snapshot, &inputs.secrets.mask(&shown(&plans, &diagnostics)));
}

fn assert_text(snapshot: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter(&regex_of(&corpus()), "[corpus]");
    settings.add_filter(&regex_of(Path::new(env!("CARGO_MANIFEST_DIR"))), "[repository]");
    settings.add_filter("architecture: (amd64|arm64)\n", "architecture: [host]\n");
    settings.bind(|| insta::assert_snapshot!(snapshot, text));
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
fn one_template_for_several_hypervisors() {
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
fn virtualbox_with_every_option() {
    assert_plan("virtualbox-options.json", &ResolveOptions::default());
}

#[test]
fn virtualbox_with_defaults() {
    assert_plan("virtualbox-defaults.json", &ResolveOptions::default());
}

#[test]
fn virtualbox_from_machines_that_exist() {
    assert_plan("virtualbox-existing.json", &ResolveOptions::default());
}

#[test]
fn builds_without_a_machine() {
    assert_plan("without-machine.json", &ResolveOptions::default());
}

#[test]
fn components_that_are_not_run() {
    assert_plan("not-run.json", &ResolveOptions::default());
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

#[test]
fn inspect_lists_variables_builders_and_provisioners() {
    let inputs = VariableInputs { syntax_only: true, ..VariableInputs::fixed() };
    let (template, diagnostics) = Template::load(&corpus().join("inspect-me.json"), &inputs);
    let template = template.unwrap_or_else(|| panic!("{diagnostics:?}"));
    insta::assert_snapshot!(inspect_sections(&template).join("\n"), @r"
    Packer Inspect: JSON mode
    Description:

    Shows what inspect shows

    Required variables:

      needed

    Optional variables and their defaults:

      empty     =
      long_name = {{env `HOME`}}
      name      = box
      token     = <sensitive>

    Builders:

      other (virtualbox-iso)
      qemu

    Provisioners:

      shell
      file

    Names that hold variables or functions are shown as they are in a build without flags.
    ");
}

#[test]
fn force_replaces_an_output_folder_but_never_the_one_we_work_in() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join("out")).unwrap();
    let said = |output: &str, force: bool| {
        let text = format!(
            r#"{{"builders": [{{"type": "qemu", "iso_url": "http://192.0.2.1/a.iso", "iso_checksum": "none",
                "communicator": "none", "output_directory": "{output}"}}]}}"#
        );
        let source = SourceFile::new("template.json", text);
        let (template, _) = Template::parse(&source, folder.path(), &VariableInputs::fixed());
        let mut template = template.unwrap();
        template.working_folder = folder.path().to_owned();
        let (_, found) = resolve(&template, &ResolveOptions { force, ..ResolveOptions::default() });
        found.into_iter().map(|diagnostic| diagnostic.message).collect::<Vec<_>>()
    };
    assert_eq!(said("out", false), ["build `qemu`: the output folder `out` exists already"]);
    assert!(said("out", true).is_empty());
    assert!(said("new", false).is_empty());
    for precious in [".", "out/..", "../"] {
        let found = said(precious, true);
        assert!(found.len() == 1 && found[0].contains("`-force` would delete them"), "{precious}: {found:?}");
    }
}

#[test]
fn a_temporary_key_is_made_only_where_it_is_of_use() {
    let with = |options: &str| {
        let text = format!(
            r#"{{"builders": [{{"type": "qemu", "iso_url": "http://192.0.2.1/a.iso", "iso_checksum": "none",
                "ssh_username": "root", {options}}}]}}"#
        );
        let source = SourceFile::new("template.json", text);
        let (template, _) = Template::parse(&source, &corpus(), &VariableInputs::fixed());
        let mut template = template.unwrap();
        template.working_folder = corpus();
        let (plans, found) = resolve(&template, &ResolveOptions::default());
        assert!(!found.has_errors(), "{found:?}");
        match plans.into_iter().next().unwrap().communicator {
            CommunicatorPlan::Ssh(ssh) => ssh.temporary_key.map(|key| (key.kind, key.bits)),
            CommunicatorPlan::WinRm(_) | CommunicatorPlan::None => None,
        }
    };
    let key = |kind: &str, bits| Some((kind.to_owned(), bits));
    assert_eq!(with(r#""boot_wait": "1s""#), key("rsa", 2048));
    assert_eq!(with(r#""ssh_password": "x""#), None);
    assert_eq!(with(r#""ssh_agent_auth": true"#), None);
    assert_eq!(with(r#""ssh_private_key_file": "answers/id_test""#), None);
    let typed = r#""ssh_password": "x", "boot_command": ["{{ .SSHPublicKey }}"], "temporary_key_pair_type""#;
    assert_eq!(with(&format!(r#"{typed}: "ed25519""#)), key("ed25519", 256));
    assert_eq!(with(&format!(r#"{typed}: "ecdsa""#)), key("ecdsa", 521));
}

#[test]
fn a_box_in_the_folder_that_is_removed_is_warned_of() {
    let said = |post_processors: &str| {
        let text = format!(
            r#"{{"builders": [{{"type": "qemu", "iso_url": "http://192.0.2.1/a.iso", "iso_checksum": "none",
                "communicator": "none", "output_directory": "out"}}], "post-processors": {post_processors}}}"#
        );
        let source = SourceFile::new("template.json", text);
        let (template, _) = Template::parse(&source, &corpus(), &VariableInputs::fixed());
        let (_, found) = resolve(&template.unwrap(), &ResolveOptions::default());
        found.into_iter().map(|diagnostic| diagnostic.message).collect::<Vec<_>>()
    };
    let lost = "build `qemu`: `./out/libvirt.box` lies in `out`, which is removed at the end";
    assert_eq!(said(r#"[{"type": "vagrant", "output": "./out/{{.Provider}}.box"}]"#), [lost]);
    assert!(said(r#"[{"type": "vagrant", "output": "out/a.box", "keep_input_artifact": true}]"#).is_empty());
    assert!(said(r#"[{"type": "vagrant", "output": "out/a.box"}, "manifest"]"#).is_empty());
    assert!(said(r#"[{"type": "vagrant", "output": "output.box"}]"#).is_empty());
}
