//! Bastions, proxies and tunnels, by OpenSSH's own programs.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Child;

use super::*;
use crate::io::secrets::Secret;
use crate::plan::communicator::{Bastion, Detour, Proxy, Tunnel};

async fn bastion(server: &Server, key: &KeyPair, folder: &TempDir) -> Detour {
    let path = folder.path().join("bastion_key");
    write_private(&path, key.private_pem.reveal());
    Detour::Bastion(Box::new(Bastion {
        host: "127.0.0.1".into(),
        port: server.port,
        username: user().await,
        password: None,
        private_key_file: Some(path),
        certificate_file: None,
        agent_auth: false,
        interactive: false,
    }))
}

async fn works(communicator: &SshCommunicator) {
    let mut lines = Vec::new();
    communicator.run("echo works", |_, line| lines.push(line)).await.unwrap();
    // The start-up files of whoever runs the tests may speak first.
    assert_eq!(lines.last().map(String::as_str), Some("works"), "{lines:?}");
}

#[tokio::test]
async fn a_bastion_leads_to_the_guest_and_again_after_a_cut() {
    let (first, second, folder) = (key("ed25519").await, key("ecdsa").await, tempfile::tempdir().unwrap());
    let (Some(outer), Some(inner)) = (sshd(&first).await, sshd(&second).await) else { return };
    let plan = SshPlan { detour: Some(bastion(&outer, &first, &folder).await), ..plan() };
    let communicator = connect_to(&inner, &second, plan).await.unwrap();
    works(&communicator).await;
    *communicator.session.lock().await = None;
    works(&communicator).await;
}

#[tokio::test]
async fn a_bastion_that_refuses_us_ends_the_wait() {
    let (known, unknown, folder) = (key("ed25519").await, key("ed25519").await, tempfile::tempdir().unwrap());
    let Some(server) = sshd(&known).await else { return };
    let plan = SshPlan { detour: Some(bastion(&server, &unknown, &folder).await), ..plan() };
    let error = connect_to(&server, &known, plan).await.unwrap_err();
    assert!(matches!(error, Error::Setup { .. }), "{error}");
    assert!(error.to_string().contains("refused key file"), "{error}");
}

#[tokio::test]
async fn a_guest_that_is_not_there_yet_is_told_as_the_bastion_sees_it() {
    let (key, folder) = (key("ed25519").await, tempfile::tempdir().unwrap());
    let Some(server) = sshd(&key).await else { return };
    let detour = Some(bastion(&server, &key, &folder).await);
    let plan = SshPlan { detour, timeout: Some(Duration::from_secs(3)), password: None, ..plan() };
    let nowhere = ("127.0.0.1".to_owned(), free_port());
    let error = connect_with(&plan, nowhere, Some(&key), &context().0, tempo()).await.unwrap_err();
    assert!(error.to_string().contains("as the bastion sees it"), "{error}");
}

