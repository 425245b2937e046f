//! What goes wrong between a build and its guest: a clear error or success, no hang, and the session goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// Longest that one of these may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A port that leads to a server.
struct Relay {
    port: u16,
    /// Bytes that went to the server.
    sent: Arc<AtomicU64>,
}

impl Relay {
    /// Each connection is cut after `lives` bytes.
    async fn start(server: u16, lives: u64) -> Self {
        while TcpStream::connect(("127.0.0.1", server)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, sent) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU64::new(0)));
        let count = Arc::clone(&sent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server, lives, Arc::clone(&count)));
            }
        });
        Self { port, sent }
    }
}

async fn relay(client: TcpStream, server: u16, left: u64, sent: Arc<AtomicU64>) {
    let (mut from, mut to) = client.into_split();
    let (mut back, mut on) = TcpStream::connect(("127.0.0.1", server)).await.unwrap().into_split();
    let forward = async {
        let (mut left, mut block) = (left, vec![0; 16 * 1024]);
        loop {
            let count = from.read(&mut block).await.unwrap_or(0);
            if count == 0 || (count as u64) > left || on.write_all(&block[..count]).await.is_err() {
                return;
            }
            left -= count as u64;
            sent.fetch_add(count as u64, Ordering::Relaxed);
        }
    };
    tokio::select! {
        () = forward => {}
        _ = tokio::io::copy(&mut back, &mut to) => {}
    }
}

async fn through(relay: &Relay, key: &KeyPair, method: FileTransferMethod) -> SshCommunicator {
    let plan = SshPlan { username: user().await, password: None, file_transfer_method: method, ..plan() };
    connect_with(&plan, ("127.0.0.1".into(), relay.port), Some(key), &context().0, tempo()).await.unwrap()
}

async fn still_works(communicator: &SshCommunicator) {
    assert_eq!(communicator.run("true", |_, _| ()).await.unwrap(), Exit::Status(0));
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, work).await.expect("it hangs")
}

#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle_of_an_upload_is_told_and_opened_again() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    for method in [FileTransferMethod::Scp, FileTransferMethod::Sftp] {
        let relay = Relay::start(server.port, 2_000_000).await;
        let communicator = through(&relay, &key, method).await;
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = (format!("{}/large", folder.path().display()), vec![0; 20_000_000]);
        let error =
            in_time(communicator.upload(Upload::Bytes { bytes: &bytes, mode: 0o644 }, &path)).await.unwrap_err();
        let told = error.to_string();
        assert!(told.contains("large") && !told.contains("ended early"), "{told}");
        in_time(still_works(&communicator)).await;
    }
}

/// A folder with many files, and one to put them into.
fn folders(files: u32, bytes: usize) -> (TempDir, TempDir) {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..files {
        fs::write(source.path().join(format!("a{number:03}")), vec![0; bytes]).unwrap();
    }
    (source, target)
}

#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle_of_a_folder_is_told_and_opened_again() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    let (source, target) = folders(300, 30_000);
    for method in [FileTransferMethod::Scp, FileTransferMethod::Sftp] {
        let relay = Relay::start(server.port, 2_000_000).await;
        let communicator = through(&relay, &key, method).await;
        let (from, to) = (format!("{}/", source.path().display()), target.path().display().to_string());
        let told = in_time(communicator.upload_directory(&from, &to)).await.unwrap_err().to_string();
        assert!(told.contains(&from) && !told.contains("ended early"), "{told}");
        in_time(still_works(&communicator)).await;
    }
}

#[tokio::test]
async fn a_file_that_vanishes_while_a_folder_is_sent_is_named() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    for method in [FileTransferMethod::Scp, FileTransferMethod::Sftp] {
        let relay = Relay::start(server.port, u64::MAX).await;
        let communicator = through(&relay, &key, method).await;
        // More than are on their way at one time.
        let (source, target) = folders(100, 300_000);
        fs::write(source.path().join("z"), "last").unwrap();
        let (from, before) = (format!("{}/", source.path().display()), relay.sent.load(Ordering::Relaxed));
        let vanish = async {
            while relay.sent.load(Ordering::Relaxed) < before + 500_000 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            fs::remove_file(source.path().join("z")).unwrap();
        };
        let to = target.path().to_string_lossy().into_owned();
        let (sent, ()) = in_time(async { tokio::join!(communicator.upload_directory(&from, &to), vanish) }).await;
        let error = sent.unwrap_err();
        assert!(error.to_string().contains("/z"), "{error}");
        in_time(still_works(&communicator)).await;
    }
}

#[tokio::test]
async fn a_full_disk_in_the_guest_is_told() {
    let Some(accounts) = Accounts::make().await else { return };
    let Some(server) = sshd_with(&accounts.keys, "", Some(&accounts)).await else { return };
    for (file_transfer_method, words) in
        [(FileTransferMethod::Scp, "No space left"), (FileTransferMethod::Sftp, "ailure")]
    {
        let communicator =
            connect_to(&server, &accounts.keys[0], SshPlan { file_transfer_method, ..plan() }).await.unwrap();
        let path = format!("{}/large", accounts.full_disk().display());
        let bytes = vec![0; 8_000_000];
        let error =
            in_time(communicator.upload(Upload::Bytes { bytes: &bytes, mode: 0o644 }, &path)).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        in_time(still_works(&communicator)).await;
    }
}

