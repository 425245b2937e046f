//! The whole communicator against the service of `peer.py`.

use std::process::Stdio;

use fs_err as fs;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::*;
use crate::event::Events;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::{Secret, Secrets};
use crate::process::{Cmd, tool_or_skip};

struct Peer {
    _process: Child,
    port: u16,
    folder: TempDir,
}

/// `None` when Python, or its library for NTLM, is not installed.
async fn peer(authentication: &str, tls: &[&str]) -> Option<Peer> {
    let python = tool_or_skip("python3")?;
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users");
    fs::write(&users, ":vagrant:hunter2\n").unwrap();
    if authentication == "ntlm" && Cmd::new(&python).args(["-c", "import spnego"]).run().await.is_err() {
        println!("skipped: Python has no pyspnego");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/comm/winrm/peer.py");
    let command = Cmd::new(python).arg(script).arg(authentication).arg(folder.path()).args(tls);
    let mut process = command.env("NTLM_USER_FILE", users).spawn(Stdio::piped(), Stdio::null()).unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.next_line().await.unwrap().unwrap().parse().unwrap();
    Some(Peer { _process: process, port, folder })
}

fn plan() -> WinRmPlan {
    WinRmPlan {
        host: None,
        port: 5985,
        username: "vagrant".into(),
        password: Some(Secret::new("hunter2")),
        timeout: Duration::from_secs(60),
        use_ssl: false,
        insecure: false,
        use_ntlm: false,
        no_proxy: true,
        pause_before_connecting: Duration::ZERO,
    }
}

fn context() -> Context {
    let (events, _) = Events::channel();
    Context { events, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() }
}

async fn connect_to(port: u16, plan: &WinRmPlan) -> Result<WinRmCommunicator, Error> {
    connect_with(plan, ("127.0.0.1".into(), port), &context(), Duration::from_millis(20)).await
}

async fn output_of(communicator: &WinRmCommunicator, command: &str) -> (Exit, Vec<(Stream, String)>) {
    let mut lines = Vec::new();
    let exit = communicator.run(command, |stream, line| lines.push((stream, line))).await.unwrap();
    (exit, lines)
}

#[tokio::test]
async fn commands_give_both_streams_and_their_status() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let communicator = connect_to(peer.port, &plan()).await.unwrap();
    let (exit, lines) = output_of(&communicator, "echo \"<one> & two\"; echo three >&2; exit 7").await;
    let expected = [(Stream::Stdout, "<one> & two".to_owned()), (Stream::Stderr, "three".to_owned())];
    assert_eq!((exit, lines), (Exit::Status(7), expected.to_vec()));
    let (exit, lines) = output_of(&communicator, "seq 1 30000").await;
    assert_eq!((exit, lines.len()), (Exit::Status(0), 30_000));
}

#[tokio::test]
async fn files_go_in_and_out_unchanged() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let communicator = connect_to(peer.port, &plan()).await.unwrap();
    let at = |name: &str| peer.folder.path().join(name);
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).take(150_001).collect();
    for content in [&bytes[..], b"", b"x"] {
        let path = at("it's here").to_string_lossy().into_owned();
        communicator.upload(Upload::Bytes { bytes: content, mode: 0o644 }, &path).await.unwrap();
        communicator.download(&path, &at("back")).await.unwrap();
        assert_eq!(fs::read(at("back")).unwrap(), content);
    }
    assert_eq!(temporary_files(&peer), 0);
}

fn temporary_files(peer: &Peer) -> usize {
    let entries = fs::read_dir(peer.folder.path()).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".tmp")).count()
}

#[tokio::test]
async fn an_upload_that_fails_leaves_nothing_in_the_guest() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let communicator = connect_to(peer.port, &plan()).await.unwrap();
    let at = |name: &str| peer.folder.path().join(name);
    let upload = |name: &str| {
        let path = at(name).to_string_lossy().into_owned();
        let communicator = &communicator;
        async move { communicator.upload(Upload::Bytes { bytes: b"secret", mode: 0o600 }, &path).await.unwrap_err() }
    };
    fs::create_dir(at("a folder")).unwrap();
    let error = upload("a folder").await;
    assert!(error.to_string().contains("s a directory"), "{error}");
    assert_eq!(temporary_files(&peer), 0);
    fs::write(at("full"), "").unwrap();
    let error = upload("file").await;
    assert!(error.to_string().contains("the disk is full"), "{error}");
    let own_shell_alone = [(Stream::Stdout, "1".to_owned())];
    assert_eq!(output_of(&communicator, "count shells").await.1, own_shell_alone);
}

