//! Logging in: every credential in Packer's order until one is taken.

use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse, Prompt};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{HashAlg, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};

use super::credentials::{Agent, Credentials, Key};
use super::session::Client;
use super::terminal;
use crate::event::Events;

/// Servers cut the session after about six refusals; keys of an agent that nobody asked for are the last to try.
const AGENT_KEYS: usize = 4;

/// Rounds of questions that we answer; a server that goes on for ever is refused by us.
const QUESTION_ROUNDS: usize = 8;

/// How a login ended.
#[derive(Debug)]
pub(super) enum Login {
    /// With the method that was taken.
    Done(String),
    Refused {
        tried: Vec<String>,
        offered: Vec<String>,
    },
    /// The connection was lost before anything was refused.
    Lost(String),
}

pub(super) async fn login(handle: &mut Handle<Client>, credentials: &Credentials, events: &Events) -> Login {
    let mut attempt = Attempt { handle, credentials, events, tried: Vec::new(), offered: None };
    match attempt.all().await {
        Ok(Some(method)) => Login::Done(method),
        Ok(None) => attempt.refused(),
        // A server that has refused enough says no more.
        Err(_) if !attempt.tried.is_empty() => attempt.refused(),
        Err(message) => Login::Lost(message),
    }
}

/// One session that is not logged in yet.
struct Attempt<'a> {
    handle: &'a mut Handle<Client>,
    credentials: &'a Credentials,
    /// For questions to the person at the terminal.
    events: &'a Events,
    tried: Vec<String>,
    /// What the server's last refusal said it takes.
    offered: Option<MethodSet>,
}

impl Attempt<'_> {
    fn refused(self) -> Login {
        let offered = self.offered.as_deref().unwrap_or_default().iter().map(String::from).collect();
        Login::Refused { tried: self.tried, offered }
    }

    /// The name of the method that was taken, if one was.
    async fn all(&mut self) -> Result<Option<String>, String> {
        let credentials = self.credentials;
        let none = self.handle.authenticate_none(&credentials.username).await;
        if self.taken("none", none)? {
            return Ok(Some("no credentials".into()));
        }
        self.tried.clear();
        let agent_first = credentials.agent.as_ref().filter(|agent| agent.asked_for);
        if let Some(agent) = agent_first
            && self.agent(agent).await?
        {
            return Ok(Some("agent".into()));
        }
        for key in &credentials.keys {
            if self.key(key).await? {
                return Ok(Some(key.label.clone()));
            }
        }
        if self.password().await? {
            return Ok(Some("password".into()));
        }
        if self.keyboard_interactive().await? {
            return Ok(Some("keyboard-interactive".into()));
        }
        match credentials.agent.as_ref().filter(|agent| !agent.asked_for) {
            Some(agent) if self.agent(agent).await? => Ok(Some("agent".into())),
            _ => Ok(None),
        }
    }

    fn is_offered(&self, method: MethodKind) -> bool {
        self.offered.as_ref().is_none_or(|methods| methods.is_empty() || methods.contains(&method))
    }

    /// Notes a refusal. The library reports a session that has ended as a refusal with nothing on offer.
    fn taken(&mut self, method: &str, result: Result<AuthResult, russh::Error>) -> Result<bool, String> {
        match result.map_err(|error| error.to_string())? {
            AuthResult::Success => Ok(true),
            AuthResult::Failure { remaining_methods, .. } => self.note_refusal(method, remaining_methods),
        }
    }

    fn note_refusal(&mut self, method: &str, offered: MethodSet) -> Result<bool, String> {
        if offered.is_empty() && self.handle.is_closed() {
            return Err(format!("the connection was lost during authentication ({method})"));
        }
        self.tried.push(method.to_owned());
        self.offered = Some(offered);
        Ok(false)
    }

    async fn key(&mut self, key: &Key) -> Result<bool, String> {
        if !self.is_offered(MethodKind::PublicKey) {
            return Ok(false);
        }
        let username = &self.credentials.username;
        if let Some(certificate) = &key.certificate {
            let certificate = certificate.clone();
            let result = self.handle.authenticate_openssh_cert(username, Arc::clone(&key.private), certificate).await;
            if self.taken("certificate", result)? {
                return Ok(true);
            }
        }
        for hash in self.hashes(key.private.algorithm().is_rsa()).await? {
            let with_hash = PrivateKeyWithHashAlg::new(Arc::clone(&key.private), hash);
            let result = self.handle.authenticate_publickey(username, with_hash).await;
            if self.taken(&key.label, result)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The signature hashes worth trying. A server that does not name any is so old that SHA-1 is likely.
    async fn hashes(&self, is_rsa: bool) -> Result<Vec<Option<HashAlg>>, String> {
        if !is_rsa {
            return Ok(vec![None]);
        }
        let supported = self.handle.best_supported_rsa_hash().await.map_err(|error| error.to_string())?;
        Ok(supported.map_or_else(|| vec![None, Some(HashAlg::Sha256)], |hash| vec![hash]))
    }

    async fn password(&mut self) -> Result<bool, String> {
        let Some(password) = self.credentials.password.as_ref().filter(|_| self.is_offered(MethodKind::Password))
        else {
            return Ok(false);
        };
        let result = self.handle.authenticate_password(&self.credentials.username, password.reveal()).await;
        self.taken("password", result)
    }

    /// Answers every question with the password, or lets the person answer.
    async fn keyboard_interactive(&mut self) -> Result<bool, String> {
        let credentials = self.credentials;
        let has_answers = credentials.interactive || credentials.password.is_some();
        if !has_answers || !self.is_offered(MethodKind::KeyboardInteractive) {
            return Ok(false);
        }
        let mut reply = self.handle.authenticate_keyboard_interactive_start(&credentials.username, None).await;
        for _ in 0..QUESTION_ROUNDS {
            match reply.map_err(|error| error.to_string())? {
                KeyboardInteractiveAuthResponse::Success => return Ok(true),
                KeyboardInteractiveAuthResponse::Failure { remaining_methods, .. } => {
                    return self.note_refusal("keyboard-interactive", remaining_methods);
                }
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                    let answers = answers(credentials, prompts, self.events).await?;
                    reply = self.handle.authenticate_keyboard_interactive_respond(answers).await;
                }
            }
        }
        self.note_refusal("keyboard-interactive", MethodSet::empty())
    }

    /// An agent that does not answer is no reason to fail: other credentials follow.
    async fn agent(&mut self, agent: &Agent) -> Result<bool, String> {
        if !self.is_offered(MethodKind::PublicKey) {
            return Ok(false);
        }
        let Ok(mut client) = AgentClient::connect_uds(&agent.socket).await else { return Ok(false) };
        let Ok(identities) = client.request_identities().await else { return Ok(false) };
        for identity in identities.into_iter().take(AGENT_KEYS) {
            let AgentIdentity::PublicKey { key, .. } = identity else { continue };
            let hash = self.hashes(key.algorithm().is_rsa()).await?.into_iter().next().flatten();
            let username = &self.credentials.username;
            let result = self.handle.authenticate_publickey_with(username, key, hash, &mut client).await;
            // An agent may decline to sign.
            let Ok(result) = result else { continue };
            if self.taken("agent", Ok(result))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A password that is known answers everything.
async fn answers(credentials: &Credentials, prompts: Vec<Prompt>, events: &Events) -> Result<Vec<String>, String> {
    if let Some(password) = &credentials.password {
        return Ok(vec![password.reveal().to_owned(); prompts.len()]);
    }
    let questions = prompts.into_iter().map(|Prompt { prompt, echo }| (prompt, echo)).collect();
    terminal::ask(questions, events).await
}
