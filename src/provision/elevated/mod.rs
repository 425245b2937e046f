//! Commands that run as another user of Windows, with all rights.
//!
//! A session over WinRM or SSH lacks rights that some installers need, and may not use Windows Update at all. So
//! the command becomes a task of the Task Scheduler, which a PowerShell script makes, follows and removes. The
//! password is in that script only, and the script deletes its file before it does anything else.

use std::time::Duration;

use uuid::Uuid;

use super::{Error, GuestData};
use crate::comm::{self, Communicator, Exit, Upload};
use crate::event::Stream;
use crate::io::Context;
use crate::io::powershell::{self, quoted};
use crate::io::secrets::Secret;
use crate::plan::provisioner::ElevationPlan;

const TASK: &str = include_str!("task.ps1");

/// How long a script that did not start may take to go away. The guest is often restarting then.
const REMOVAL_LIMIT: Duration = Duration::from_secs(60);

/// Whom a command runs as.
#[derive(Clone, Debug)]
pub(super) struct Account {
    user: String,
    /// Empty for the accounts of the system.
    password: Secret,
    /// The same for all scripts, so that each is written over one that did not start and has the password in it.
    path: String,
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
        let path = format!("C:/Windows/Temp/boxwright-elevated-{}.ps1", Uuid::new_v4());
        Ok(Self { user, password, path })
    }

    /// Runs a line for `cmd`. An error means that it did not start.
    pub(super) async fn run(
        &self,
        command: &str,
        communicator: &impl Communicator,
        output: impl FnMut(Stream, String) + Send,
    ) -> Result<Exit, comm::Error> {
        let name = format!("boxwright-elevated-{}", Uuid::new_v4());
        let script = powershell::file(&self.script(&name, command));
        communicator.upload(Upload::Bytes { bytes: &script, mode: 0o600 }, &self.path).await?;
        let line = format!("powershell -executionpolicy bypass -file \"{}\"", self.path);
        let started = communicator.run(&line, output).await;
        if started.is_err() {
            self.remove_script(communicator).await;
        }
        started
    }

    /// The script would have done it. A guest that is away keeps the file until the next try writes over it.
    async fn remove_script(&self, communicator: &impl Communicator) {
        let remove = format!("Remove-Item -LiteralPath {} -Force -ErrorAction SilentlyContinue", quoted(&self.path));
        let line = powershell::command(&remove);
        let _ = tokio::time::timeout(REMOVAL_LIMIT, communicator.run(&line, |_, _| ())).await;
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
    use crate::provision::testing::{Answer, Recorder, context, data, late};
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

    #[tokio::test]
    async fn a_script_that_does_not_start_is_removed_and_written_over() {
        let account = account(Some(late("{{ .Host }}"))).unwrap();
        let recorder = Recorder::answering("-file", [Answer::Fail]);
        account.run("dir", &recorder, |_, _| ()).await.unwrap_err();
        account.run("dir", &recorder, |_, _| ()).await.unwrap();
        let calls = recorder.calls();
        assert_eq!(calls.len(), 5, "{calls:?}");
        assert!(calls[2].starts_with("run powershell -NoProfile"), "{}", calls[2]);
        let path = |call: &String| call.split(' ').nth(1).map(str::to_owned);
        assert_eq!(path(&calls[0]), path(&calls[3]));
        assert_eq!(calls[1], calls[4]);
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
