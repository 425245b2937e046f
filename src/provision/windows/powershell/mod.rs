//! The provisioner `powershell`.

mod text;

use std::time::Duration;

use uuid::Uuid;

use self::text::{cleanup, environment_script, wrapped};
use super::Script;
use super::script::Terms;
use crate::comm::{self, Communicator, Exit, Upload};
use crate::event::Event;
use crate::io::{Context, powershell};
use crate::plan::provisioner::PowerShellPlan;
use crate::provision::elevated::Account;
use crate::provision::{Error, GuestData, environment};
use crate::template::interpolate::{Fields, Late};

/// Windows takes no notice of it.
const MODE: u32 = 0o600;

const FOLDER: &str = "c:/Windows/Temp";

/// How long the files of a failed script may take to go away. The guest may be gone.
const REMOVAL_LIMIT: Duration = Duration::from_secs(60);

/// Names of files in the guest end in `id` where the template gives none.
pub(in crate::provision) async fn run(
    plan: &PowerShellPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    id: Uuid,
    context: &Context,
) -> Result<(), Error> {
    let shell = PowerShell::prepare(plan, communicator, data, id, context)?;
    let result = shell.run_all(&Script::all(&plan.scripts, &data.fields)?).await;
    if result.is_ok() {
        shell.finish().await;
    } else {
        shell.give_up().await;
    }
    result
}

/// One provisioner with everything that its scripts share.
struct PowerShell<'a, C> {
    plan: &'a PowerShellPlan,
    communicator: &'a C,
    terms: Terms<'a>,
    path: String,
    environment_path: String,
    environment: Vec<u8>,
    command: String,
    cleanup_path: String,
    cleanup_command: String,
    account: Option<Account>,
}

impl<'a, C: Communicator> PowerShell<'a, C> {
    fn prepare(
        plan: &'a PowerShellPlan,
        communicator: &'a C,
        data: &GuestData,
        id: Uuid,
        context: &'a Context,
    ) -> Result<Self, Error> {
        let variables = environment::with_template(environment::of_build(data), &plan.environment, &data.fields)?;
        let format = environment::format(&plan.env_var_format, &data.fields)?;
        let path_of = |name: &str| format!("{FOLDER}/{name}-{id}.ps1");
        let path = plan.remote_path.clone().unwrap_or_else(|| path_of("script"));
        let environment_path = plan.remote_env_var_path.clone().unwrap_or_else(|| path_of("packer-ps-env-vars"));
        let cleanup_path = path_of("packer-cleanup");
        let command = |late: &Late, path: &str| command(late, &environment_path, path, &data.fields);
        let account = Account::of(plan.elevation.as_ref(), data, context)?;
        let of_scripts = if account.is_some() { &plan.elevated_execute_command } else { &plan.execute_command };
        let terms = Terms {
            events: &context.events,
            start_retry_timeout: plan.start_retry_timeout,
            valid_exit_codes: &plan.valid_exit_codes,
        };
        Ok(Self {
            terms,
            command: command(of_scripts, &path)?,
            cleanup_command: command(&plan.execute_command, &cleanup_path)?,
            environment: powershell::file(&environment_script(&variables, &format)),
            plan,
            communicator,
            path,
            environment_path,
            cleanup_path,
            account,
        })
    }

    async fn run_all(&self, scripts: &[Script<'_>]) -> Result<(), Error> {
        for script in scripts {
            let wrapped = |text: &str| wrapped(text, &self.environment_path, self.plan.debug_mode);
            let content = script.content(|text| powershell::file(&wrapped(text))).await?;
            self.terms.run(&script.name(), || self.start(&content)).await?;
        }
        Ok(())
    }

    async fn start(&self, script: &[u8]) -> Result<Exit, comm::Error> {
        self.upload(&self.environment, &self.environment_path).await?;
        self.upload(script, &self.path).await?;
        match &self.account {
            Some(account) => account.run(&self.command, self.communicator, self.terms.output()).await,
            None => self.communicator.run(&self.command, self.terms.output()).await,
        }
    }

    async fn upload(&self, bytes: &[u8], path: &str) -> Result<(), comm::Error> {
        self.communicator.upload(Upload::Bytes { bytes, mode: MODE }, path).await
    }

    async fn finish(&self) {
        self.clean_up().await;
        if !self.plan.pause_after.is_zero() {
            self.terms.events.send(Event::Pausing { duration: self.plan.pause_after });
            tokio::time::sleep(self.plan.pause_after).await;
        }
    }

    /// The build may go on, and the files, which may hold passwords, would stay in its image.
    async fn give_up(&self) {
        if tokio::time::timeout(REMOVAL_LIMIT, self.clean_up()).await.is_err() {
            self.terms.events.debug("scripts are left in the guest: it did not answer in time");
        }
    }

    /// That it fails is no reason to fail a build.
    async fn clean_up(&self) {
        if !self.plan.skip_clean
            && let Err(reason) = self.remove_files().await
        {
            self.terms.events.debug(format!("scripts are left in the guest: {reason}"));
        }
    }

    /// The last script removes all, itself included.
    async fn remove_files(&self) -> Result<(), String> {
        let script = powershell::file(&cleanup([&*self.path, &*self.environment_path, &*self.cleanup_path]));
        let run = async {
            self.upload(&script, &self.cleanup_path).await?;
            self.communicator.run(&self.cleanup_command, |_, _| ()).await
        };
        match run.await {
            Ok(Exit::Status(0)) => Ok(()),
            Ok(exit) => Err(format!("the script ended with status {}", exit.code())),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn command(late: &Late, environment_path: &str, path: &str, fields: &Fields) -> Result<String, Error> {
    let mut fields = fields.clone();
    fields.insert("Vars".into(), environment_path.to_owned());
    fields.insert("Path".into(), path.to_owned());
    late.render(&fields).map_err(Error::render("execute_command"))
}

#[cfg(test)]
mod tests;
