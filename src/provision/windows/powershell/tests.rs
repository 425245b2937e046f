//! `powershell` against the guest that writes down what it is asked.

use std::time::Duration;

use super::*;
use crate::plan::provisioner::{ElevationPlan, Environment, LateSecret, Scripts};
use crate::provision::testing::{Answer, Recorder, context, data, late};

fn plan() -> PowerShellPlan {
    PowerShellPlan {
        scripts: Scripts::Inline { lines: vec![Late::literal("Get-Date")], shebang: None },
        environment: Environment::from([("A".to_owned(), Late::literal("$b"))]),
        env_var_format: Late::literal("$env:%s=\"%s\"; "),
        remote_path: Some("c:/s.ps1".into()),
        remote_env_var_path: Some("c:/e.ps1".into()),
        execute_command: late("powershell {{.Vars}} {{.Path}}"),
        elevation: None,
        elevated_execute_command: late("elevated {{.Vars}} {{.Path}}"),
        debug_mode: 0,
        valid_exit_codes: vec![0],
        start_retry_timeout: Duration::from_mins(5),
        pause_after: Duration::ZERO,
        skip_clean: false,
    }
}

async fn calls(plan: &PowerShellPlan) -> Vec<String> {
    let recorder = Recorder::default();
    run(plan, &recorder, &data(), Uuid::new_v4(), &context().0).await.unwrap();
    recorder.calls()
}

#[tokio::test]
async fn the_environment_goes_before_the_script_and_both_are_removed() {
    let calls = calls(&plan()).await;
    let environment = "$env:A=\"`$b\"; $env:PACKER_BUILDER_TYPE=\"qemu\"; $env:PACKER_BUILD_NAME=\"box\"; ";
    assert_eq!(calls[0], format!("upload c:/e.ps1 600 {environment}"));
    assert!(calls[1].starts_with("upload c:/s.ps1 600 ") && calls[1].contains("\nGet-Date\n"), "{}", calls[1]);
    assert_eq!(calls[2], "run powershell c:/e.ps1 c:/s.ps1");
    assert!(calls[3].starts_with("upload c:/Windows/Temp/packer-cleanup-"), "{}", calls[3]);
    for path in ["'c:/e.ps1'", "'c:/s.ps1'", "'c:/Windows/Temp/packer-cleanup-"] {
        assert!(calls[3].contains(path), "{}", calls[3]);
    }
    assert!(calls[4].starts_with("run powershell c:/e.ps1 c:/Windows/Temp/packer-cleanup-"), "{}", calls[4]);
    assert_eq!(calls.len(), 5);
}

#[tokio::test]
async fn files_are_sent_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ps1");
    fs_err::write(&path, "one\r\ntwo").unwrap();
    let plan = PowerShellPlan { scripts: Scripts::Files(vec![path]), skip_clean: true, ..plan() };
    let calls = calls(&plan).await;
    assert_eq!(calls[1..], ["upload c:/s.ps1 600 one\r\ntwo", "run powershell c:/e.ps1 c:/s.ps1"]);
}

#[tokio::test]
async fn another_user_runs_the_other_command_in_a_task() {
    let password = Some(LateSecret::new(Late::literal("swordfish")));
    let elevation = Some(ElevationPlan { user: Late::literal("vagrant"), password });
    let calls = calls(&PowerShellPlan { elevation, ..plan() }).await;
    assert!(calls[2].starts_with("upload C:/Windows/Temp/boxwright-elevated-"), "{}", calls[2]);
    assert!(calls[2].contains("$command = 'elevated c:/e.ps1 c:/s.ps1'"), "{}", calls[2]);
    let others = calls.iter().filter(|call| call.contains("swordfish")).count();
    assert_eq!(others, 1);
    assert!(calls.last().unwrap().starts_with("run powershell c:/e.ps1"), "{calls:?}");
}

#[tokio::test]
async fn names_are_random_where_the_template_gives_none() {
    let plan = PowerShellPlan { remote_path: None, remote_env_var_path: None, ..plan() };
    let (first, second) = (calls(&plan).await, calls(&plan).await);
    assert!(first[0].starts_with("upload c:/Windows/Temp/packer-ps-env-vars-"), "{}", first[0]);
    assert!(first[1].starts_with("upload c:/Windows/Temp/script-"), "{}", first[1]);
    assert_ne!(first[2], second[2]);
}

#[tokio::test]
async fn a_removal_that_fails_is_only_logged() {
    let recorder = Recorder::answering("packer-cleanup", [Answer::Fail]);
    let (context, mut receiver) = context();
    run(&plan(), &recorder, &data(), Uuid::new_v4(), &context).await.unwrap();
    let told = std::iter::from_fn(|| receiver.try_recv().ok()).any(|(_, event)| matches!(event, Event::Debug { .. }));
    assert!(told);
}

#[tokio::test]
async fn a_script_that_fails_is_told_and_removed() {
    let recorder = Recorder::answering("powershell", [Answer::Exit(Exit::Status(3))]);
    let error = run(&plan(), &recorder, &data(), Uuid::new_v4(), &context().0).await.unwrap_err();
    assert_eq!(error.to_string(), "inline script ended with exit status 3 (good is 0)");
    let calls = recorder.calls();
    assert_eq!(calls.len(), 5, "{calls:?}");
    assert!(calls[4].starts_with("run powershell c:/e.ps1 c:/Windows/Temp/packer-cleanup-"), "{}", calls[4]);
}

#[tokio::test]
async fn another_attempt_has_the_same_names() {
    let plan = PowerShellPlan { remote_path: None, remote_env_var_path: None, skip_clean: true, ..plan() };
    let (recorder, id) = (Recorder::answering("powershell", [Answer::Exit(Exit::Status(3))]), Uuid::new_v4());
    run(&plan, &recorder, &data(), id, &context().0).await.unwrap_err();
    run(&plan, &recorder, &data(), id, &context().0).await.unwrap();
    let calls = recorder.calls();
    assert_eq!(calls[..3], calls[3..]);
}

#[tokio::test(start_paused = true)]
async fn all_is_sent_again_to_a_guest_that_restarted() {
    let recorder = Recorder::answering("powershell", [Answer::Fail]);
    run(&plan(), &recorder, &data(), Uuid::new_v4(), &context().0).await.unwrap();
    assert_eq!(recorder.calls().iter().filter(|call| call.starts_with("upload c:/e.ps1")).count(), 2);
}
