//! Packer as the judge: what it calls Ansible and Galaxy with is what we call them with.
//!
//! Both programs build each template against one SSH server, with a script in place of `ansible-playbook` and
//! `ansible-galaxy` that writes down its arguments, its settings and the inventory. What differs on purpose is
//! smoothed out in `comparable`, and stands in docs/differences.md.

#![cfg(test)]
#![cfg(unix)]

#[path = "support/ssh_server.rs"]
mod ssh_server;
#[path = "support/tools.rs"]
mod tools;

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use regex::Regex;
use serde_json::{Map, Value, json};

use ssh_server::SshServer;

/// For a busy machine; a build takes a fraction of a second.
const LONGEST: Duration = Duration::from_secs(120);

/// In the place of both programs of Ansible.
const RECORDER: &str = r#"#!/bin/sh
[ "$1" != --version ] || { echo 'ansible-playbook 2.9.27'; exit; }
{
  echo "program ${0##*/}"
  for argument; do echo "argument $argument"; done
  env | grep -E '^(ANSIBLE_|TOLD)' | sort
  while [ $# -gt 0 ]; do
    [ "$1" != -i ] || sed 's/^/inventory /' "$2"
    case $1 in ansible_ssh_private_key_file=*) echo "mode $(stat -c %a "${1#*=}")";; esac
    shift
  done
} >> "$RECORD"
exit "${STATUS:-0}"
"#;

/// Options of the provisioner, one template for each.
fn cases() -> Vec<Value> {
    let straight = |options: Value| {
        let mut all = json!({"use_proxy": false});
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        all
    };
    vec![
        json!({"use_proxy": true}),
        json!({"use_proxy": true, "user": "somebody", "local_port": 0}),
        json!({"use_proxy": true, "ssh_host_key_file": "key"}),
        json!({"ssh_authorized_key_file": "key.pub"}),
        json!({"use_proxy": true, "extra_arguments": ["-e", "ansible_password=x"]}),
        straight(json!({})),
        straight(json!({"user": "{{build_name}}"})),
        straight(json!({"groups": ["web", "db"], "empty_groups": ["east"], "host_alias": "box"})),
        straight(json!({"extra_arguments": ["-v", "--extra-vars", "a={{build `Host`}} b={{build_name}}"]})),
        straight(json!({"ansible_env_vars": ["TOLD=a=b", "ANSIBLE_HOST_KEY_CHECKING=True", "TOLD2={{build `User`}}"]})),
        straight(json!({"ansible_ssh_extra_args": ["-o IdentitiesOnly=yes -o Port=1"]})),
        straight(json!({"use_sftp": true})),
        straight(json!({"inventory_file": "hosts"})),
        straight(json!({"inventory_directory": "folder", "keep_inventory_file": true})),
        straight(json!({"inventory_file_template": "{{ .HostAlias }} h={{ .Host }} u={{ .User }}\n", "groups": ["g"]})),
        straight(json!({"galaxy_file": "roles.yml", "roles_path": "r", "collections_path": "c"})),
        straight(json!({"galaxy_file": "both.yml", "roles_path": "r", "galaxy_force_install": true})),
        straight(json!({"galaxy_file": "collections.yml", "collections_path": "c"})),
        straight(json!({"extra_arguments": "-v,--diff"})),
    ]
}

/// A folder with all that the templates name.
fn surroundings(server: &SshServer, options: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, text) in [
        ("play.yml", "- hosts: all\n"),
        ("hosts", "default\n"),
        ("roles.yml", "- src: a.b\n"),
        ("both.yml", "roles:\n  - a.b\ncollections:\n  - c.d\n"),
        ("collections.yml", "---\ncollections:\n  - c.d\n"),
    ] {
        fs::write(path(name), text).unwrap();
    }
    for name in ["ansible-playbook", "ansible-galaxy"] {
        fs::write(path(name), RECORDER).unwrap();
        fs::set_permissions(path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::create_dir(path("folder")).unwrap();
    let mut provisioner = json!({
        "type": "ansible", "playbook_file": "play.yml",
        "command": path("ansible-playbook"), "galaxy_command": path("ansible-galaxy"),
    });
    provisioner.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    let template = json!({"builders": [builder(server)], "provisioners": [provisioner]});
    fs::write(path("template.json"), template.to_string()).unwrap();
    folder
}

/// The builder `null` that has the server for its guest.
fn builder(server: &SshServer) -> Value {
    let mut options: Map<String, Value> =
        serde_json::from_str(&format!("{{\"type\": \"null\"{}}}", server.builder_options())).unwrap();
    options.retain(|name, _| name == "type" || name.starts_with("ssh_"));
    options.insert("communicator".into(), "ssh".into());
    options.into()
}

/// What the recorder wrote, and whether the build succeeded.
async fn record(program: &Path, server: &SshServer, options: &Value, status: u8) -> String {
    let folder = surroundings(server, options);
    let keygen = Cmd::new("ssh-keygen").args(["-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f"]);
    keygen.arg(folder.path().join("key")).run().await.unwrap();
    let command = Cmd::new(program)
        .args(["build", "-color=false", "template.json"])
        .current_dir(folder.path())
        .env("TMPDIR", folder.path())
        .env("RECORD", folder.path().join("record"))
        .env("STATUS", status.to_string())
        .env("USER", server_user(server))
        .env("PACKER_CONFIG_DIR", folder.path())
        .env("BOXWRIGHT_CACHE_DIR", folder.path().join("cache"))
        .env("CHECKPOINT_DISABLE", "1")
        .deadline(LONGEST);
    let output = command.output().await.unwrap();
    let record = fs::read_to_string(folder.path().join("record"));
    let record = record.unwrap_or_else(|error| panic!("{error}\n{}\n{}", output.stdout, output.stderr));
    comparable(&record, folder.path()) + &format!("exit {:?}\n", output.status.code())
}

fn server_user(server: &SshServer) -> String {
    builder(server)["ssh_username"].as_str().unwrap().to_owned()
}

/// Without names that are new in each run, and without what differs on purpose.
fn comparable(record: &str, folder: &Path) -> String {
    let folder = regex::escape(&folder.display().to_string());
    let mut text = record.to_owned();
    for (pattern, replacement) in [
        (r"argument --ssh-extra-args\nargument '(.*)'\n".to_owned(), "argument --ssh-extra-args=$1\n"),
        (format!(r"{folder}/boxwright-ansible-[-0-9a-f]+/inventory"), "INVENTORY"),
        (format!(r"{folder}/packer-provisioner-ansible\d+"), "INVENTORY"),
        (
            format!(r"({folder}/)?folder/(boxwright-inventory-[-0-9a-f]+|packer-provisioner-ansible\d+)"),
            "folder/INVENTORY",
        ),
        (format!(r"{folder}/(boxwright-ansible-[-0-9a-f]+/key|ansible-key\d+)"), "KEY"),
        (r"ansible_port=\d+".to_owned(), "ansible_port=PORT"),
        (folder.clone(), "FOLDER"),
    ] {
        text = Regex::new(&pattern).unwrap().replace_all(&text, replacement).into_owned();
    }
    text
}

#[tokio::test]
async fn ansible_is_called_as_packer_calls_it() {
    let (Some(packer), Some(server)) = (tools::tool_or_skip("packer"), SshServer::start()) else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_boxwright"));
    let mut report = String::new();
    for options in cases() {
        let (theirs, ours) = tokio::join!(record(&packer, &server, &options, 0), record(ours, &server, &options, 0));
        if theirs != ours {
            writeln!(report, "{options}\nPacker:\n{theirs}\nBoxwright:\n{ours}").unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[tokio::test]
async fn a_failing_playbook_fails_the_build() {
    let Some(server) = SshServer::start() else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_boxwright"));
    let record = record(ours, &server, &json!({}), 3).await;
    assert!(record.ends_with("exit Some(1)\n"), "{record}");
}
