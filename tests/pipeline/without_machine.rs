//! The builders `null` and `file`: no machine is made, all the rest is as with one.

use boxwright::comm::Exit;
use boxwright::error::ErrorKind;
use boxwright::event::{Event, Stage};
use boxwright::machine::fake::{Answer, FakeScript, Misbehaviour, Operation, Rule};
use boxwright::plan::OnError;
use serde_json::{Value, json};

use crate::machines;
use crate::site::Site;

/// A host that is there already, and a provisioner for it.
fn null_site() -> Site {
    let mut site = Site::new();
    *site.builder() = json!({
        "type": "null", "ssh_host": "host.example", "ssh_port": 2200, "ssh_username": "root", "ssh_password": "hunter2",
    });
    site.template["post-processors"] = json!([manifest()]);
    site
}

fn file_site(options: &Value) -> Site {
    let mut site = Site::new();
    *site.builder() = options.clone();
    site.builder()["type"] = json!("file");
    site.builder()["target"] = json!("{{template_dir}}/made/text");
    site.template["provisioners"] = json!([]);
    site.template["post-processors"] = json!([manifest()]);
    site
}

fn manifest() -> Value {
    json!({ "type": "manifest", "output": "{{template_dir}}/manifest.json", "strip_path": true })
}

fn build_of_manifest(site: &Site) -> Value {
    let text = fs_err::read_to_string(site.path("manifest.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    document["builds"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn null_provisions_the_host_that_it_is_told_and_leaves_no_files() {
    let site = null_site();
    let machines = machines(FakeScript::new());
    let report = site.run(&machines).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    assert_eq!(report.stages(), [Stage::Connect, Stage::Provision, Stage::PostProcess]);
    let log = machines.log();
    assert!(log.has("run install") && machines.guest_file("/etc/motd").is_some());
    assert!(!log.has("create") && !log.has("start"), "{:?}", log.lines());
    assert!(!log.lines().iter().any(|line| line.contains("SERVER='http")), "{:?}", log.lines());
    assert_eq!(build_of_manifest(&site)["artifact_id"], "Null");
    assert_eq!(build_of_manifest(&site)["files"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_script_sees_no_http_server_where_there_is_none() {
    let mut site = null_site();
    site.template["provisioners"] =
        json!([{ "type": "shell", "inline": ["true"], "execute_command": "{{.Vars}} go {{build `PackerHTTPAddr`}}" }]);
    let machines = machines(FakeScript::new());
    let report = site.run(&machines).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    let lines = machines.log().lines();
    let line = lines.iter().find(|line| line.contains(" go ")).unwrap();
    assert!(line.contains("PACKER_BUILDER_TYPE='null'") && !line.contains("PACKER_HTTP"), "{line}");
    assert!(line.ends_with("go ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_provisioner_of_null_is_told_first_and_its_cleanup_provisioner_runs() {
    for (on_error, collects) in [(OnError::Cleanup, true), (OnError::Abort, false)] {
        let mut site = null_site();
        site.options.on_error = on_error;
        let machines = machines(FakeScript::new().answer(Answer::to("install").exit(Exit::Status(1))));
        let report = site.run(&machines).await;
        assert!(report.error().contains("exit status 1"));
        assert_eq!(machines.log().has("run collect"), collects, "{on_error:?}");
        assert_eq!(report.stages().last(), Some(&Stage::Provision));
        assert!(report.outcomes[0].artifacts.is_empty() && !site.path("manifest.json").exists());
    }
}

#[tokio::test(start_paused = true)]
async fn null_is_cancelled_and_panics_wherever_it_is() {
    for (stage, operation, object, reached) in [
        (Stage::Connect, Operation::Connect, "", "connect"),
        (Stage::Provision, Operation::Run, "install", "run install"),
    ] {
        for (misbehaviour, kind) in
            [(Misbehaviour::Hang, ErrorKind::Cancelled), (Misbehaviour::Panic, ErrorKind::Internal)]
        {
            let site = null_site();
            let before = site.files();
            let machines = machines(FakeScript::new().rule(Rule::new(operation, misbehaviour).on(object)));
            let log = machines.log();
            let hangs = async {
                match misbehaviour {
                    Misbehaviour::Hang => log.reached(reached).await,
                    _ => std::future::pending().await,
                }
            };
            let report = site.run_until(&machines, hangs).await;
            let error = report.outcomes[0].error.as_ref().unwrap();
            assert_eq!((error.stage, error.kind()), (Some(stage), kind), "{operation} {misbehaviour:?}");
            assert_eq!(site.files(), before, "{operation} {misbehaviour:?}");
        }
    }
}

#[tokio::test]
async fn a_text_is_for_nobody_else_and_local_scripts_work_on_it() {
    let mut site = file_site(&json!({ "content": "one\n" }));
    let inline = "echo two >> '{{template_dir}}/made/text'";
    site.template["provisioners"] = json!([
        { "type": "shell-local", "inline": [inline] },
        { "type": "shell", "inline": ["exit 1"] },
    ]);
    let machines = machines(FakeScript::new());
    let report = site.run(&machines).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    assert_eq!(report.stages(), [Stage::Create, Stage::Provision, Stage::PostProcess]);
    assert!(machines.log().lines().is_empty(), "there is no guest");
    assert_eq!(fs_err::read_to_string(site.path("made/text")).unwrap(), "one\ntwo\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs_err::metadata(site.path("made/text")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let build = build_of_manifest(&site);
    assert_eq!((&build["artifact_id"], &build["builder_type"]), (&json!("File"), &json!("file")));
    assert_eq!(build["files"], json!([{ "name": "text", "size": 8 }]));
}

#[tokio::test]
async fn a_file_is_copied_over_a_former_one_or_not_at_all() {
    for (source, copied) in [("motd", true), ("nothing", false), ("http", false)] {
        let site = file_site(&json!({ "source": format!("{{{{template_dir}}}}/{source}") }));
        fs_err::create_dir(site.path("made")).unwrap();
        fs_err::write(site.path("made/text"), "former").unwrap();
        let report = site.run(&machines(FakeScript::new())).await;
        assert_eq!(report.outcomes[0].error.is_none(), copied, "{source}: {:?}", report.outcomes);
        let expected = if copied { "hello" } else { "former" };
        assert_eq!(fs_err::read_to_string(site.path("made/text")).unwrap(), expected);
        assert_eq!(fs_err::read_dir(site.path("made")).unwrap().count(), 1, "{source}");
    }
}

#[tokio::test]
async fn a_script_that_fails_on_the_file_fails_the_build() {
    let mut site = file_site(&json!({ "content": "one" }));
    site.template["provisioners"] = json!([{ "type": "shell-local", "inline": ["exit 3"] }]);
    site.template["error-cleanup-provisioner"] =
        json!({ "type": "shell-local", "inline": ["echo failed > '{{template_dir}}/note'"] });
    let report = site.run(&machines(FakeScript::new())).await;
    assert!(report.error().contains("exit status 3"), "{}", report.error());
    assert!(site.path("note").is_file() && !site.path("manifest.json").exists());
}

#[tokio::test(start_paused = true)]
async fn machines_null_and_files_are_built_side_by_side() {
    let mut site = Site::new();
    let machine = site.builder().clone();
    site.template["builders"] = json!([
        machine,
        { "type": "null", "communicator": "none" },
        { "type": "file", "content": "x", "target": "{{template_dir}}/made/text" },
    ]);
    site.template["provisioners"][0]["only"] = json!(["qemu"]);
    site.template["provisioners"][1]["only"] = json!(["qemu"]);
    site.template["post-processors"] = json!([manifest()]);
    let machines = machines(FakeScript::new().rule(Rule::new(Operation::Start, Misbehaviour::Fail)));
    let report = site.run(&machines).await;
    let failed: Vec<_> = report.outcomes.iter().filter(|outcome| outcome.error.is_some()).collect();
    assert!(failed.len() == 1 && failed[0].build == "qemu", "{:?}", report.outcomes);
    assert!(site.path("made/text").is_file() && !site.path("output").exists());
    assert_eq!(report.all().filter(|event| matches!(event, Event::Failed { .. })).count(), 1);
}
