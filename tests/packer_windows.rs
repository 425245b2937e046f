//! Packer as the judge of the provisioners for Windows: it and we build the same templates against a WinRM peer that
//! writes down what it is asked.

#![cfg(test)]
#![cfg(unix)]

#[path = "windows/record.rs"]
mod record;
#[path = "support/tools.rs"]
mod tools;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use futures::StreamExt;
use record::comparable;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

const CASES: &str = include_str!("windows/cases.json");
const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/comm/winrm/peer.py");

/// Packer waits several times for seconds, and for a restart more.
const LONGEST: Duration = Duration::from_secs(180);

/// Packer mostly waits.
const AT_ONCE: usize = 8;

#[tokio::test]
async fn the_guest_is_asked_the_same() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let Some(python) = tools::tool_or_skip("python3") else { return };
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 20);
    let trials = cases.iter().map(|case| trial(case, &packer, &python));
    let wrong: Vec<String> =
        futures::stream::iter(trials).buffer_unordered(AT_ONCE).filter_map(async |x| x).collect().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn trial(case: &Value, packer: &Path, python: &Path) -> Option<String> {
    let (theirs, ours) =
        (asked(packer, case, python).await, asked(Path::new(env!("CARGO_BIN_EXE_boxwright")), case, python).await);
    (theirs != ours || ours.is_empty())
        .then(|| format!("{}\n  Packer: {theirs:#?}\n  Boxwright: {ours:#?}", case["about"]))
}

/// What the guest is asked by one build.
async fn asked(program: &Path, case: &Value, python: &Path) -> Vec<record::Line> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let record = at("record");
    fs::write(&record, "").unwrap();
    let peer = Cmd::new(python).arg(PEER).arg("basic").arg(folder.path()).env("WINRM_RECORD", &record);
    let mut peer = peer.spawn(Stdio::piped(), Stdio::null()).unwrap();
    let port = BufReader::new(peer.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    for script in ["s.ps1", "t.ps1", "s.bat", "t.bat"] {
        fs::write(at(script), format!("echo {script}\r\nexit 0")).unwrap();
    }
    fs::write(at("site.pp"), "").unwrap();
    fs::write(at("template.json"), template(case, &port).to_string()).unwrap();
    let command = Cmd::new(program)
        .args(["build", "-color=false", "template.json"])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .env("PACKER_CACHE_DIR", at("cache"))
        .env("PACKER_CONFIG_DIR", folder.path())
        .env("BOXWRIGHT_CACHE_DIR", at("cache"))
        .env("CHECKPOINT_DISABLE", "1")
        .deadline(LONGEST);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}: {}", case["about"], output.stdout);
    let lines = comparable(&fs::read_to_string(&record).unwrap(), case["wrapped"] == true);
    if case["task"] == true { lines.into_iter().filter(|line| line.contains("task")).collect() } else { lines }
}

fn template(case: &Value, port: &str) -> Value {
    let mut provisioner = case.clone();
    provisioner.as_object_mut().unwrap().retain(|key, _| !["about", "wrapped", "task"].contains(&key.as_str()));
    let builder = json!({
        "type": "null",
        "communicator": "winrm",
        "winrm_host": "127.0.0.1",
        "winrm_port": port,
        "winrm_username": "vagrant",
        "winrm_password": "hunter2",
    });
    json!({"builders": [builder], "provisioners": [provisioner]})
}
