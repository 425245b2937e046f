//! Chef against the guest that writes down what it is asked.

use super::*;
use crate::comm::Exit;
use crate::error::chain;
use crate::plan::provisioner::{ChefInstall, ClientPlan, GuestSystem, SoloPlan};
use crate::provision::testing::{Answer, Recorder, context, data};

fn plan(job: ChefJob) -> ChefPlan {
    ChefPlan {
        job,
        system: GuestSystem::Unix,
        environment: None,
        license: None,
        config_template: None,
        data_bag_secret: None,
        execute_command: Late::literal("chef it"),
        install: None,
        attributes: serde_json::from_str(r#"{"run_list": ["a"]}"#).unwrap(),
        sudo: false,
        staging_directory: "/tmp/c".into(),
    }
}

fn solo() -> ChefJob {
    ChefJob::Solo(SoloPlan {
        cookbooks: vec!["cookbooks".into()],
        remote_cookbooks: vec!["/var/cookbooks".into()],
        roles: Some("roles".into()),
        data_bags: None,
        environments: None,
    })
}

fn client() -> ClientPlan {
    ClientPlan {
        server_url: "https://chef.test".into(),
        node_name: Some("n1".into()),
        client_key: None,
        validation_key: Some("v.pem".into()),
        validation_client_name: None,
        policy_name: None,
        policy_group: None,
        knife_command: Late::literal("knife it"),
        rubygems_url: None,
        ssl_verify_mode: None,
        trusted_certs_dir: None,
        skip_clean_client: false,
        skip_clean_node: false,
        skip_clean_staging_directory: false,
        elevation: None,
    }
}

async fn run_with(plan: &ChefPlan, recorder: &Recorder) -> Result<(), Error> {
    run(plan, recorder, &data(), &context().0).await
}

#[tokio::test]
async fn cookbooks_configuration_and_attributes_come_before_the_program() {
    let recorder = Recorder::default();
    run_with(&plan(solo()), &recorder).await.unwrap();
    let expected = [
        "run mkdir -p '/tmp/c'",
        "run mkdir -p '/tmp/c/cookbooks-0'",
        "upload folder cookbooks/ to /tmp/c/cookbooks-0",
        "run mkdir -p '/tmp/c/roles'",
        "upload folder roles/ to /tmp/c/roles",
        "upload /tmp/c/solo.rb 644 cookbook_path [\"/var/cookbooks\",\"/tmp/c/cookbooks-0\"]\nrole_path \"/tmp/c/roles\"\n",
        "upload /tmp/c/node.json 644 {\n  \"run_list\": [\n    \"a\"\n  ]\n}",
        "run chef it",
    ];
    assert_eq!(recorder.calls(), expected);
}

#[tokio::test]
async fn a_client_signs_off_and_leaves_nothing() {
    let recorder = Recorder::default();
    run_with(&plan(ChefJob::Client(Box::new(client()))), &recorder).await.unwrap();
    let calls = recorder.calls();
    assert_eq!(calls[1], "upload /tmp/c/validation.pem v.pem");
    assert!(calls[2].contains("validation_client_name \"chef-validator\"\n"), "{}", calls[2]);
    assert_eq!(calls[calls.len() - 3..], ["run knife it", "run knife it", "run rm -rf '/tmp/c'"]);
}

#[tokio::test]
async fn a_client_may_stay() {
    let recorder = Recorder::default();
    let client =
        ClientPlan { skip_clean_client: true, skip_clean_node: true, skip_clean_staging_directory: true, ..client() };
    run_with(&plan(ChefJob::Client(Box::new(client))), &recorder).await.unwrap();
    assert_eq!(recorder.calls().last().unwrap(), "run chef it");
}

fn with_install(is_own: bool, version: Option<&str>) -> ChefPlan {
    let command = Late::literal("install it");
    let install = ChefInstall { command, is_own, version: version.map(str::to_owned) };
    ChefPlan { install: Some(install), ..plan(solo()) }
}

async fn installs(plan: &ChefPlan, recorder: &Recorder) -> bool {
    run_with(plan, recorder).await.unwrap();
    recorder.calls().contains(&"run install it".to_owned())
}

#[tokio::test]
async fn chef_is_installed_where_it_is_missing() {
    let absent = Recorder::answering("command -v", [Answer::Exit(Exit::Status(127)), Answer::Exit(Exit::Status(0))]);
    assert!(installs(&with_install(false, None), &absent).await);
    assert!(!installs(&with_install(false, None), &Recorder::default()).await);
    assert!(installs(&with_install(true, None), &Recorder::default()).await);
}

#[tokio::test]
async fn another_version_is_replaced() {
    let guest = || Recorder::answering("--version", [Answer::Line("Chef Infra Client: 16.12.3")]);
    assert!(!installs(&with_install(false, Some("16")), &guest()).await);
    assert!(installs(&with_install(false, Some("17.0")), &guest()).await);
}

#[tokio::test]
async fn an_installation_that_brought_nothing_is_told() {
    let recorder =
        Recorder::answering("command -v", [Answer::Exit(Exit::Status(127)), Answer::Exit(Exit::Status(127))]);
    let error = run_with(&with_install(false, None), &recorder).await.unwrap_err();
    assert!(chain(&error).contains("did not install it; where the guest has no network"), "{error}");
}
