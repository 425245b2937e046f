//! What `-on-error` asks for, and the provisioner that runs only after a failure.

use std::sync::{Arc, Mutex};

use boxwright::comm::Exit;
use boxwright::error::ErrorKind;
use boxwright::event::{Event, Stage};
use boxwright::io::journal;
use boxwright::machine::fake::{Answer, FakeScript, Misbehaviour, Operation, Rule};
use boxwright::plan::OnError;
use boxwright::run::prompt::Prompt;

use crate::site::Site;
use crate::{good_guest, machines};

fn failing_install() -> FakeScript {
    good_guest().answer(Answer::to("install").exit(Exit::Status(1)))
}

/// Answers in this order, then not at all. The questions are written down.
fn answers(answers: &[&str]) -> (Prompt, Arc<Mutex<Vec<String>>>) {
    let left: Mutex<Vec<String>> = Mutex::new(answers.iter().rev().map(ToString::to_string).collect());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let questions = Arc::clone(&asked);
    let prompt = Prompt::new(move |question| {
        questions.lock().unwrap().push(question);
        let answer = left.lock().unwrap().pop();
        Box::pin(async move { answer })
    });
    (prompt, asked)
}

#[tokio::test(start_paused = true)]
async fn abort_leaves_the_machine_and_the_next_run_does_too() {
    let mut site = Site::new();
    site.options.on_error = OnError::Abort;
    let machines = machines(failing_install());
    let report = site.run(&machines).await;
    assert!(report.error().contains("exit status 1"));
    assert!(machines.is_running() && site.path("output/vm").is_file());
    assert!(!machines.log().has("run collect"), "abort runs nothing more");
    assert!(report.warnings().contains("not done, as -on-error asks: end the machine"), "{}", report.warnings());
    assert_eq!(journal::recover(&site.path("cache/journal"), |_| Ok(false)), journal::Recovery::default());
    assert!(site.path("output/vm").is_file());
}

#[tokio::test(start_paused = true)]
async fn the_cleanup_provisioner_runs_after_the_error_is_told_and_before_the_machine_ends() {
    let site = Site::new();
    let machines = machines(failing_install());
    let report = site.run(&machines).await;
    let failed = report.position(|event| matches!(event, Event::Failed { .. })).unwrap();
    let provisioners: Vec<_> = report
        .all()
        .enumerate()
        .filter(|(_, event)| matches!(event, Event::ProvisionerStarted { .. }))
        .map(|(position, _)| position > failed)
        .collect();
    assert_eq!(provisioners, [false, false, true], "{:#?}", report.events);
    let lines = machines.log().lines();
    let position = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
    assert!(position("run collect") < position("end the machine"));
}

#[tokio::test(start_paused = true)]
async fn the_cleanup_provisioner_runs_only_when_a_provisioner_failed() {
    for (operation, object) in [(Operation::Connect, ""), (Operation::Run, "poweroff"), (Operation::Export, "")] {
        let site = Site::new();
        let rule = Rule::new(operation, Misbehaviour::Fail).on(object);
        let machines = machines(FakeScript::new().rule(rule));
        let report = site.run(&machines).await;
        assert!(report.outcomes[0].error.is_some());
        assert!(!machines.log().has("run collect"), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cleanup_provisioner_that_goes_wrong_does_not_hide_the_error() {
    for misbehaviour in [Misbehaviour::Fail, Misbehaviour::Hang, Misbehaviour::Panic] {
        let site = Site::new();
        let machines = machines(failing_install().rule(Rule::new(Operation::Run, misbehaviour).on("collect")));
        let log = machines.log();
        let cancelled = async {
            if misbehaviour == Misbehaviour::Hang {
                log.reached("run collect").await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        let report = site.run_until(&machines, cancelled).await;
        let error = report.outcomes[0].error.as_ref().unwrap();
        assert_eq!((error.stage, error.kind()), (Some(Stage::Provision), ErrorKind::Guest), "{misbehaviour:?}");
        assert!(report.error().contains("exit status 1"), "{misbehaviour:?}: {}", report.error());
        assert!(!machines.is_running() && !site.path("output").exists(), "{misbehaviour:?}");
        assert!(report.warnings().contains("error-cleanup-provisioner"), "{}", report.warnings());
    }
}

#[tokio::test(start_paused = true)]
async fn run_cleanup_provisioner_runs_it_and_leaves_the_rest() {
    let mut site = Site::new();
    site.options.on_error = OnError::RunCleanupProvisioner;
    let machines = machines(failing_install());
    site.run(&machines).await;
    assert!(machines.log().has("run collect"));
    assert!(machines.is_running() && site.path("output/vm").is_file());
}

#[tokio::test(start_paused = true)]
async fn ask_can_run_the_provisioner_again() {
    let mut site = Site::new();
    site.options.on_error = OnError::Ask;
    let (prompt, asked) = answers(&["r", "r"]);
    site.prompt = prompt;
    let fails_twice = Rule::new(Operation::Upload, Misbehaviour::Fail).on("/etc/motd").times(2);
    let report = site.run(&machines(good_guest().rule(fails_twice))).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn ask_can_clean_up_and_can_leave_everything() {
    for (given, leaves) in [(&["", "c"][..], false), (&["", "x", "a"], true), (&[], false)] {
        let mut site = Site::new();
        site.options.on_error = OnError::Ask;
        let (prompt, asked) = answers(given);
        site.prompt = prompt;
        let machines = machines(failing_install());
        let report = site.run(&machines).await;
        assert!(report.error().contains("exit status 1"));
        assert_eq!(machines.is_running(), leaves, "{given:?}: {:?}", asked.lock().unwrap());
        assert_eq!(site.path("output").exists(), leaves, "{given:?}");
    }
}