#[tokio::test]
async fn folders_go_in_with_their_names() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let communicator = connect_to(peer.port, &plan()).await.unwrap();
    let source = peer.folder.path().join("source");
    fs::create_dir_all(source.join("a/b")).unwrap();
    fs::write(source.join("a/b/c"), "1").unwrap();
    fs::write(source.join("d"), "2").unwrap();
    let (source, target) = (source.to_string_lossy().into_owned(), peer.folder.path().join("target"));
    communicator.upload_directory(&format!("{source}/"), &target.to_string_lossy()).await.unwrap();
    communicator.upload_directory(&source, &format!("{}\\", target.display())).await.unwrap();
    for name in ["a/b/c", "d", "source/a/b/c"] {
        assert!(target.join(name).exists(), "{name}");
    }
}

#[tokio::test]
async fn a_missing_file_is_told() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let communicator = connect_to(peer.port, &plan()).await.unwrap();
    let local = peer.folder.path().join("x");
    let error = communicator.download("/no/such/file", &local).await.unwrap_err();
    assert!(error.to_string().contains("No such file"), "{error}");
    assert!(!local.exists());
}

#[tokio::test]
async fn a_command_that_is_lost_is_not_an_error_and_the_cause_is_told() {
    for (command, cause) in [("babble", "no base64"), ("vanish", "without a status")] {
        let Some(peer) = peer("basic", &[]).await else { return };
        let (events, mut receiver) = Events::channel();
        let context = Context { events, ..context() };
        let address = ("127.0.0.1".into(), peer.port);
        let communicator = connect_with(&plan(), address, &context, Duration::from_millis(20)).await.unwrap();
        assert_eq!(output_of(&communicator, command).await.0, Exit::Disconnected);
        let told: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| event).collect();
        let has_cause = |event: &Event| match event {
            Event::Debug { text } | Event::Warning { text } => text.contains(cause),
            _ => false,
        };
        assert!(told.iter().any(has_cause), "{told:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let plan = WinRmPlan { password: Some(Secret::new("swordfish")), timeout: Duration::from_millis(300), ..plan() };
    let error = connect_to(peer.port, &plan).await.unwrap_err();
    assert!(error.to_string().contains("refuses the user or the password"), "{error}");
    assert!(!format!("{error} {error:?}").contains("swordfish"));
}

#[tokio::test]
async fn ntlm_logs_in_with_the_right_password_only() {
    let Some(peer) = peer("ntlm", &[]).await else { return };
    let right = WinRmPlan { use_ntlm: true, ..plan() };
    let communicator = connect_to(peer.port, &right).await.unwrap();
    assert_eq!(output_of(&communicator, "echo hi").await.1, [(Stream::Stdout, "hi".to_owned())]);
    let wrong = WinRmPlan { password: Some(Secret::new("other")), timeout: Duration::from_millis(300), ..right };
    let error = connect_to(peer.port, &wrong).await.unwrap_err();
    assert!(error.to_string().contains("refuses the user or the password"), "{error}");
}

#[tokio::test]
async fn an_unknown_certificate_is_taken_only_when_the_template_says_so() {
    let Some(openssl) = tool_or_skip("openssl") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (key, certificate) = (path("key"), path("certificate"));
    let command = Cmd::new(openssl).args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=guest"]);
    command.args(["-keyout", &key, "-out", &certificate]).run().await.unwrap();
    let Some(peer) = peer("basic", &[&certificate, &key]).await else { return };
    let insecure = WinRmPlan { use_ssl: true, insecure: true, ..plan() };
    let communicator = connect_to(peer.port, &insecure).await.unwrap();
    assert_eq!(output_of(&communicator, "exit 3").await.0, Exit::Status(3));
    let careful = WinRmPlan { insecure: false, timeout: Duration::from_secs(2), ..insecure };
    let error = connect_to(peer.port, &careful).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_guest_that_is_gone_is_a_session_that_broke() {
    let Some(peer) = peer("basic", &[]).await else { return };
    let communicator = connect_to(peer.port, &plan()).await.unwrap();
    drop(peer);
    let error = communicator.run("true", |_, _| ()).await.unwrap_err();
    assert!(matches!(error, Error::Session { .. }), "{error}");
}
