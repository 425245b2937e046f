//! Guests that go their own way: they die, need no session, or do only later what they are told.

use boxwright::comm::Exit;
use boxwright::error::ErrorKind;
use boxwright::event::{Event, Stage};
use boxwright::machine::fake::{Answer, Misbehaviour, Operation, Rule};
use serde_json::json;
use tokio::time::Instant;

use crate::site::Site;
use crate::{good_guest, machines};

#[tokio::test(start_paused = true)]
async fn a_machine_that_dies_while_ssh_is_waited_for_is_reported_at_once() {
    let site = Site::new();
    let machines = machines(good_guest().rule(Rule::new(Operation::Connect, Misbehaviour::Hang)));
    let log = machines.log();
    let start = Instant::now();
    let dies = async {
        log.reached("connect").await;
        machines.pull_the_plug();
        std::future::pending::<()>().await;
    };
    let report = site.run_until(&machines, dies).await;
    assert_eq!(start.elapsed().as_secs(), 5, "only the boot_wait");
    let error = report.outcomes[0].error.as_ref().unwrap();
    assert_eq!((error.stage, error.kind()), (Some(Stage::Connect), ErrorKind::Guest));
    assert!(report.error().contains("the machine stopped while the build waited for SSH"), "{}", report.error());
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_dies_under_a_provisioner_fails_the_build() {
    let site = Site::new();
    let machines = machines(good_guest().rule(Rule::new(Operation::Run, Misbehaviour::Hang).on("install")));
    let dies = async {
        machines.log().reached("run install").await;
        machines.pull_the_plug();
        std::future::pending::<()>().await;
    };
    let report = site.run_until(&machines, dies).await;
    assert!(report.error().contains("the machine stopped under a provisioner"), "{}", report.error());
}

#[tokio::test(start_paused = true)]
async fn without_a_communicator_the_guest_ends_by_itself() {
    let mut site = Site::new();
    let builder = site.builder().as_object_mut().unwrap();
    for key in ["ssh_username", "ssh_password", "shutdown_command"] {
        builder.remove(key);
    }
    builder.insert("communicator".into(), json!("none"));
    site.template["provisioners"] = json!([]);
    site.template.as_object_mut().unwrap().remove("error-cleanup-provisioner");
    let machines = machines(good_guest());
    let installed = async {
        // Once for the boot wait, and then for the end.
        machines.log().reached("send keys").await;
        machines.pull_the_plug();
        std::future::pending::<()>().await;
    };
    let report = site.run_until(&machines, installed).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    let log = machines.log();
    assert!(!log.has("connect") && !log.has("guest address") && !log.has("power off"), "{:?}", log.lines());
}

#[tokio::test(start_paused = true)]
async fn a_provisioner_is_tried_again_as_often_as_the_template_says() {
    let mut site = Site::new();
    site.template["provisioners"][0]["max_retries"] = json!(2);
    let fails = Rule::new(Operation::Upload, Misbehaviour::Fail).on("/etc/motd");
    let recovering = machines(good_guest().rule(fails.clone().times(2)));
    let report = site.run(&recovering).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    let retries = report.all().filter(|event| matches!(event, Event::ProvisionerRetry { .. })).count();
    assert_eq!(retries, 2);

    site.options.force = true;
    let report = site.run(&machines(good_guest().rule(fails.times(3)))).await;
    assert!(report.error().contains("the script lets `upload` fail"), "{}", report.error());
}

#[tokio::test(start_paused = true)]
async fn a_provisioner_has_the_time_that_the_template_gives() {
    let mut site = Site::new();
    site.template["provisioners"][1]["timeout"] = json!("30s");
    let machines = machines(good_guest().rule(Rule::new(Operation::Run, Misbehaviour::Hang).on("install")));
    let start = Instant::now();
    let report = site.run(&machines).await;
    assert!(report.error().contains("did not finish within 30 s"), "{}", report.error());
    assert_eq!(start.elapsed().as_secs(), 35);
    assert!(!machines.is_running());
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_guest_showed_is_kept() {
    let site = Site::new();
    site.secrets.add("hunter2");
    let answer = Answer::to("install").stderr("no network").exit(Exit::Status(1));
    let report = site.run(&machines(good_guest().answer(answer))).await;
    let kept = report.all().find_map(|event| match event {
        Event::EvidenceSaved { folder, files } => Some((folder.clone(), files.clone())),
        _ => None,
    });
    let (folder, files) = kept.expect("evidence is kept");
    assert!(folder.starts_with(site.path("cache/failed")), "{folder:?}");
    assert_eq!(files, [folder.join("error.txt"), folder.join("screen.png")]);
    assert!(fs_err::read_to_string(&files[0]).unwrap().contains("exit status 1"));
    assert!(fs_err::read(&files[1]).unwrap().starts_with(b"\x89PNG"));
}

#[tokio::test(start_paused = true)]
async fn a_machine_without_a_picture_does_not_hold_up_the_cleanup() {
    for misbehaviour in [Misbehaviour::Fail, Misbehaviour::Hang, Misbehaviour::Panic] {
        let site = Site::new();
        let script = good_guest().answer(Answer::to("install").exit(Exit::Status(1)));
        let machines = machines(script.rule(Rule::new(Operation::Screenshot, misbehaviour)));
        let report = site.run(&machines).await;
        assert!(report.error().contains("exit status 1"), "{misbehaviour:?}: {}", report.error());
        assert!(!machines.is_running() && !site.path("output").exists(), "{misbehaviour:?}");
    }
}
