//! What we do when `VBoxManage` fails, and Packer 1.6.6 does otherwise or takes minutes for.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::guest::Keys;
use crate::trial::{Bench, Places, Template, Trial};

/// More than any of these builds needs on a busy host, and less than one of Packer's pauses.
const QUICK: Duration = Duration::from_secs(40);

/// The end of one of our builds, and what it left.
struct End {
    trial: Trial,
    machine_is_left: bool,
    output_is_left: bool,
}

/// Builds a template with these things in it beside the builder; `None` where there is no OpenSSH.
async fn build(content: Value) -> Option<End> {
    let keys = Keys::make().await?;
    let mut content = content;
    content["builder"]["type"] = "virtualbox-iso".into();
    content["builder"]["vm_name"] = "box".into();
    let template = Template { name: "box".to_owned(), content };
    let bench = Bench::new(&template, &Places::choose(&keys));
    let trial = bench.run(Path::new(env!("CARGO_BIN_EXE_boxwright"))).await;
    let [machine_is_left, output_is_left] =
        ["virtualbox/machine", "output-virtualbox-iso"].map(|path| bench.path(path).exists());
    Some(End { trial, machine_is_left, output_is_left })
}

fn failure(call: &str, count: u32, code: u32, message: &str) -> Value {
    json!([{ "call": call, "count": count, "code": code, "message": message }])
}

#[tokio::test]
async fn an_error_with_exit_code_0_is_an_error() {
    let failures = failure("modifyvm box --boot1", 9, 0, "Invalid RAM size: 1 MB");
    let Some(end) = build(json!({ "failures": failures })).await else { return };
    assert!(!end.trial.success && end.trial.log.contains("Invalid RAM size: 1 MB"), "{}", end.trial.log);
    assert!(!end.machine_is_left && !end.output_is_left, "{:#?}", end.trial.calls);
}

#[tokio::test]
async fn a_machine_that_is_held_for_a_moment_costs_a_moment() {
    let message = "The machine 'box' is already locked for a session: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)";
    for call in
        ["modifyvm box --boot1", "storageattach box --storagectl IDE Controller --port 0 --device 1", "unregistervm"]
    {
        let started = Instant::now();
        let Some(end) = build(json!({ "failures": failure(call, 3, 1, message) })).await else { return };
        assert!(end.trial.success && !end.machine_is_left, "{call}: {}", end.trial.log);
        let tries =
            end.trial.calls.0.iter().filter(|line| line.replace('\'', "").replace("NAME", "box").starts_with(call));
        assert!(tries.count() >= 4, "{call}: {:#?}", end.trial.calls);
        assert!(started.elapsed() < QUICK, "{call}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn the_floppy_drive_is_removed_as_soon_as_it_is_let_go() {
    let failures = failure("storagectl box --name Floppy Controller --remove", 2, 1, "VBOX_E_INVALID_OBJECT_STATE");
    let started = Instant::now();
    let Some(end) = build(json!({ "failures": failures, "builder": { "floppy_files": ["seed.txt"] } })).await else {
        return;
    };
    assert!(end.trial.success, "{}", end.trial.log);
    assert!(started.elapsed() < QUICK, "{:?}", started.elapsed());
}

#[tokio::test]
async fn warnings_may_stand_before_the_version() {
    for warning in ["WARNING: The settings are of an older version.", "Qt WARNING: no display\n"] {
        let version = format!("{warning}\n7.0.20_Debianr163906");
        let Some(end) = build(json!({ "version": version })).await else { return };
        assert!(end.trial.success, "{}", end.trial.log);
        let expected = " --nat-localhostreachable1 on";
        assert!(end.trial.calls.0.iter().any(|call| call.ends_with(expected)), "{:#?}", end.trial.calls);
    }
}

#[tokio::test]
async fn without_a_version_or_the_kernel_module_no_build_begins() {
    let warning = "WARNING: The character device /dev/vboxdrv does not exist.\n7.0.20r163906";
    for (version, cause) in [(warning, "modprobe vboxdrv"), ("no such file", "tells no version")] {
        let Some(end) = build(json!({ "version": version })).await else { return };
        assert!(!end.trial.success && end.trial.log.contains(cause), "{}", end.trial.log);
        assert!(end.trial.calls.0.is_empty() && !end.output_is_left, "{:#?}", end.trial.calls);
    }
}

#[tokio::test]
async fn causes_are_told_with_what_to_do() {
    let cases = [
        ("createvm", "Machine settings file '/m/box/box.vbox' already exists", "unregistervm"),
        ("startvm box", "VERR_VM_DRIVER_NOT_INSTALLED", "vboxconfig"),
        ("export box", "VERR_DISK_FULL", "free some space"),
        (
            "storageattach box --storagectl IDE Controller --port 0 --device 1",
            "VBOX_E_OBJECT_IN_USE",
            "another machine",
        ),
    ];
    for (call, message, help) in cases {
        let Some(end) = build(json!({ "failures": failure(call, 9, 1, message) })).await else { return };
        let log = &end.trial.log;
        assert!(!end.trial.success && log.contains(message) && log.contains(help), "{call}: {log}");
        assert!(!end.machine_is_left && !end.output_is_left, "{call}: {:#?}", end.trial.calls);
    }
}
