//! The whole communicator against the server of `testing`.

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};

use fs_err as fs;
use russh::keys::Algorithm;
use russh::{MethodKind, Preferred};

use super::testing::{Guest, Rules, context, drain, plan, tempo};
use super::*;
use crate::comm::Communicator;
use crate::plan::communicator::{FileTransferMethod, TemporaryKey};

async fn output_of(communicator: &SshCommunicator, command: &str) -> (Exit, Vec<(Stream, String)>) {
    let mut lines = Vec::new();
    let exit = communicator.run(command, |stream, line| lines.push((stream, line))).await.unwrap();
    (exit, lines)
}

async fn key(kind: &str, bits: u32) -> KeyPair {
    KeyPair::generate(&TemporaryKey { kind: kind.into(), bits }).await.unwrap()
}

#[tokio::test]
async fn lines_of_both_streams_and_the_status_come_back() {
    let guest = Guest::start(Rules::default()).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let (exit, mut lines) = output_of(&communicator, "echo one; echo two >&2; printf three; exit 7").await;
    lines.sort_by_key(|(stream, _)| *stream == Stream::Stderr);
    assert_eq!(exit, Exit::Status(7));
    let expected = [(Stream::Stdout, "one"), (Stream::Stdout, "three"), (Stream::Stderr, "two")];
    assert_eq!(lines, expected.map(|(stream, line)| (stream, line.to_owned())));
}

#[tokio::test]
async fn much_output_comes_whole() {
    let guest = Guest::start(Rules::default()).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let (exit, lines) = output_of(&communicator, "seq 1 100000").await;
    assert_eq!((exit, lines.len()), (Exit::Status(0), 100_000));
    assert_eq!(lines.last().unwrap().1, "100000");
}

#[tokio::test]
async fn a_signal_is_a_status_as_in_a_shell_and_a_cut_session_has_none() {
    let guest = Guest::start(Rules::default()).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    assert_eq!(output_of(&communicator, "test-signal").await.0, Exit::Status(143));
    assert_eq!(output_of(&communicator, "test-disconnect").await.0, Exit::Disconnected);
    assert_eq!(output_of(&communicator, "echo again").await.0, Exit::Status(0), "it connects again by itself");
}

#[tokio::test]
async fn a_refused_command_did_not_start() {
    let guest = Guest::start(Rules::default()).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let error = communicator.run("test-refuse", |_, _| ()).await.unwrap_err();
    assert!(matches!(error, Error::Session { .. }), "{error}");
}

#[tokio::test]
async fn each_way_to_log_in_is_taken_when_it_is_the_only_one() {
    let ed25519 = key("ed25519", 0).await;
    let rsa = key("rsa", 1024).await;
    let ecdsa = key("ecdsa", 256).await;
    let cases = [
        (MethodKind::Password, None, "password"),
        (MethodKind::KeyboardInteractive, None, "keyboard-interactive"),
        (MethodKind::PublicKey, Some(&ed25519), "temporary key"),
        (MethodKind::PublicKey, Some(&rsa), "temporary key"),
        (MethodKind::PublicKey, Some(&ecdsa), "temporary key"),
    ];
    for (method, key, expected) in cases {
        let known = key.map(|key| key.public_line.clone());
        let guest = Guest::start(Rules { methods: vec![method], key: known, ..Rules::default() }).await;
        let communicator = guest.connect_with_key(&plan(), key).await.unwrap();
        let session = communicator.session.lock().await;
        assert_eq!(session.as_ref().unwrap().method, expected);
    }
}

#[tokio::test]
async fn a_key_file_goes_before_the_password() {
    let pair = key("ed25519", 0).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("id");
    fs::write(&path, pair.private_pem.reveal()).unwrap();
    let guest = Guest::start(Rules { key: Some(pair.public_line.clone()), ..Rules::default() }).await;
    let plan = SshPlan { private_key_file: Some(path.clone()), ..plan() };
    let communicator = guest.connect(&plan).await.unwrap();
    let session = communicator.session.lock().await;
    assert_eq!(session.as_ref().unwrap().method, format!("key file {}", path.display()));
}

