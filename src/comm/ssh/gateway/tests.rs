//! OpenSSH's client, led into a guest by the server.

use std::path::{Path, PathBuf};

use fs_err as fs;
use tempfile::TempDir;

use super::*;
use crate::comm::Communicator;
use crate::comm::ssh::keypair::KeyPair;
use crate::comm::ssh::testing::{Guest, Rules, plan};
use crate::plan::communicator::TemporaryKey;
use crate::process::{Cmd, Output, tool_or_skip};

fn terms() -> GatewayTerms {
    GatewayTerms {
        port: 0,
        key_type: "ecdsa".into(),
        host_key_file: None,
        authorized_key_file: None,
        sftp_command: None,
    }
}

/// A file that OpenSSH takes as a private key.
fn private_file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn options(port: u16, key: &Path) -> Vec<String> {
    let key = format!("IdentityFile={}", key.display());
    let port = format!("Port={port}");
    let words = ["IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"];
    let words = words.into_iter().map(str::to_owned).chain([key, port]);
    words.flat_map(|word| ["-o".to_owned(), word]).collect()
}

/// Runs a line of the host's shell, in which `$SSH` and `$SFTP` lead into a guest.
async fn with_clients(rules: Rules, terms: GatewayTerms, line: &str) -> Option<Output> {
    let (ssh, sftp) = (tool_or_skip("ssh")?, tool_or_skip("sftp")?);
    let guest = Guest::start(rules).await;
    let session = guest.connect(&plan()).await.unwrap();
    let gateway = Gateway::open(&terms).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = private_file(&folder, "key", gateway.client_key().unwrap().reveal());
    let options = options(gateway.port(), &key).join(" ");
    let command = Cmd::new("sh")
        .args(["-c", line])
        .env("SSH", format!("{} {options} any@127.0.0.1", ssh.display()))
        .env("SFTP", format!("{} {options} any@127.0.0.1", sftp.display()))
        .env("FOLDER", folder.path());
    tokio::select! {
        output = command.output() => Some(output.unwrap()),
        () = session.serve(&gateway) => unreachable!(),
    }
}

#[tokio::test]
async fn a_command_has_its_streams_and_its_status() {
    let line = "printf 'one\\ntwo\\n' | $SSH 'cat; echo problem >&2; exit 7'";
    let Some(output) = with_clients(Rules::default(), terms(), line).await else { return };
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(7), "one\ntwo\n"));
    assert!(output.stderr.contains("problem"), "{}", output.stderr);
}

#[tokio::test]
async fn many_commands_run_at_one_time() {
    let line = "for i in 1 2 3 4 5 6; do $SSH \"echo $i\" & done; wait";
    let Some(output) = with_clients(Rules::default(), terms(), line).await else { return };
    let mut lines: Vec<_> = output.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test]
async fn large_output_comes_whole() {
    let line = "$SSH 'head -c 5000000 /dev/zero' | wc -c";
    let Some(output) = with_clients(Rules::default(), terms(), line).await else { return };
    assert_eq!(output.stdout.trim(), "5000000");
}

/// The command is Packer's way; here it only shows that it was started.
#[tokio::test]
async fn a_command_for_sftp_is_started_instead() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("started");
    let terms = GatewayTerms { sftp_command: Some(format!("touch {}", mark.display())), ..terms() };
    let Some(_) = with_clients(Rules::default(), terms, "echo ls | $SFTP").await else { return };
    assert!(mark.exists());
}

#[tokio::test]
async fn a_guest_without_a_subsystem_is_given_packers_command() {
    let Some(_) = tool_or_skip("/usr/lib/sftp-server") else { return };
    let rules = Rules { lacks: &["sftp"], ..Rules::default() };
    let line = "echo content > $FOLDER/a; echo \"put $FOLDER/a $FOLDER/b\" | $SFTP; cat $FOLDER/b";
    let Some(output) = with_clients(rules, terms(), line).await else { return };
    assert!(output.stdout.ends_with("content\n"), "{output:?}");
}

#[tokio::test]
async fn another_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = keys::client_keys(&terms()).await.unwrap().1.unwrap();
    let other = private_file(&folder, "other", other.reveal());
    let line = format!("$(echo $SSH | sed 's/-o IdentityFile=[^ ]*//') -i {} true", other.display());
    let Some(output) = with_clients(Rules::default(), terms(), &line).await else { return };
    assert_eq!(output.status.code(), Some(255));
    assert!(output.stderr.contains("Permission denied (publickey)"), "{}", output.stderr);
}

#[tokio::test]
async fn keys_of_files_are_taken_and_bad_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let pair = KeyPair::generate(&TemporaryKey { kind: "ed25519".into(), bits: 0 }).await.unwrap();
    let host = private_file(&folder, "host", pair.private_pem.reveal());
    let public = private_file(&folder, "public", &format!("{} me@here\n", pair.public_line));
    let good = GatewayTerms { host_key_file: Some(host.clone()), authorized_key_file: Some(public.clone()), ..terms() };
    let gateway = Gateway::open(&good).await.unwrap();
    assert!(gateway.client_key().is_none() && gateway.authorized.len() == 1);
    for (terms, text) in [
        (GatewayTerms { host_key_file: Some(public), ..terms() }, "host key"),
        (GatewayTerms { authorized_key_file: Some(host), ..terms() }, "there is no public SSH key in"),
    ] {
        let error = Gateway::open(&terms).await.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let gateway = Gateway::open(&terms()).await.unwrap();
    let error = Gateway::open(&GatewayTerms { port: gateway.port(), ..terms() }).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on port {} of this host", gateway.port())), "{error}");
}
