//! How Ansible gets into the guest: straight or through our server, and with what.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err::tokio as fs;

use super::files::PrivateFiles;
use crate::comm::OtherClients;
use crate::comm::ssh::gateway::Gateway;
use crate::io::Context;
use crate::io::secrets::Secret;
use crate::plan::provisioner::AnsiblePlan;
use crate::process::find_program;
use crate::provision::{Error, GuestData};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the guest itself.
    Straight,
    /// To a server of ours that leads there.
    Gateway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Ssh,
    WinRm { tls: bool, ntlm: bool },
}

/// What Ansible is told of the guest.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub(super) protocol: Protocol,
    pub(super) host: String,
    pub(super) port: String,
    pub(super) user: String,
    pub(super) key: Option<PathBuf>,
    pub(super) password: Option<Secret>,
    /// Keys of the user's agent may be tried too.
    pub(super) agent: bool,
}

/// What the build knows of the session.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    data: &'a GuestData,
    others: OtherClients,
}

impl<'a> Facts<'a> {
    pub(super) fn of(data: &'a GuestData, others: OtherClients) -> Self {
        Self { data, others }
    }

    fn get(&self, name: &str) -> &'a str {
        self.data.fields.get(name).map_or("", String::as_str)
    }

    fn has_key(&self) -> bool {
        !self.get("SSHPrivateKeyFile").is_empty() || !self.get("SSHPrivateKey").is_empty()
    }

    fn uses_agent(&self) -> bool {
        self.get("SSHAgentAuth") == "true"
    }

    fn password(&self) -> Option<Secret> {
        Some(self.get("Password")).filter(|password| !password.is_empty()).map(Secret::new)
    }

    /// Also where our server would take any name: Ansible looks for the home folder of this user.
    fn user(&self, plan: &AnsiblePlan) -> Result<String, Error> {
        Ok(user(plan, self.data)?.unwrap_or_else(|| self.get("User").to_owned()))
    }

    /// Ansible's SSH gets in by itself. Passwords it takes only from a program that may be missing.
    fn can_log_in(&self) -> bool {
        self.has_key() || self.uses_agent() || (self.password().is_some() && find_program("sshpass").is_some())
    }
}

/// Straight where that is the same. A template that asks for the one or the other gets it where it can be had.
pub(super) fn way(plan: &AnsiblePlan, facts: &Facts<'_>, context: &Context) -> Result<Way, Error> {
    if matches!(facts.others, OtherClients::WinRm { .. }) {
        return Ok(Way::Straight);
    }
    let can_go_straight = facts.others == OtherClients::Ssh && facts.can_log_in();
    let straight = match plan.proxy.wanted {
        Some(true) => false,
        Some(false) => can_go_straight,
        None => can_go_straight && facts.has_key() && is_the_same(plan, facts)?,
    };
    if plan.proxy.wanted == Some(false) && !straight {
        context.events.warn("Ansible cannot log in to the guest by itself, so that `use_proxy` is taken as true");
    }
    Ok(if straight { Way::Straight } else { Way::Gateway })
}

/// Our server takes any user's name and settings of its own; the guest does not.
fn is_the_same(plan: &AnsiblePlan, facts: &Facts<'_>) -> Result<bool, Error> {
    let user = user(plan, facts.data)?;
    Ok(!plan.proxy.is_described()
        && plan.proxy.sftp_command.is_none()
        && user.is_none_or(|user| user == facts.get("User")))
}

fn user(plan: &AnsiblePlan, data: &GuestData) -> Result<Option<String>, Error> {
    let user = plan.inventory.user.as_ref().map(|user| user.render(&data.fields)).transpose();
    user.map_err(Error::render("user"))
}

impl Login {
    pub(super) async fn straight(plan: &AnsiblePlan, facts: &Facts<'_>, files: &PrivateFiles) -> Result<Self, Error> {
        let login = Self::to(facts.get("Host"), facts.get("Port"), &facts.user(plan)?);
        if let OtherClients::WinRm { tls, ntlm } = facts.others {
            let protocol = Protocol::WinRm { tls: tls && !plan.winrm_use_http, ntlm };
            return Ok(Self { protocol, password: facts.password(), ..login });
        }
        let key = key(facts, files).await?;
        let password = facts.password().filter(|_| key.is_none() && !facts.uses_agent());
        Ok(Self { key, password, agent: facts.uses_agent(), ..login })
    }

    pub(super) async fn through(
        gateway: &Gateway,
        plan: &AnsiblePlan,
        facts: &Facts<'_>,
        files: &PrivateFiles,
    ) -> Result<Self, Error> {
        let login = Self::to("127.0.0.1", &gateway.port().to_string(), &facts.user(plan)?);
        let key = match gateway.client_key() {
            Some(key) => Some(files.write("key", key.reveal()).await?),
            None => None,
        };
        Ok(Self { agent: key.is_none(), key, ..login })
    }

    pub(super) fn to(host: &str, port: &str, user: &str) -> Self {
        let (host, port, user) = (host.to_owned(), port.to_owned(), user.to_owned());
        Self { protocol: Protocol::Ssh, host, port, user, key: None, password: None, agent: false }
    }
}

/// The file of the session's key. OpenSSH refuses one that others may read, as one in a repository often is.
async fn key(facts: &Facts<'_>, files: &PrivateFiles) -> Result<Option<PathBuf>, Error> {
    let failed = || Error::local("read the private key for Ansible");
    let path = facts.get("SSHPrivateKeyFile");
    if !path.is_empty() {
        let path = crate::comm::ssh::expand_home(Path::new(path), std::env::home_dir().as_deref());
        let mode = fs::metadata(&path).await.map_err(failed())?.permissions().mode();
        if mode.trailing_zeros() >= 6 {
            return Ok(Some(path));
        }
        let text = fs::read_to_string(&path).await.map_err(failed())?;
        return Ok(Some(files.write("key", &text).await?));
    }
    match facts.get("SSHPrivateKey") {
        "" => Ok(None),
        text => Ok(Some(files.write("key", text).await?)),
    }
}
