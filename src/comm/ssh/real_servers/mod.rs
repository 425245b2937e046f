//! The communicator against the SSH servers that guests really run.

mod accounts;
mod detours;
mod faults;
mod folders;
mod interoperability;

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use fs_err as fs;
use tempfile::TempDir;
use tokio::process::Child;

use self::accounts::Accounts;
use super::keypair::KeyPair;
use super::testing::{context, plan, tempo};
use super::*;
use crate::comm::Communicator;
use crate::plan::communicator::{FileTransferMethod, TemporaryKey};
use crate::process::{Cmd, tool_or_skip};

/// A server on a port of its own, with its files.
pub(crate) struct Server {
    _process: Child,
    pub(crate) port: u16,
    _folder: TempDir,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) async fn key(kind: &str) -> KeyPair {
    KeyPair::generate(&TemporaryKey { kind: kind.into(), bits: if kind == "rsa" { 2048 } else { 0 } }).await.unwrap()
}

fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// OpenSSH's server that knows one key.
pub(crate) async fn sshd(authorized: &KeyPair) -> Option<Server> {
    sshd_with(std::slice::from_ref(authorized), "", None).await
}

/// OpenSSH's server with more lines of configuration. `None` when it is not installed or may not run here.
async fn sshd_with(authorized: &[KeyPair], lines: &str, accounts: Option<&Accounts>) -> Option<Server> {
    let program = tool_or_skip("/usr/sbin/sshd")?;
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let file = |name: &str| folder.path().join(name);
    write_private(&file("host_key"), key("ed25519").await.private_pem.reveal());
    let keys: Vec<_> = authorized.iter().map(|key| key.public_line.as_str()).collect();
    write_private(&file("authorized_keys"), &keys.join("\n"));
    let config = format!(
        "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n\
         PermitRootLogin yes\nPidFile none\nMaxStartups 100\nSubsystem sftp internal-sftp\n{lines}",
        file("host_key").display(),
        file("authorized_keys").display(),
    );
    write_private(&file("config"), &config);
    let check = Cmd::new(&program).arg("-t").arg("-f").arg(file("config")).output().await.unwrap();
    if !check.status.success() {
        println!("skipped: sshd cannot run here: {}", check.stderr.trim());
        return None;
    }
    let command = accounts.map_or_else(|| Cmd::new(&program), |accounts| accounts.around(&program));
    let command = command.args(["-D", "-e", "-f"]).arg(file("config"));
    let process = command.spawn(Stdio::null(), Stdio::null()).unwrap();
    Some(Server { _process: process, port, _folder: folder })
}

/// dropbear with one host key. `None` when it is not installed.
async fn dropbear(accounts: &Accounts, kind: &str) -> Option<Server> {
    let (program, keygen) = (tool_or_skip("dropbear")?, tool_or_skip("dropbearkey")?);
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let host_key = folder.path().join("host_key");
    Cmd::new(&keygen).args(["-t", kind, "-f"]).arg(&host_key).run().await.unwrap();
    let command = accounts.around(&program).args(["-F", "-p", &format!("127.0.0.1:{port}"), "-r"]).arg(&host_key);
    let process = command.spawn(Stdio::null(), Stdio::null()).unwrap();
    Some(Server { _process: process, port, _folder: folder })
}

async fn user() -> String {
    Cmd::new("id").arg("-un").run().await.unwrap().stdout.trim().to_owned()
}

pub(crate) async fn connect_to(server: &Server, key: &KeyPair, plan: SshPlan) -> Result<SshCommunicator, Error> {
    let plan = SshPlan { username: user().await, password: None, ..plan };
    connect_with(&plan, ("127.0.0.1".into(), server.port), Some(key), &context().0, tempo()).await
}