#[tokio::test]
async fn silent_closed_and_refusing_guests_are_only_not_ready_yet() {
    let rules = Rules {
        silent: AtomicU32::new(2),
        closed: AtomicU32::new(2),
        // Each attempt tries the password twice: plain and interactive.
        refusals: AtomicU32::new(4),
        ..Rules::default()
    };
    let guest = Guest::start(rules).await;
    let (context, mut receiver) = context();
    let communicator = connect_with(&plan(), guest.address(), None, &context, tempo()).await.unwrap();
    assert_eq!(output_of(&communicator, "true").await.0, Exit::Status(0));
    let events = drain(&mut receiver);
    assert!(matches!(&events[0], Event::SshWaiting { address } if address.ends_with(&guest.port.to_string())));
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| if let Event::SshNotYet { reason } = event { Some(reason.as_str()) } else { None })
        .collect();
    assert!(reasons.iter().any(|reason| reason.contains("refused password")), "{reasons:?}");
    assert!(matches!(events.last(), Some(Event::SshConnected { method, .. }) if method == "password"));
}

#[tokio::test]
async fn a_handshake_that_hangs_is_overtaken() {
    let guest = Guest::start(Rules { stuck: AtomicU32::new(1), ..Rules::default() }).await;
    let doubting = Tempo { handshake_doubt: Duration::from_millis(20), ..tempo() };
    let communicator = connect_with(&plan(), guest.address(), None, &context().0, doubting).await.unwrap();
    assert_eq!(output_of(&communicator, "true").await.0, Exit::Status(0));
}

#[tokio::test]
async fn a_handshake_that_hangs_is_given_up_and_told() {
    let guest = Guest::start(Rules { stuck: AtomicU32::new(u32::MAX), ..Rules::default() }).await;
    let impatient = Tempo { handshake: Duration::from_millis(20), ..tempo() };
    let plan = SshPlan { timeout: Some(Duration::from_millis(300)), ..plan() };
    let error = connect_with(&plan, guest.address(), None, &context().0, impatient).await.unwrap_err();
    assert!(error.to_string().contains("`SSH-2.0-stuck` broke off the handshake"), "{error}");
}

#[tokio::test]
async fn the_installers_own_server_does_not_use_up_the_attempts() {
    let installer = Guest::start(Rules { password: "unknown", ..Rules::default() }).await;
    let port = installer.port;
    let (context, mut receiver) = context();
    let plan = SshPlan { handshake_attempts: 2, ..plan() };
    let connect = connect_with(&plan, installer.address(), None, &context, tempo());
    let reboot = async {
        while let Some((_, event)) = receiver.recv().await {
            if matches!(event, Event::SshNotYet { reason } if reason.contains("refused")) {
                break;
            }
        }
        installer.stop().await;
        Guest::start_at(port, Rules::default()).await
    };
    let (communicator, _installed) = tokio::join!(connect, reboot);
    assert_eq!(output_of(&communicator.unwrap(), "true").await.0, Exit::Status(0));
}

#[tokio::test]
async fn refusals_end_the_wait_when_the_template_says_so() {
    let guest = Guest::start(Rules { password: "other", ..Rules::default() }).await;
    let plan = SshPlan { handshake_attempts: 1, ..plan() };
    let error = guest.connect(&plan).await.unwrap_err();
    let Error::Refused { attempts, evidence, .. } = &error else { panic!("{error}") };
    assert_eq!(*attempts, 1);
    assert!(evidence.contains("refused password, keyboard-interactive (it takes"), "{evidence}");
    assert!(!error.to_string().contains("hunter2"));
}