#[tokio::test]
async fn a_disk_that_is_full_in_the_middle_of_a_folder_is_told() {
    let Some(accounts) = Accounts::make().await else { return };
    let Some(server) = sshd_with(&accounts.keys, "", Some(&accounts)).await else { return };
    let (source, _) = folders(200, 50_000);
    let (from, to) = (format!("{}/", source.path().display()), accounts.full_disk().display().to_string());
    for (file_transfer_method, words) in
        [(FileTransferMethod::Scp, "No space left"), (FileTransferMethod::Sftp, "ailure")]
    {
        let communicator =
            connect_to(&server, &accounts.keys[0], SshPlan { file_transfer_method, ..plan() }).await.unwrap();
        let told = in_time(communicator.upload_directory(&from, &to)).await.unwrap_err().to_string();
        assert!(told.contains(words) && told.contains("/a0"), "the file is named: {told}");
        in_time(still_works(&communicator)).await;
    }
}

#[tokio::test]
async fn a_script_that_does_not_fit_on_the_guests_disk_is_told_and_not_started() {
    let Some(accounts) = Accounts::make().await else { return };
    let Some(server) = sshd_with(&accounts.keys, "", Some(&accounts)).await else { return };
    let communicator = connect_to(&server, &accounts.keys[0], plan()).await.unwrap();
    let path = format!("{}/script", accounts.full_disk().display());
    let script = vec![b'#'; 8_000_000];
    let shown = |_, line| panic!("{line}");
    let error = in_time(communicator.run_script(&script, &path, "echo started", shown)).await.unwrap_err();
    assert!(error.to_string().contains("No space left"), "{error}");
    in_time(still_works(&communicator)).await;
}

/// As one does that restarts the guest in its first line: it may have started, so it is not started again.
#[tokio::test]
async fn a_script_that_cuts_the_session_at_once_has_started() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    let communicator = connect_to(&server, &key, plan()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, tries) = (format!("{}/script", folder.path().display()), folder.path().join("tries"));
    let find = "p=$PPID\nuntil ps -o comm= -p $p | grep -q sshd; do p=$(ps -o ppid= -p $p); done";
    let script = format!("#!/bin/sh\necho x >> {}\n{find}\nkill -9 $p\n", tries.display());
    let exit = in_time(communicator.run_script(script.as_bytes(), &path, &path, |_, _| ())).await.unwrap();
    assert_eq!(exit, Exit::Disconnected);
    assert_eq!(fs::read_to_string(tries).unwrap(), "x\n");
    in_time(still_works(&communicator)).await;
}

#[tokio::test]
async fn a_server_with_only_old_algorithms_is_told_with_the_option_and_taken_with_it() {
    let key = key("ed25519").await;
    let old = "KexAlgorithms diffie-hellman-group1-sha1\nCiphers aes128-cbc\n";
    let Some(server) = sshd_with(std::slice::from_ref(&key), old, None).await else { return };
    let short = SshPlan { timeout: Some(Duration::from_secs(2)), ..plan() };
    let error = in_time(connect_to(&server, &key, short)).await.unwrap_err();
    assert!(error.to_string().contains("`ssh_key_exchange_algorithms`: [\"diffie-hellman-group1-sha1\"]"), "{error}");
    let named = SshPlan {
        key_exchange_algorithms: vec!["diffie-hellman-group1-sha1".into()],
        ciphers: vec!["aes128-cbc".into()],
        ..plan()
    };
    still_works(&in_time(connect_to(&server, &key, named)).await.unwrap()).await;
}

#[tokio::test]
async fn much_output_without_an_end_of_line_is_handed_on_in_pieces() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    let communicator = connect_to(&server, &key, plan()).await.unwrap();
    let (mut total, mut longest) = (0, 0);
    let take = |_, line: String| {
        total += line.len();
        longest = longest.max(line.len());
    };
    let exit = communicator.run("head -c 100000000 /dev/zero | tr '\\0' x", take).await.unwrap();
    assert_eq!((exit, total), (Exit::Status(0), 100_000_000));
    assert!(longest < 256 * 1024, "{longest}");
}

/// Before its banner a server may say other things, but not for ever.
#[tokio::test]
async fn an_endless_banner_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move { while stream.write_all(&[b'x'; 4096]).await.is_ok() {} });
        }
    });
    let plan = SshPlan { timeout: Some(Duration::from_secs(1)), ..plan() };
    let address = ("127.0.0.1".to_owned(), port);
    let error = in_time(connect_with(&plan, address, None, &context().0, tempo())).await.unwrap_err();
    assert!(error.to_string().contains("something answers that is not SSH"), "{error}");
    assert!(error.to_string().len() < 300);
}

#[tokio::test]
async fn a_key_that_others_may_read_is_taken_and_one_with_a_passphrase_is_told() {
    let pair = key("ed25519").await;
    let (Some(server), Some(keygen)) = (sshd(&pair).await, tool_or_skip("ssh-keygen")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("id");
    fs::write(&path, pair.private_pem.reveal()).unwrap();
    let plan = SshPlan { username: user().await, password: None, private_key_file: Some(path.clone()), ..plan() };
    let address = ("127.0.0.1".to_owned(), server.port);
    still_works(&connect_with(&plan, address.clone(), None, &context().0, tempo()).await.unwrap()).await;
    write_private(&path, pair.private_pem.reveal());
    Cmd::new(keygen).args(["-q", "-p", "-N", "hunter2", "-f"]).arg(&path).run().await.unwrap();
    let error = connect_with(&plan, address, None, &context().0, tempo()).await.unwrap_err();
    assert!(error.to_string().contains("passphrase"), "{error}");
}