#[tokio::test]
async fn openssh_takes_every_type_of_key_and_runs_commands() {
    for kind in ["rsa", "ecdsa", "ed25519"] {
        let key = key(kind).await;
        let Some(server) = sshd(&key).await else { return };
        let communicator = connect_to(&server, &key, plan()).await.unwrap();
        let mut lines = Vec::new();
        let exit = communicator.run("echo hi; exit 3", |_, line| lines.push(line)).await.unwrap();
        assert_eq!((exit, lines), (Exit::Status(3), vec!["hi".to_owned()]));
    }
}

#[tokio::test]
async fn openssh_moves_files_and_starts_scripts() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    for file_transfer_method in [FileTransferMethod::Scp, FileTransferMethod::Sftp] {
        let communicator = connect_to(&server, &key, SshPlan { file_transfer_method, ..plan() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = format!("{}/file", folder.path().display());
        let large = vec![3; 1_000_000];
        communicator.upload(Upload::Bytes { bytes: &large, mode: 0o640 }, &path).await.unwrap();
        communicator.download(&path, &folder.path().join("back")).await.unwrap();
        assert_eq!(fs::read(folder.path().join("back")).unwrap(), large);
        let mut lines = Vec::new();
        let script = b"#!/bin/sh\necho started\n";
        communicator.run_script(script, &path, &path, |_, line| lines.push(line)).await.unwrap();
        assert_eq!(lines, ["started"]);
    }
}

#[tokio::test]
async fn openssh_gives_a_terminal() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    let communicator = connect_to(&server, &key, SshPlan { pty: true, ..plan() }).await.unwrap();
    let mut lines = Vec::new();
    let exit = communicator.run("stty size; echo $TERM", |_, line| lines.push(line)).await.unwrap();
    assert_eq!((exit, lines.join(" ").as_str()), (Exit::Status(0), "40 80 xterm"));
}

#[tokio::test]
async fn openssh_reaches_the_users_agent() {
    let key = key("ed25519").await;
    let (Some(server), Some(agent)) = (sshd(&key).await, tool_or_skip("ssh-agent")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let _agent = Cmd::new(agent).arg("-D").arg("-a").arg(&socket).spawn(Stdio::null(), Stdio::null()).unwrap();
    let private = folder.path().join("key");
    write_private(&private, key.private_pem.reveal());
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Cmd::new("ssh-add").arg(&private).env("SSH_AUTH_SOCK", &socket).run().await.unwrap();
    let plan =
        SshPlan { username: user().await, password: None, agent_auth: true, disable_agent_forwarding: false, ..plan() };
    let credentials = credentials::load(&plan, None, Some(socket)).await.unwrap();
    let address = ("127.0.0.1".to_owned(), server.port);
    let communicator = start(&plan, address, None, &context().0, tempo(), credentials).await.unwrap();
    let mut lines = Vec::new();
    communicator.run("ssh-add -L", |_, line| lines.push(line)).await.unwrap();
    assert!(lines[0].starts_with(&key.public_line), "{lines:?}");
    assert_eq!(communicator.session.lock().await.as_ref().unwrap().method, "agent");
}

/// dropbear 2022.83 offers RSA host keys that it does not have, and ends when one is chosen.
#[tokio::test]
async fn dropbear_with_one_host_key_comes_to_the_login() {
    let (Some(program), Some(keygen)) = (tool_or_skip("dropbear"), tool_or_skip("dropbearkey")) else { return };
    for kind in ["ecdsa", "ed25519"] {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let host_key = folder.path().join("host_key");
        Cmd::new(&keygen).args(["-t", kind, "-f"]).arg(&host_key).run().await.unwrap();
        let command = Cmd::new(&program).args(["-F", "-p", &format!("127.0.0.1:{port}"), "-r"]).arg(&host_key);
        let process = command.spawn(Stdio::null(), Stdio::null()).unwrap();
        let server = Server { _process: process, port, _folder: folder };
        let plan = SshPlan { handshake_attempts: 1, ..plan() };
        let error = connect_to(&server, &key("ed25519").await, plan).await.unwrap_err();
        assert!(error.to_string().contains("refused temporary key"), "{kind}: {error}");
    }
}
