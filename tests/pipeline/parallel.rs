//! Several builds in one run.

use boxwright::error::ErrorKind;
use boxwright::event::{Event, Stage};
use boxwright::machine::fake::{FakeDriver, FakeScript, Misbehaviour, Operation, Rule};
use serde_json::json;

use crate::fleet::Fleet;
use crate::good_guest;
use crate::report::Report;
use crate::site::Site;

const PORTS: [u16; 2] = [2201, 2202];

/// Two builds, `one` and `two`, each with a machine of its own.
fn two_builds(one: FakeScript, two: FakeScript) -> (Site, Fleet) {
    let mut site = Site::new();
    let builder = site.builder().clone();
    let named = |name: &str, port: u16| {
        let mut builder = builder.clone();
        builder["name"] = json!(name);
        builder["output_directory"] = json!(format!("{{{{template_dir}}}}/{name}"));
        builder["ssh_port"] = json!(port);
        builder
    };
    site.template["builders"] = json!([named("one", PORTS[0]), named("two", PORTS[1])]);
    site.template["post-processors"] = json!([]);
    let machines = PORTS.into_iter().zip([one, two].map(FakeDriver::new));
    (site, Fleet(machines.collect()))
}

fn failed(report: &Report) -> Vec<(&str, bool)> {
    report.outcomes.iter().map(|outcome| (outcome.build.as_str(), outcome.error.is_some())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_build_that_fails_does_not_hinder_the_other() {
    let (site, fleet) = two_builds(good_guest().rule(Rule::new(Operation::Start, Misbehaviour::Panic)), good_guest());
    let report = site.run(&fleet).await;
    assert_eq!(failed(&report), [("one", true), ("two", false)]);
    assert!(!site.path("one").exists() && site.path("two/vm").is_file());
}

#[tokio::test(start_paused = true)]
async fn builds_run_at_the_same_time_unless_one_by_one_is_asked_for() {
    for (limit, together) in [(0, true), (1, false)] {
        let (mut site, fleet) = two_builds(good_guest(), good_guest());
        site.options.parallel_builds = limit;
        let report = site.run(&fleet).await;
        assert_eq!(failed(&report), [("one", false), ("two", false)]);
        let position = |name: &str, stage: Stage| {
            report.events.iter().position(|(build, event)| {
                build == name && matches!(event, Event::StageStarted { stage: begun } if *begun == stage)
            })
        };
        assert_eq!(position("two", Stage::Fetch) < position("one", Stage::Export), together);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_cleans_up_after_all_its_builds() {
    let hanging = || good_guest().rule(Rule::new(Operation::Run, Misbehaviour::Hang).on("install"));
    let (site, fleet) = two_builds(hanging(), hanging());
    let before = site.files();
    let both_run = async {
        for port in PORTS {
            fleet.0[&port].log().reached("run install").await;
        }
    };
    let report = site.run_until(&fleet, both_run).await;
    for outcome in &report.outcomes {
        let error = outcome.error.as_ref().unwrap();
        assert_eq!((error.stage, error.kind()), (Some(Stage::Provision), ErrorKind::Cancelled));
    }
    assert_eq!(site.files(), before);
    assert!(PORTS.iter().all(|port| !fleet.0[port].is_running()));
}

#[tokio::test(start_paused = true)]
async fn a_build_that_waits_for_its_turn_is_cancelled_too() {
    let hanging = good_guest().rule(Rule::new(Operation::Connect, Misbehaviour::Hang));
    let (mut site, fleet) = two_builds(hanging, good_guest());
    site.options.parallel_builds = 1;
    let log = fleet.0[&PORTS[0]].log();
    let report = site.run_until(&fleet, log.reached("connect")).await;
    let stages: Vec<_> = report.outcomes.iter().map(|outcome| outcome.error.as_ref().unwrap().stage).collect();
    assert_eq!(stages, [Some(Stage::Connect), None]);
    assert!(fleet.0[&PORTS[1]].log().lines().is_empty(), "it never began");
}
