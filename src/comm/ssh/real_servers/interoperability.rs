//! Which server takes which login and which algorithms: each pair is tried, and the table printed.

use super::*;
use crate::event::{Event, EventReceiver};
use crate::io::secrets::Secret;
use crate::plan::communicator::algorithms::{CIPHERS, KEY_EXCHANGES};

/// What one column of the table is tried with.
struct Try {
    label: String,
    plan: SshPlan,
    key: Option<KeyPair>,
}

async fn works(server: &Server, attempt: &Try) -> Result<(), String> {
    let plan = SshPlan { handshake_attempts: 1, ..attempt.plan.clone() };
    let (address, (context, mut events)) = (("127.0.0.1".to_owned(), server.port), context());
    let communicator = tokio::select! {
        connected = connect_with(&plan, address, attempt.key.as_ref(), &context, tempo()) => {
            connected.map_err(|error| error.to_string())?
        }
        reason = nothing_in_common(&mut events) => return Err(reason),
    };
    let mut lines = Vec::new();
    let exit = communicator.run("echo works", |_, line| lines.push(line)).await.map_err(|error| error.to_string())?;
    if (exit, lines) == (Exit::Status(0), vec!["works".to_owned()]) { Ok(()) } else { Err("no output".into()) }
}

/// A build would try again until its time is over.
async fn nothing_in_common(events: &mut EventReceiver) -> String {
    while let Some((_, event)) = events.recv().await {
        match event {
            Event::SshNotYet { reason } if reason.contains("that we offer") => return "not offered".into(),
            _ => {}
        }
    }
    std::future::pending().await
}

/// Prints a row and gives the names of what does not work.
async fn row(server: &Server, name: &str, tries: Vec<Try>) -> Vec<String> {
    let mut failed = Vec::new();
    for attempt in tries {
        let result = works(server, &attempt).await;
        println!("| {name} | {} | {} |", attempt.label, result.as_ref().map_or_else(String::as_str, |()| "works"));
        if result.is_err() {
            failed.push(attempt.label);
        }
    }
    failed
}

fn algorithm_tries(key: &KeyPair) -> Vec<Try> {
    let by_key = || SshPlan { username: "root".into(), password: None, ..plan() };
    let exchanges =
        KEY_EXCHANGES.spoken().map(|name| (name, SshPlan { key_exchange_algorithms: vec![name.into()], ..by_key() }));
    let ciphers = CIPHERS.spoken().map(|name| (name, SshPlan { ciphers: vec![name.into()], ..by_key() }));
    let tries = exchanges.chain(ciphers);
    tries.map(|(name, plan)| Try { label: name.into(), plan, key: Some(key.clone()) }).collect()
}

fn login_tries(accounts: &Accounts) -> Vec<Try> {
    let with_password = SshPlan { password: Some(Secret::new(accounts::PASSWORD)), ..plan() };
    let mut tries = vec![Try { label: "password".into(), plan: with_password, key: None }];
    for key in &accounts.keys {
        let label = key.public_line.split(' ').next().unwrap().to_owned();
        tries.push(Try { label, plan: SshPlan { password: None, ..plan() }, key: Some(key.clone()) });
    }
    tries
}

#[tokio::test]
async fn openssh_takes_every_login_and_all_but_the_new_algorithms() {
    let Some(accounts) = Accounts::make().await else { return };
    let all = "KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1\n\
               Ciphers +aes128-cbc,aes192-cbc,aes256-cbc\n";
    let Some(server) = sshd_with(&accounts.keys, all, Some(&accounts)).await else { return };
    assert_eq!(row(&server, "OpenSSH", login_tries(&accounts)).await, Vec::<String>::new());
    let mut failed = row(&server, "OpenSSH", algorithm_tries(&accounts.keys[0])).await;
    // Since OpenSSH 9.9.
    failed.retain(|name| name != "mlkem768x25519-sha256");
    assert_eq!(failed, Vec::<String>::new());
}

#[tokio::test]
async fn dropbear_takes_every_login_and_its_own_algorithms() {
    let Some(accounts) = Accounts::make().await else { return };
    let Some(server) = dropbear(&accounts, "ed25519").await else { return };
    assert_eq!(row(&server, "dropbear", login_tries(&accounts)).await, Vec::<String>::new());
    let failed = row(&server, "dropbear", algorithm_tries(&accounts.keys[0])).await;
    for name in ["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256", "aes128-ctr", "aes256-ctr"]
    {
        assert!(!failed.contains(&name.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn openssh_takes_a_certificate_and_one_that_is_over_is_not_even_sent() {
    let Some(keygen) = tool_or_skip("ssh-keygen") else { return };
    let (key, authority) = (key("ed25519").await, key("ed25519").await);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_private(&path("authority"), authority.private_pem.reveal());
    write_private(&path("id"), key.private_pem.reveal());
    fs::write(path("authority.pub"), &authority.public_line).unwrap();
    let trust = format!("TrustedUserCAKeys {}\n", path("authority.pub").display());
    let Some(server) = sshd_with(&[], &trust, None).await else { return };
    for (validity, expected) in [("-1h:+1h", None), ("20200101:20200102", Some("is not valid today"))] {
        fs::write(path("id.pub"), &key.public_line).unwrap();
        let sign = Cmd::new(&keygen).args(["-q", "-I", "me", "-n", &user().await, "-V", validity, "-s"]);
        sign.arg(path("authority")).arg(path("id.pub")).run().await.unwrap();
        let (private_key_file, certificate_file) = (Some(path("id")), Some(path("id-cert.pub")));
        let plan = SshPlan { username: user().await, password: None, private_key_file, certificate_file, ..plan() };
        let address = ("127.0.0.1".to_owned(), server.port);
        let connected = connect_with(&plan, address, None, &context().0, tempo()).await;
        match expected {
            None => assert_eq!(connected.unwrap().run("true", |_, _| ()).await.unwrap(), Exit::Status(0)),
            Some(text) => assert!(connected.unwrap_err().to_string().contains(text)),
        }
    }
}
