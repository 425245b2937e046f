//! Commands that run as another user of Windows, with all rights.
//!
//! A session over WinRM or SSH lacks rights that some installers need, and may not use Windows Update at all. So
//! the command becomes a task of the Task Scheduler, which a PowerShell script makes, follows and removes. The
//! password is in that script only, and the script deletes its file before it does anything else.

use uuid::Uuid;

use super::{Error, GuestData};
use crate::comm::{self, Communicator, Exit, Upload};
use crate::event::Stream;
use crate::io::Context;
use crate::io::powershell::{self, quoted};
use crate::io::secrets::Secret;
use crate::plan::provisioner::ElevationPlan;

const TASK: &str = include_str!("task.ps1");

/// Whom a command runs as.
#[derive(Clone, Debug)]
pub(super) struct Account {
    user: String,
    /// Empty for the accounts of the system.
    password: Secret,
}

impl Account {
    /// None where no user is named.
    pub(super) fn of(plan: Option<&ElevationPlan>, data: &GuestData, context: &Context) -> Result<Option<Self>, Error> {
        plan.map(|plan| Self::new(plan, data, context)).transpose()
    }

    /// From here on its password is masked wherever it shows, unless it is the user's name.
    pub(super) fn new(plan: &ElevationPlan, data: &GuestData, context: &Context) -> Result<Self, Error> {
        let user = plan.user.render(&data.fields).map_err(Error::render("the user to run as"))?;
        let password = plan.password.as_ref().map_or(Some(String::new()), |password| password.render(&data.fields));
        let broken = || Error::Plan { message: format!("cannot fill in the password of {user}") };
        let password = Secret::new(password.ok_or_else(broken)?);
        if password.reveal() != user {
            context.secrets.add(password.reveal());
        }
        Ok(Self { user, password })
    }

    /// Runs a line for `cmd`. An error means that it did not start.
    pub(super) async fn run(
        &self,
        command: &str,
        communicator: &impl Communicator,
        output: impl FnMut(Stream, String) + Send,
    ) -> Result<Exit, comm::Error> {
        let name = format!("boxwright-elevated-{}", Uuid::new_v4());
        let path = format!("C:/Windows/Temp/{name}.ps1");
        let script = powershell::file(&self.script(&name, command));
        communicator.upload(Upload::Bytes { bytes: &script, mode: 0o600 }, &path).await?;
        communicator.run(&format!("powershell -executionpolicy bypass -file \"{path}\""), output).await
    }

    fn script(&self, name: &str, command: &str) -> String {
        let facts = [("name", name), ("user", &self.user), ("password", self.password.reveal()), ("command", command)];
        let facts = facts.map(|(key, value)| format!("${key} = {}\n", quoted(value))).concat();
        facts + TASK
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::provisioner::LateSecret;
    use crate::provision::testing::{Recorder, context, data, late};
    use crate::template::interpolate::Late;

    fn account(password: Option<Late>) -> Result<Account, Error> {
        let plan = ElevationPlan { user: Late::literal("vagrant"), password: password.map(LateSecret::new) };
        let mut data = data();
        data.fields.insert("Host".into(), "it's secret".into());
        Account::new(&plan, &data, &context().0)
    }

    #[tokio::test]
    async fn the_password_is_in_the_script_alone() {
        let account = account(Some(late("{{ .Host }}"))).unwrap();
        let recorder = Recorder::default();
        let exit = account.run("dir \"c:\\it's\"", &recorder, |_, _| ()).await.unwrap();
        let calls = recorder.calls();
        assert_eq!((exit, calls.len()), (Exit::Status(0), 2));
        assert!(calls[0].contains("$password = 'it''s secret'\n"), "{}", calls[0]);
        assert!(calls[0].contains("$command = 'dir \"c:\\it''s\"'\n"), "{}", calls[0]);
        assert!(calls[1].starts_with("run powershell -executionpolicy bypass -file \"C:/Windows/Temp/boxwright-"));
        assert!(!format!("{account:?} {}", calls[1]).contains("secret'"), "{account:?}");
    }

    #[test]
    fn a_password_is_masked_from_then_on() {
        let (context, _) = context();
        let password = Some(LateSecret::new(Late::literal("swordfish")));
        Account::new(&ElevationPlan { user: Late::literal("u"), password }, &data(), &context).unwrap();
        assert_eq!(context.secrets.mask("a swordfish"), "a <sensitive>");
    }

    #[tokio::test]
    async fn an_account_of_the_system_has_none() {
        let recorder = Recorder::default();
        account(None).unwrap().run("whoami", &recorder, |_, _| ()).await.unwrap();
        assert!(recorder.calls()[0].contains("$password = ''\n"));
    }
}
