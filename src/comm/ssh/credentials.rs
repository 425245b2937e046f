//! The ways to log in that a template gives, read once before the first attempt.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err::tokio as fs;
use russh::keys::{Certificate, PrivateKey, decode_secret_key};

use super::keypair::KeyPair;
use crate::comm::Error;
use crate::io::secrets::Secret;
use crate::plan::communicator::{Bastion, SshPlan};

#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) keys: Vec<Key>,
    pub(super) password: Option<Secret>,
    pub(super) agent: Option<Agent>,
    /// The server's questions are put to the person at the terminal.
    pub(super) interactive: bool,
}

/// A private key (its `Debug` shows no secret part) and what goes with it.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) private: Arc<PrivateKey>,
    pub(super) certificate: Option<Certificate>,
    /// For messages: where it comes from.
    pub(super) label: String,
}

/// A running agent of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agent {
    pub(super) socket: PathBuf,
    /// Its keys go first (`ssh_agent_auth`) instead of last.
    pub(super) asked_for: bool,
    /// Guest programs may use it.
    pub(super) forward: bool,
}

/// Reads key files and finds the agent. `agent_socket` is `SSH_AUTH_SOCK`.
pub(super) async fn load(
    plan: &SshPlan,
    temporary: Option<&KeyPair>,
    agent_socket: Option<PathBuf>,
) -> Result<Credentials, Error> {
    let mut keys = Vec::new();
    if let Some(path) = &plan.private_key_file {
        keys.push(key_file(path, plan.certificate_file.as_deref()).await?);
    }
    if let Some(pair) = temporary {
        let key = decode_secret_key(pair.private_pem.reveal(), None)
            .map_err(|error| setup(format!("the temporary key cannot be read back: {error}")))?;
        keys.push(Key { private: Arc::new(key), certificate: None, label: "temporary key".into() });
    }
    let agent = agent(plan, agent_socket)?;
    let (username, password) = (plan.username.clone(), plan.password.clone());
    Ok(Credentials { username, keys, password, agent, interactive: false })
}

/// The same for the bastion, whose programs get no agent.
pub(super) async fn load_bastion(plan: &Bastion, agent_socket: Option<PathBuf>) -> Result<Credentials, Error> {
    let mut keys = Vec::new();
    if let Some(path) = &plan.private_key_file {
        keys.push(key_file(path, plan.certificate_file.as_deref()).await?);
    }
    if plan.agent_auth && agent_socket.is_none() {
        return Err(no_agent("ssh_bastion_agent_auth"));
    }
    let socket = agent_socket.filter(|_| plan.agent_auth);
    let agent = socket.map(|socket| Agent { socket, asked_for: true, forward: false });
    let (username, password) = (plan.username.clone(), plan.password.clone());
    Ok(Credentials { username, keys, password, agent, interactive: plan.interactive })
}

fn no_agent(option: &str) -> Error {
    setup(format!("`{option}` is set but no agent is running (SSH_AUTH_SOCK is not set); start ssh-agent"))
}

fn setup(message: String) -> Error {
    Error::Setup { message }
}

fn agent(plan: &SshPlan, socket: Option<PathBuf>) -> Result<Option<Agent>, Error> {
    if plan.agent_auth && socket.is_none() {
        return Err(no_agent("ssh_agent_auth"));
    }
    let forward = !plan.disable_agent_forwarding;
    let wanted = plan.agent_auth || forward;
    Ok(socket.filter(|_| wanted).map(|socket| Agent { socket, asked_for: plan.agent_auth, forward }))
}

async fn key_file(path: &Path, certificate: Option<&Path>) -> Result<Key, Error> {
    let path = expand_home(path, std::env::home_dir().as_deref());
    let text = fs::read_to_string(&path).await.map_err(|error| setup(error.to_string()))?;
    let key = parse_key(&text).map_err(|reason| setup(format!("private key {}: {reason}", path.display())))?;
    let certificate = match certificate {
        Some(path) => Some(certificate_file(path).await?),
        None => None,
    };
    Ok(Key { private: Arc::new(key), certificate, label: format!("key file {}", path.display()) })
}

/// OpenSSH, PKCS#1 and PKCS#8 keys without a passphrase.
pub(super) fn parse_key(text: &str) -> Result<PrivateKey, String> {
    let protected = || "it is protected by a passphrase; give a key without one, or use ssh_agent_auth".to_owned();
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(protected());
    }
    match decode_secret_key(text, None) {
        Ok(key) if key.is_encrypted() => Err(protected()),
        Ok(key) => Ok(key),
        Err(russh::keys::Error::KeyIsEncrypted) => Err(protected()),
        Err(error) => Err(format!("it is not a private key that we can read ({error})")),
    }
}

async fn certificate_file(path: &Path) -> Result<Certificate, Error> {
    let path = expand_home(path, std::env::home_dir().as_deref());
    let text = fs::read_to_string(&path).await.map_err(|error| setup(error.to_string()))?;
    let certificate = Certificate::from_openssh(text.trim())
        .map_err(|error| setup(format!("SSH certificate {}: {error}", path.display())))?;
    let now = jiff::Timestamp::now().as_second().unsigned_abs();
    if now < certificate.valid_after() || now >= certificate.valid_before() {
        return Err(setup(format!("SSH certificate {} is not valid today", path.display())));
    }
    Ok(certificate)
}

/// `~/key` is in the user's home folder.
pub(crate) fn expand_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm::ssh::testing::plan;

    #[test]
    fn home_is_expanded_only_at_the_beginning() {
        let home = Path::new("/home/me");
        assert_eq!(expand_home(Path::new("~/.ssh/id"), Some(home)), Path::new("/home/me/.ssh/id"));
        assert_eq!(expand_home(Path::new("/a/~/b"), Some(home)), Path::new("/a/~/b"));
        assert_eq!(expand_home(Path::new("~other/b"), Some(home)), Path::new("~other/b"));
    }

    #[test]
    fn agent_auth_without_an_agent_says_what_to_do() {
        let mut plan = plan();
        plan.agent_auth = true;
        plan.disable_agent_forwarding = false;
        assert!(agent(&plan, None).unwrap_err().to_string().contains("start ssh-agent"));
        let agent = agent(&plan, Some("/agent".into())).unwrap().unwrap();
        assert!(agent.asked_for && agent.forward);
    }

    #[test]
    fn no_agent_is_used_when_the_template_wants_none() {
        let mut plan = plan();
        plan.disable_agent_forwarding = true;
        assert_eq!(agent(&plan, Some("/agent".into())).unwrap(), None);
    }

    #[tokio::test]
    async fn a_missing_key_file_is_named() {
        let mut plan = plan();
        plan.private_key_file = Some("/no/such/key".into());
        let error = load(&plan, None, None).await.unwrap_err();
        assert!(error.to_string().contains("/no/such/key"), "{error}");
    }

    #[test]
    fn a_key_with_a_passphrase_is_told_from_garbage() {
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n";
        assert!(parse_key(old).unwrap_err().contains("passphrase"));
        assert!(parse_key("garbage").unwrap_err().contains("not a private key"));
    }
}