#[tokio::test]
async fn a_timeout_tells_how_far_the_attempts_came() {
    let guest = Guest::start(Rules { silent: AtomicU32::new(u32::MAX), ..Rules::default() }).await;
    let plan = SshPlan { timeout: Some(Duration::from_millis(200)), ..plan() };
    let quick = Tempo { banner: Duration::from_millis(10), ..tempo() };
    let error = connect_with(&plan, guest.address(), None, &context().0, quick).await.unwrap_err();
    assert!(matches!(&error, Error::Timeout { evidence, .. } if evidence.contains("no SSH banner")), "{error}");
}

#[tokio::test]
async fn a_guest_that_begins_to_listen_later_is_found() {
    let port = {
        let guest = Guest::start(Rules::default()).await;
        guest.port
    };
    let (context, _receiver) = context();
    let (plan, address) = (plan(), ("127.0.0.1".to_owned(), port));
    let connect = connect_with(&plan, address, None, &context, tempo());
    let boot = async {
        tokio::task::yield_now().await;
        Guest::start_at(port, Rules::default()).await
    };
    let (communicator, _guest) = tokio::join!(connect, boot);
    assert_eq!(output_of(&communicator.unwrap(), "true").await.0, Exit::Status(0));
}

#[tokio::test]
async fn old_guests_are_understood_when_the_template_names_their_cipher() {
    let old = Preferred {
        kex: vec![russh::kex::DH_G14_SHA1].into(),
        cipher: vec![russh::cipher::AES_128_CBC].into(),
        mac: vec![russh::mac::HMAC_SHA1].into(),
        key: vec![Algorithm::Rsa { hash: None }].into(),
        ..Preferred::DEFAULT
    };
    let guest = Guest::start(Rules { preferred: old, host_key: Algorithm::Rsa { hash: None }, ..Rules::default() });
    // A host key of 4096 bits takes long without optimization.
    let guest = guest.await;
    let plan = SshPlan { ciphers: vec!["aes128-cbc".into()], ..plan() };
    let communicator = guest.connect(&plan).await.unwrap();
    assert_eq!(output_of(&communicator, "true").await.0, Exit::Status(0));
}

/// Uploads and downloads whatever the method: a file with its mode, bytes, a folder.
async fn transfers(plan: &SshPlan, rules: Rules) {
    let guest = Guest::start(rules).await;
    let communicator = guest.connect(plan).await.unwrap();
    let (local, remote) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let remote_path = |name: &str| format!("{}/{name}", remote.path().display());
    let large = vec![7; 3_000_000];
    fs::write(local.path().join("large"), &large).unwrap();
    fs::set_permissions(local.path().join("large"), std::fs::Permissions::from_mode(0o750)).unwrap();

    communicator.upload(Upload::File(local.path().join("large")), &remote_path("large")).await.unwrap();
    communicator.upload(Upload::Bytes { bytes: b"hi", mode: 0o600 }, &remote_path("a b")).await.unwrap();
    assert_eq!(fs::read(remote.path().join("large")).unwrap(), large);
    assert_eq!(fs::metadata(remote.path().join("large")).unwrap().permissions().mode() & 0o777, 0o750);
    assert_eq!(fs::metadata(remote.path().join("a b")).unwrap().permissions().mode() & 0o777, 0o600);

    let source = local.path().to_string_lossy().into_owned();
    communicator.upload_directory(&format!("{source}/"), &remote_path("")).await.unwrap();
    communicator.upload_directory(&source, &remote_path("")).await.unwrap();
    assert!(remote.path().join(local.path().file_name().unwrap()).join("large").exists());

    communicator.download(&remote_path("large"), &local.path().join("back")).await.unwrap();
    assert_eq!(fs::read(local.path().join("back")).unwrap(), large);
    let error = communicator.download(&remote_path("absent"), &local.path().join("x")).await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("no such file"), "{error}");
    let folder = communicator.download(&remote_path(""), &local.path().join("x")).await.unwrap_err();
    assert!(folder.to_string().contains("folder") || folder.to_string().contains("regular file"), "{folder}");
}

fn with_method(file_transfer_method: FileTransferMethod) -> SshPlan {
    SshPlan { file_transfer_method, ..plan() }
}

