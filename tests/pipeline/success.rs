//! A build without a fault.

use boxwright::event::{Event, Stage};
use boxwright::machine::fake::{Answer, FakeScript};
use serde_json::json;

use crate::site::Site;
use crate::{good_guest, machines};

#[tokio::test(start_paused = true)]
async fn the_stages_come_in_order_and_the_artifacts_are_there() {
    use Stage::{Boot, Connect, Create, Export, Fetch, PostProcess, Provision, Shutdown};
    let site = Site::new();
    let machines = machines(good_guest());
    let report = site.run(&machines).await;
    let [outcome] = report.outcomes.as_slice() else { panic!("one build") };
    assert!(outcome.error.is_none(), "{outcome:?}");
    assert_eq!(report.stages(), [Fetch, Create, Boot, Connect, Provision, Shutdown, Export, PostProcess]);
    let files: Vec<_> = outcome.artifacts.iter().flat_map(|artifact| &artifact.files).collect();
    for name in ["boxes/vm.tar.gz", "boxes/sums"] {
        assert!(files.contains(&&site.path(name)) && site.path(name).is_file(), "{name}: {files:?}");
    }
    assert!(site.path("manifest.json").is_file());
    assert!(!machines.is_running());
    assert!(!report.all().any(|event| matches!(event, Event::Failed { .. } | Event::EvidenceSaved { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_build_leaves_its_output_and_nothing_else() {
    let mut site = Site::with_former_output();
    site.template["post-processors"] = json!([]);
    let mut expected = site.files();
    let report = site.run(&machines(good_guest())).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    let disk = expected.get_mut(std::path::Path::new("output/vm")).unwrap();
    *disk = vec![b'd'; 64 * 1024];
    assert!(site.files() == expected, "{:?}", site.files().keys());
}

#[tokio::test(start_paused = true)]
async fn the_data_of_the_build_reach_provisioners_and_guest() {
    let site = Site::new();
    let machines = machines(good_guest());
    let report = site.run(&machines).await;
    let served = report.http_addresses().remove(0);
    let (_, port) = served.rsplit_once(':').unwrap();
    let log = machines.log();
    let install = log.lines().into_iter().find(|line| line.starts_with("run install")).unwrap();
    assert!(install.contains(&format!("SERVER='127.0.0.1:{port}'")), "{install}");
    assert!(install.contains("PACKER_BUILD_NAME='qemu'"), "{install}");
    assert_eq!(machines.guest_file("/etc/motd").unwrap(), b"hello");
    assert!(!log.has("run collect"), "nothing failed");
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_what_is_said() {
    let mut site = Site::new();
    site.template["variables"] = json!({ "token": "s3cr3t-t0ken" });
    site.template["sensitive-variables"] = json!(["token"]);
    site.template["provisioners"][1]["environment_vars"] = json!(["TOKEN={{user `token`}}"]);
    site.secrets.add("hunter2");
    let echo = Answer::to("install").stdout("the token is s3cr3t-t0ken").stderr("hunter2 it is");
    let machines = machines(good_guest().answer(echo));
    let report = site.run(&machines).await;
    assert!(machines.log().lines().iter().any(|line| line.contains("s3cr3t-t0ken")), "the guest was given it");
    let said: Vec<_> = report.all().map(|event| site.secrets.mask(&format!("{event:?}"))).collect();
    let text = said.join("\n");
    assert!(text.contains("the token is <sensitive>"), "{text}");
    assert!(!text.contains("s3cr3t") && !text.contains("hunter2"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_private_key_of_the_build_is_a_secret() {
    let mut site = Site::new();
    let builder = site.builder().as_object_mut().unwrap();
    builder.remove("ssh_password");
    site.template["provisioners"][1]["environment_vars"] = json!(["KEY={{build `SSHPrivateKey`}}"]);
    let machines = machines(good_guest());
    site.run(&machines).await;
    let log = machines.log();
    let install = log.lines().into_iter().find(|line| line.starts_with("run install")).unwrap();
    let key = install.split_once("-----BEGIN").and_then(|(_, rest)| rest.split_once("-----END")).unwrap().0;
    for line in key.lines().skip(1).filter(|line| !line.is_empty()) {
        assert_eq!(site.secrets.mask(line), "<sensitive>");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_shutdown_command_the_power_button_is_pressed_and_then_the_plug_pulled() {
    let mut site = Site::new();
    site.builder()["shutdown_command"] = json!("");
    let listening = machines(FakeScript::new());
    let report = site.run(&listening).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    assert!(listening.log().has("request shutdown") && !listening.log().has("power off"));

    site.options.force = true;
    let deaf = machines(FakeScript::new().ignores_power_button());
    let report = site.run(&deaf).await;
    assert!(report.outcomes[0].error.is_none(), "{:?}", report.outcomes);
    assert!(deaf.log().has("power off"));
    assert!(report.warnings().contains("shutdown_command"), "{}", report.warnings());
}
