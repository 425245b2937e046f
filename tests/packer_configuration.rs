//! Puppet, Salt and Chef: Packer 1.6.6 and Boxwright provision the same guest from the same templates, and the
//! command lines that it gets, the files that the tools find there and how the build ends are compared.

#![cfg(test)]
#![cfg(unix)]

#[path = "configuration/differences.rs"]
mod differences;
#[path = "configuration/guest.rs"]
mod guest;
#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use guest::Guest;

/// For a busy machine; a build takes seconds.
const LONGEST: Duration = Duration::from_secs(180);

/// Cases under way together.
const AT_ONCE: usize = 4;

/// What the templates speak of.
const FILES: &[(&str, &str)] = &[
    ("site.pp", "notify { 'hello': }\n"),
    ("hiera.yaml", "---\nversion: 5\n"),
    ("manifests/a.pp", "notify { 'a': }\n"),
    ("modules/web/manifests/init.pp", "class web {}\n"),
    ("more/b.pp", "notify { 'b': }\n"),
    ("states/top.sls", "base: {}\n"),
    ("minion", "file_client: local\n"),
    ("grains", "role: web\n"),
    ("cookbooks/web/recipes/default.rb", "log 'hello'\n"),
    ("secret", "s3cret\n"),
    ("solo.rb.tmpl", "cookbook_path [{{.CookbookPaths}}]\n{{if .HasRolesPath}}role_path '{{.RolesPath}}'{{end}}\n"),
    ("client.rb.tmpl", "node_name '{{.NodeName}}'\nchef_server_url '{{.ServerUrl}}'\n# {{.ChefLicense}}\n"),
];

#[derive(Debug, PartialEq)]
struct Outcome {
    succeeded: bool,
    commands: Vec<String>,
    files: BTreeMap<String, String>,
}

fn cases() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configuration/cases.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// `None` where no guest can be had.
async fn build(program: &Path, case: &Value) -> Option<Outcome> {
    let guest = Guest::with_stand_ins(case["missing"].as_str(), case["exit"].as_u64().unwrap_or_default()).await?;
    let work = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = work.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let template = json!({"builders": [guest.builder().await], "provisioners": [case["provisioner"]]});
    let template = template.to_string().replace("@guest@", &guest.path().display().to_string());
    fs::write(work.path().join("template.json"), template).unwrap();
    let command = Cmd::new(program)
        .args(["build", "-color=false", "template.json"])
        .current_dir(work.path())
        .env("HOME", work.path())
        .env("PACKER_CONFIG_DIR", work.path())
        .env("BOXWRIGHT_CACHE_DIR", work.path().join("cache"))
        .env("CHECKPOINT_DISABLE", "1")
        .deadline(LONGEST);
    let output = command.output().await.unwrap();
    println!("{}\n{}{}", case["about"], output.stdout, output.stderr);
    let (commands, files) = (differences::commands(&guest.log()), differences::files(guest.files()));
    Some(Outcome { succeeded: output.status.success(), commands, files })
}

/// What is wrong with a case; an empty text where nothing is, or where no guest can be had.
async fn complaint(packer: &Path, case: &Value) -> String {
    let Some(theirs) = build(packer, case).await else { return String::new() };
    let ours = build(Path::new(env!("CARGO_BIN_EXE_boxwright")), case).await.unwrap();
    assert!(!theirs.commands.is_empty(), "{}: the guest was not reached", case["about"]);
    if ours == theirs { String::new() } else { format!("{}\nours: {ours:#?}\nPacker's: {theirs:#?}\n", case["about"]) }
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_get_the_same_commands_and_files() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let (cases, turns) = (cases(), Arc::new(Semaphore::new(AT_ONCE)));
    assert!(cases.len() >= 15, "{}", cases.len());
    let mut runs = JoinSet::new();
    for case in cases {
        let (packer, turns) = (packer.clone(), Arc::clone(&turns));
        runs.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            complaint(&packer, &case).await
        });
    }
    let complaints = runs.join_all().await.concat();
    assert!(complaints.is_empty(), "{complaints}");
}
