//! Puppet against the guest that writes down what it is asked.

use std::collections::BTreeMap;

use super::*;
use crate::comm::Exit;
use crate::plan::provisioner::ElevationPlan;
use crate::provision::testing::{Answer, Recorder, context, data};

fn plan(job: PuppetJob) -> PuppetPlan {
    PuppetPlan {
        job,
        system: GuestSystem::Unix,
        execute_command: Late::literal("puppet it"),
        extra_arguments: Vec::new(),
        facter: BTreeMap::new(),
        ignore_exit_codes: false,
        prevent_sudo: true,
        puppet_bin_dir: None,
        staging_directory: "/tmp/s".into(),
        working_directory: None,
        clean_staging_directory: false,
        elevation: None,
    }
}

fn apply(manifest: &Path) -> PuppetJob {
    let (modules, hiera) = (vec!["a".into(), "b".into()], Some("h.yaml".into()));
    PuppetJob::Apply { manifest_file: manifest.to_owned(), manifest_dir: None, modules, hiera }
}

async fn run_with(plan: &PuppetPlan, recorder: &Recorder) -> Result<(), Error> {
    run(plan, recorder, &data(), &context().0).await
}

#[tokio::test]
async fn configuration_modules_and_manifest_come_before_the_program() {
    let recorder = Recorder::default();
    let plan = PuppetPlan { clean_staging_directory: true, ..plan(apply(Path::new("site.pp"))) };
    run_with(&plan, &recorder).await.unwrap();
    let expected = [
        "run mkdir -p '/tmp/s'",
        "upload /tmp/s/hiera.yaml h.yaml",
        "run mkdir -p '/tmp/s/module-0'",
        "upload folder a/ to /tmp/s/module-0",
        "run mkdir -p '/tmp/s/module-1'",
        "upload folder b/ to /tmp/s/module-1",
        "run mkdir -p '/tmp/s/manifests'",
        "upload /tmp/s/manifests/site.pp site.pp",
        "run puppet it",
        "run rm -rf '/tmp/s'",
    ];
    assert_eq!(recorder.calls(), expected);
}

#[tokio::test]
async fn a_folder_of_manifests_is_applied_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    run_with(&plan(apply(folder.path())), &recorder).await.unwrap();
    let upload = format!("upload folder {}/ to /tmp/s/manifests", folder.path().display());
    assert!(recorder.calls().contains(&upload), "{:?}", recorder.calls());
}

#[tokio::test]
async fn changes_are_a_success_and_failures_are_not() {
    for (code, is_good) in [(0, true), (1, false), (2, true), (4, false), (6, false)] {
        let recorder = Recorder::answering("puppet it", [Answer::Exit(Exit::Status(code))]);
        let result = run_with(&plan(apply(Path::new("site.pp"))), &recorder).await;
        assert_eq!(result.is_ok(), is_good, "{code}");
        if let Err(error) = result {
            assert_eq!(error.to_string(), format!("Puppet ended with exit status {code} (good is 0 or 2)"));
        }
    }
}

#[tokio::test]
async fn exit_codes_can_be_passed_over() {
    let recorder = Recorder::answering("puppet it", [Answer::Exit(Exit::Status(6))]);
    let plan = PuppetPlan { ignore_exit_codes: true, ..plan(apply(Path::new("site.pp"))) };
    run_with(&plan, &recorder).await.unwrap();
}

#[tokio::test]
async fn puppet_alone_runs_as_somebody_else() {
    let recorder = Recorder::default();
    let elevation = ElevationPlan { user: Late::literal("admin"), password: None };
    let plan =
        PuppetPlan { elevation: Some(elevation), system: GuestSystem::Windows, ..plan(apply(Path::new("site.pp"))) };
    run_with(&plan, &recorder).await.unwrap();
    let calls = recorder.calls();
    let tasks: Vec<_> = calls.iter().filter(|call| call.contains("elevated")).collect();
    assert!(tasks[0].contains("$user = 'admin'\n") && tasks[0].contains("$command = 'puppet it'\n"), "{}", tasks[0]);
    assert!(tasks[1].starts_with("run powershell"), "{}", tasks[1]);
    assert_eq!(tasks.len(), 2);
    assert!(!calls.contains(&"run puppet it".to_owned()));
}
