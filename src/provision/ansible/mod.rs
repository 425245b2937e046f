//! The provisioner `ansible`: a playbook that runs on this host and works in the guest.
//!
//! Ansible brings an SSH client of its own. Where that client reaches the guest as we do, it is sent there
//! straight; where only our session does, it is sent to a server of ours that leads through the session.

mod arguments;
mod files;
pub(super) mod galaxy;
mod inventory;
mod locale;
mod login;
#[cfg(test)]
mod real_guest;
mod version;

use self::files::PrivateFiles;
use self::login::{Facts, Login, Way};
use super::program;
use super::{Error, GuestData};
use crate::comm::Communicator;
use crate::comm::ssh::gateway::{Gateway, GatewayTerms};
use crate::event::Event;
use crate::io::Context;
use crate::plan::provisioner::{AnsiblePlan, ProxyPlan};
use crate::process::Cmd;
use crate::template::interpolate::{Fields, Late};

pub(super) async fn run(
    plan: &AnsiblePlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let files = PrivateFiles::make(context).await?;
    let result = Run { plan, data, context, files: &files }.all(communicator).await;
    files.remove(context).await;
    result
}

/// One run of the provisioner.
struct Run<'a> {
    plan: &'a AnsiblePlan,
    data: &'a GuestData,
    context: &'a Context,
    files: &'a PrivateFiles,
}

impl Run<'_> {
    async fn all(&self, communicator: &impl Communicator) -> Result<(), Error> {
        if !self.plan.skip_version_check {
            version::check(&self.plan.command, self.context).await?;
        }
        let environment = self.environment()?;
        for command in self.plan.galaxy.iter().flat_map(galaxy::commands) {
            let command = with_environment(command?, &environment);
            self.succeed(&command).await?;
        }
        let facts = Facts::of(self.data, communicator.other_clients());
        match login::way(self.plan, &facts, self.context)? {
            Way::Straight => {
                let login = Login::straight(self.plan, &facts, self.files).await?;
                self.play(&login, &environment).await
            }
            Way::Gateway => self.play_through_gateway(communicator, &facts, &environment).await,
        }
    }

    /// The server lives exactly as long as the playbook runs.
    async fn play_through_gateway(
        &self,
        communicator: &impl Communicator,
        facts: &Facts<'_>,
        environment: &[(String, String)],
    ) -> Result<(), Error> {
        let gateway = Gateway::open(&terms(&self.plan.proxy)).await?;
        let login = Login::through(&gateway, self.plan, facts, self.files).await?;
        tokio::select! {
            result = self.play(&login, environment) => result,
            () = communicator.serve(&gateway) => unreachable!("a server answers until it is dropped"),
        }
    }

    async fn play(&self, login: &Login, environment: &[(String, String)]) -> Result<(), Error> {
        let inventory = inventory::ready(&self.plan.inventory, login, self.files, self.context).await?;
        let arguments = arguments::of(self.plan, self.data, login, &inventory.path, self.files).await?;
        let command = locale::in_utf8(Cmd::new(&self.plan.command)).args(arguments);
        let command = arguments::settings(self.plan)
            .fold(with_environment(command, environment), |command, pair| command.env(pair.0, pair.1));
        let result = self.succeed(&command).await;
        inventory.remove(self.context).await;
        result
    }

    async fn succeed(&self, command: &Cmd) -> Result<(), Error> {
        self.context.events.send(Event::ScriptStarted { name: command.to_string() });
        match program::run(command, self.context, |_| ()).await? {
            0 => Ok(()),
            code => {
                let script = format!("`{}`", command.program().to_string_lossy());
                Err(Error::Script { script, code, valid_exit_codes: vec![0] })
            }
        }
    }

    /// The template's own variables. What is no assignment has been warned of.
    fn environment(&self) -> Result<Vec<(String, String)>, Error> {
        let pairs = rendered(&self.plan.environment, "ansible_env_vars", &self.data.fields)?;
        let pairs = pairs.iter().filter_map(|pair| pair.split_once('='));
        Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

fn with_environment(command: Cmd, environment: &[(String, String)]) -> Cmd {
    environment.iter().fold(command, |command, (name, value)| command.env(name, value))
}

pub(super) fn rendered(texts: &[Late], what: &str, fields: &Fields) -> Result<Vec<String>, Error> {
    let texts: Result<_, _> = texts.iter().map(|text| text.render(fields)).collect();
    texts.map_err(Error::render(what))
}

fn terms(plan: &ProxyPlan) -> GatewayTerms {
    GatewayTerms {
        port: plan.port,
        key_type: plan.key_type.clone(),
        host_key_file: plan.host_key_file.clone(),
        authorized_key_file: plan.authorized_key_file.clone(),
        sftp_command: plan.sftp_command.clone(),
    }
}