#[tokio::test]
async fn files_and_folders_move_by_sftp() {
    transfers(&with_method(FileTransferMethod::Sftp), Rules::default()).await;
}

#[tokio::test]
async fn a_guest_without_scp_takes_sftp() {
    transfers(&with_method(FileTransferMethod::Scp), Rules { lacks: &["scp"], ..Rules::default() }).await;
}

#[tokio::test]
async fn files_and_folders_move_by_scp_and_without_sftp() {
    if crate::process::tool_or_skip("scp").is_none() {
        return;
    }
    transfers(&with_method(FileTransferMethod::Scp), Rules::default()).await;
    transfers(&with_method(FileTransferMethod::Sftp), Rules { lacks: &["sftp"], ..Rules::default() }).await;
}

#[tokio::test]
async fn a_guest_without_either_is_told() {
    let guest = Guest::start(Rules { lacks: &["scp", "sftp"], ..Rules::default() }).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let error = communicator.upload(Upload::Bytes { bytes: b"", mode: 0o644 }, "/x").await.unwrap_err();
    assert!(error.to_string().contains("neither scp nor an SFTP server"), "{error}");
    assert_eq!(guest.rules.closed.load(Ordering::Relaxed), 0);
}

/// A build runs in a task that may move between threads.
#[test]
fn everything_can_move_between_threads() {
    fn is_send(_: &impl Send) {}
    fn check(communicator: &SshCommunicator, plan: &SshPlan, context: &Context) {
        is_send(&connect(plan, (String::new(), 22), None, context));
        is_send(&communicator.run("", |_, _| ()));
        is_send(&communicator.run_script(b"", "", "", |_, _| ()));
        is_send(&communicator.upload(Upload::Bytes { bytes: b"", mode: 0 }, ""));
        is_send(&communicator.clear_authorized_keys());
    }
    let _ = check;
}

#[tokio::test]
async fn a_script_is_stored_and_started_by_one_command() {
    let guest = Guest::start(Rules::default()).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = format!("{}/a script.sh", folder.path().display());
    let script = format!("#!/bin/sh\n# {}\necho hello; cat; exit 5\n", "x".repeat(500_000));
    let mut lines = Vec::new();
    let command = format!("'{path}'");
    let exit = communicator.run_script(script.as_bytes(), &path, &command, |_, line| lines.push(line)).await.unwrap();
    assert_eq!((exit, lines), (Exit::Status(5), vec!["hello".to_owned()]));
    assert_eq!(fs::read(&path).unwrap(), script.as_bytes());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
}

#[tokio::test]
async fn a_script_that_cannot_be_stored_did_not_start() {
    let guest = Guest::start(Rules { lacks: &["scp"], ..Rules::default() }).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let shown = |_, line| panic!("{line}");
    let error = communicator.run_script(b"echo", "/no/such/folder/x", "true", shown).await.unwrap_err();
    assert!(matches!(error, Error::Transfer { .. }), "{error}");
}

#[tokio::test]
async fn without_a_common_shell_a_script_goes_in_steps() {
    let guest = Guest::start(Rules { lacks: &["cat"], ..Rules::default() }).await;
    let communicator = guest.connect(&plan()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = format!("{}/x.sh", folder.path().display());
    let exit = communicator.run_script(b"#!/bin/sh\nexit 6\n", &path, &path, |_, _| ()).await.unwrap();
    assert_eq!(exit, Exit::Status(6));
}

#[tokio::test]
async fn with_pause_before_connecting_there_are_two_sessions() {
    let guest = Guest::start(Rules::default()).await;
    let (context, mut receiver) = context();
    let plan = SshPlan { pause_before_connecting: Duration::from_millis(1), ..plan() };
    connect_with(&plan, guest.address(), None, &context, tempo()).await.unwrap();
    let events = drain(&mut receiver);
    let connected = events.iter().filter(|event| matches!(event, Event::SshConnected { .. })).count();
    assert_eq!(connected, 2);
    assert!(events.iter().any(|event| matches!(event, Event::Pausing { .. })));
}
