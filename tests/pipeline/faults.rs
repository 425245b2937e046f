//! Every stage fails, hangs until it is cancelled, and panics.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;

use boxwright::comm::Exit;
use boxwright::error::ErrorKind;
use boxwright::event::{Event, Stage};
use boxwright::machine::fake::{Answer, FakeDriver, FakeScript, Misbehaviour, Operation, Rule};
use boxwright::run::prompt::Prompt;
use serde_json::json;

use crate::report::Report;
use crate::site::Site;
use crate::{good_guest, machines};

/// Operations of the fakes, by the stage in which they go wrong and the object that tells them from others.
const OPERATIONS: [(Stage, Operation, &str); 9] = [
    (Stage::Create, Operation::HttpAddress, ""),
    (Stage::Create, Operation::Create, ""),
    (Stage::Boot, Operation::Start, ""),
    (Stage::Boot, Operation::SendKeys, ""),
    (Stage::Connect, Operation::GuestAddress, ""),
    (Stage::Connect, Operation::Connect, ""),
    (Stage::Provision, Operation::Upload, "/etc/motd"),
    (Stage::Provision, Operation::Run, "install"),
    (Stage::Export, Operation::Export, ""),
];

/// A site as it was, to be compared with what a build leaves.
struct Before {
    site: Site,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Before {
    fn new() -> Self {
        Self::of(Site::with_former_output())
    }

    fn of(site: Site) -> Self {
        Self { files: site.files(), site }
    }

    /// The first thing that was said to be wrong is this, and all is as it was.
    fn assert_clean(&self, report: &Report, machines: &FakeDriver, stage: Stage, kind: ErrorKind, message: &str) {
        assert_first_error(report, stage, kind, message);
        assert_nothing_runs(report, machines);
        assert_eq!(self.site.files(), self.files, "{stage:?}, {message}");
        assert!(self.site.has_former_output());
    }
}

fn assert_first_error(report: &Report, stage: Stage, kind: ErrorKind, message: &str) {
    let told = |event: &Event| {
        let failed = Event::Failed { kind, stage: Some(stage), message: message.to_owned() };
        serde_json::to_value(event).unwrap() == serde_json::to_value(failed).unwrap()
    };
    let failed = report.position(told).unwrap_or_else(|| panic!("{stage:?}, {message}: {:#?}", report.events));
    let count = report.all().filter(|event| matches!(event, Event::Failed { .. })).count();
    assert_eq!(count, 1, "the error is told once");
    let cleaning = report.position(|event| matches!(event, Event::CleanupStep { .. }));
    assert!(cleaning.is_none_or(|cleaning| failed < cleaning), "{:#?}", report.events);
    assert!(!report.all().any(|event| matches!(event, Event::AlsoFailed { .. })), "{:#?}", report.events);
    assert_eq!(report.stages().last(), Some(&stage));
    let [outcome] = report.outcomes.as_slice() else { panic!("one build, not {:?}", report.outcomes) };
    let error = outcome.error.as_ref().unwrap();
    assert_eq!((error.stage, error.kind(), error.message().as_str()), (Some(stage), kind, message));
    assert!(outcome.artifacts.is_empty());
}

fn assert_nothing_runs(report: &Report, machines: &FakeDriver) {
    assert!(!machines.is_running(), "the machine is off");
    for address in report.http_addresses() {
        assert!(TcpStream::connect(&address).is_err(), "{address} still listens");
    }
}

fn script(operation: Operation, misbehaviour: Misbehaviour, object: &str) -> FakeScript {
    good_guest().rule(Rule::new(operation, misbehaviour).on(object))
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_ends_its_stage() {
    for (stage, operation, object) in OPERATIONS {
        let before = Before::new();
        let machines = machines(script(operation, Misbehaviour::Fail, object));
        let report = before.site.run(&machines).await;
        let message = report.error();
        assert!(message.contains(&format!("the script lets `{operation}` fail")), "{message}");
        before.assert_clean(&report, &machines, stage, ErrorKind::Guest, &message);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_hangs_can_be_cancelled() {
    for (stage, operation, object) in OPERATIONS {
        let before = Before::new();
        let machines = machines(script(operation, Misbehaviour::Hang, object));
        let log = machines.log();
        let reached = format!("{operation} {object}");
        let report = before.site.run_until(&machines, log.reached(reached.trim())).await;
        before.assert_clean(&report, &machines, stage, ErrorKind::Cancelled, "cancelled");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_panics_is_a_defect_and_cleaned_up_after() {
    for (stage, operation, object) in OPERATIONS {
        let before = Before::new();
        let machines = machines(script(operation, Misbehaviour::Panic, object));
        let report = before.site.run(&machines).await;
        let message = format!("defect in this program: the script lets `{operation}` panic");
        before.assert_clean(&report, &machines, stage, ErrorKind::Internal, &message);
    }
}

/// Where nothing can be made to panic from outside, the question between two stages can (`-debug`).
#[tokio::test(start_paused = true)]
async fn a_panic_after_any_stage_before_the_export_leaves_nothing() {
    use Stage::{Boot, Connect, Create, Fetch, Provision, Shutdown};
    for stage in [Fetch, Create, Boot, Connect, Provision, Shutdown] {
        let mut before = Before::new();
        panic_after(&mut before.site, stage);
        let machines = machines(good_guest());
        let report = before.site.run(&machines).await;
        before.assert_clean(&report, &machines, stage, ErrorKind::Internal, "defect in this program: boom");
    }
}

fn panic_after(site: &mut Site, stage: Stage) {
    site.options.debug = true;
    site.prompt = Prompt::new(move |question| {
        assert!(!question.starts_with(&format!("{stage:?}")), "boom");
        Box::pin(async { None })
    });
}

#[tokio::test]
async fn an_image_with_the_wrong_checksum_makes_nothing() {
    let mut site = Site::with_former_output();
    site.builder()["iso_checksum"] = json!(format!("md5:{}", "0".repeat(32)));
    let before = Before::of(site);
    let machines = machines(good_guest());
    let report = before.site.run(&machines).await;
    let message = report.error();
    assert!(message.contains("base.iso"), "{message}");
    assert_first_error(&report, Stage::Fetch, ErrorKind::User, &message);
    assert!(before.site.has_former_output());
    assert!(machines.log().lines().is_empty(), "no machine was made");
}

#[tokio::test]
async fn a_download_that_hangs_can_be_cancelled() {
    let mut site = Site::with_former_output();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    site.builder()["iso_url"] = json!(format!("http://{}/base.iso", listener.local_addr().unwrap()));
    let before = Before::of(site);
    let machines = machines(good_guest());
    let mut silent = Vec::new();
    let asked = async { silent.push(listener.accept().await.unwrap()) };
    let report = before.site.run_until(&machines, asked).await;
    assert_first_error(&report, Stage::Fetch, ErrorKind::Cancelled, "cancelled");
    assert!(before.site.has_former_output());
}

#[tokio::test(start_paused = true)]
async fn a_script_that_fails_is_told_with_its_status() {
    let before = Before::new();
    let machines = machines(good_guest().answer(Answer::to("install").exit(Exit::Status(3))));
    let report = before.site.run(&machines).await;
    let message = "inline script ended with exit status 3 (good is 0)";
    before.assert_clean(&report, &machines, Stage::Provision, ErrorKind::Guest, message);
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_does_not_turn_itself_off_is_an_error_after_the_timeout() {
    let before = Before::new();
    let machines = machines(FakeScript::new());
    let report = before.site.run(&machines).await;
    let message = "the machine was still running 300 s after the shutdown command";
    before.assert_clean(&report, &machines, Stage::Shutdown, ErrorKind::Guest, message);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_can_be_cancelled_and_can_panic() {
    let before = Before::new();
    let hanging = machines(script(Operation::Run, Misbehaviour::Hang, "poweroff"));
    let report = before.site.run_until(&hanging, hanging.log().reached("run sudo poweroff")).await;
    before.assert_clean(&report, &hanging, Stage::Shutdown, ErrorKind::Cancelled, "cancelled");

    let panicking = machines(script(Operation::Run, Misbehaviour::Panic, "poweroff"));
    let report = before.site.run(&panicking).await;
    let message = "defect in this program: the script lets `run` panic";
    before.assert_clean(&report, &panicking, Stage::Shutdown, ErrorKind::Internal, message);
}

/// A site whose last post-processor runs these lines on the host.
fn with_last_script(lines: &[&str]) -> Site {
    let mut site = Site::new();
    site.builder()["boot_wait"] = json!("-1s");
    site.template["post-processors"] = json!([[
        { "type": "compress", "output": "{{template_dir}}/boxes/vm.tar.gz", "keep_input_artifact": true },
        { "type": "shell-local", "inline": lines },
    ]]);
    site
}

#[tokio::test]
async fn a_post_processor_that_fails_ends_its_sequence_only() {
    let site = with_last_script(&["exit 7"]);
    let machines = machines(good_guest());
    let report = site.run(&machines).await;
    let error = report.outcomes[0].error.as_ref().unwrap();
    assert_eq!((error.stage, error.kind()), (Some(Stage::PostProcess), ErrorKind::Guest));
    assert!(report.error().contains("exit status 7"), "{}", report.error());
    let kept: Vec<_> = report.outcomes[0].artifacts.iter().map(|artifact| artifact.id.as_str()).collect();
    assert_eq!(kept, ["VM"], "the template keeps the machine");
    assert!(site.path("output/vm").is_file());
    assert_nothing_runs(&report, &machines);
}

#[tokio::test]
async fn a_post_processor_that_hangs_can_be_cancelled() {
    let mut site = with_last_script(&[]);
    let mark = site.path("mark");
    let lines = [format!("touch {}", mark.display()), "sleep 600".to_owned()];
    site.template["post-processors"][0][1]["inline"] = json!(lines);
    let machines = machines(good_guest());
    let started = async {
        while !mark.exists() {
            tokio::task::yield_now().await;
        }
    };
    let report = site.run_until(&machines, started).await;
    assert_first_error(&report, Stage::PostProcess, ErrorKind::Cancelled, "cancelled");
    assert_nothing_runs(&report, &machines);
    let left: Vec<_> = site.files().into_keys().filter(|path| path.starts_with("cache")).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[tokio::test(start_paused = true)]
async fn a_panic_after_the_last_stage_leaves_the_users_files() {
    for stage in [Stage::Export, Stage::PostProcess] {
        let mut site = Site::with_former_output();
        panic_after(&mut site, stage);
        let machines = machines(good_guest());
        let report = site.run(&machines).await;
        assert_first_error(&report, stage, ErrorKind::Internal, "defect in this program: boom");
        assert_nothing_runs(&report, &machines);
        assert!(!site.has_former_output(), "the machine was complete, so the former one had gone");
    }
}