/// Its SOCKS server on a port that nobody else took in the meantime.
async fn serving(command: &Cmd) -> (u16, Child) {
    loop {
        let port = free_port();
        let command = command.clone().args(["-D", &format!("127.0.0.1:{port}")]);
        let mut child = command.spawn(Stdio::null(), Stdio::null()).unwrap();
        while child.try_wait().unwrap().is_none() {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return (port, child);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// `ssh -D` is a SOCKS server.
#[tokio::test]
async fn a_socks_proxy_leads_to_the_guest() {
    let (key, folder) = (key("ed25519").await, tempfile::tempdir().unwrap());
    let (Some(server), Some(ssh)) = (sshd(&key).await, tool_or_skip("ssh")) else { return };
    let path = folder.path().join("key");
    write_private(&path, key.private_pem.reveal());
    let command = Cmd::new(ssh).args(["-F", "none", "-N", "-o", "StrictHostKeyChecking=no", "-o"]);
    let command = command.args(["UserKnownHostsFile=/dev/null", "-o", "ExitOnForwardFailure=yes", "-i"]).arg(path);
    let command = command.args(["-p", &server.port.to_string(), &format!("{}@127.0.0.1", user().await)]);
    let (port, _proxy) = serving(&command).await;
    let proxy = Proxy { host: "127.0.0.1".into(), port, username: None, password: None };
    let plan = SshPlan { detour: Some(Detour::Proxy(proxy)), ..plan() };
    works(&connect_to(&server, &key, plan).await.unwrap()).await;
}

/// A proxy that knows one user, by RFC 1928 and 1929, and leads nowhere.
async fn choosy_proxy() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut greeting = [0; 4];
            stream.read_exact(&mut greeting[..2]).await.unwrap();
            let mut methods = vec![0; usize::from(greeting[1])];
            stream.read_exact(&mut methods).await.unwrap();
            stream.write_all(&[5, 2]).await.unwrap();
            let mut login = vec![0; 64];
            let length = stream.read(&mut login).await.unwrap();
            let right = &login[..length] == b"\x01\x02me\x07hunter2";
            stream.write_all(&[1, u8::from(!right)]).await.unwrap();
            if right {
                // The host is not reached.
                let _ = stream.write_all(&[5, 4, 0, 1, 0, 0, 0, 0, 0, 0]).await;
            }
        }
    });
    port
}

#[tokio::test]
async fn a_proxy_that_refuses_the_password_ends_the_wait_and_does_not_show_it() {
    let port = choosy_proxy().await;
    let plan = |password: &str| SshPlan {
        detour: Some(Detour::Proxy(Proxy {
            host: "127.0.0.1".into(),
            port,
            username: Some("me".into()),
            password: Some(Secret::new(password)),
        })),
        timeout: Some(Duration::from_secs(1)),
        ..super::plan()
    };
    let guest = ("guest".to_owned(), 22);
    let error = connect_with(&plan("swordfish"), guest.clone(), None, &context().0, tempo()).await.unwrap_err();
    assert!(matches!(error, Error::Setup { .. }) && !error.to_string().contains("swordfish"), "{error}");
    let error = connect_with(&plan("hunter2"), guest, None, &context().0, tempo()).await.unwrap_err();
    assert!(error.to_string().contains("as the proxy sees it: Host unreachable"), "{error}");
}

/// A port that says one line to everybody.
async fn greeter() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"hello\n").await.unwrap();
        }
    });
    port
}

async fn heard(port: u16) -> String {
    let mut text = String::new();
    TcpStream::connect(("127.0.0.1", port)).await.unwrap().read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn tunnels_lead_there_and_here() {
    let key = key("ed25519").await;
    let Some(server) = sshd(&key).await else { return };
    let (target, there, here) = (greeter().await, free_port(), free_port());
    let tunnel = |port| vec![Tunnel { port, host: "127.0.0.1".into(), host_port: target }];
    let plan = SshPlan { local_tunnels: tunnel(there), remote_tunnels: tunnel(here), ..plan() };
    let communicator = connect_to(&server, &key, plan).await.unwrap();
    assert_eq!(heard(there).await, "hello\n");
    assert_eq!(heard(here).await, "hello\n");
    // A new session has them too.
    *communicator.session.lock().await = None;
    while TcpStream::connect(("127.0.0.1", here)).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    works(&communicator).await;
    assert_eq!((heard(there).await.as_str(), heard(here).await.as_str()), ("hello\n", "hello\n"));
}

#[tokio::test]
async fn a_port_in_use_is_told_before_the_guest_is_waited_for() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let local_tunnels = vec![Tunnel { port, host: "127.0.0.1".into(), host_port: 1 }];
    let address = ("127.0.0.1".to_owned(), free_port());
    let plan = SshPlan { local_tunnels, ..plan() };
    let error = connect_with(&plan, address, None, &context().0, tempo()).await.unwrap_err();
    assert!(error.to_string().contains(&format!("cannot listen on localhost:{port}")), "{error}");
}
