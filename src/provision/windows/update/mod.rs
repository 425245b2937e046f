//! The provisioner `windows-update`: passes of looking and installing, with a restart where Windows wants one,
//! until nothing is left.

use std::time::Duration;

use uuid::Uuid;

use super::restart;
use crate::comm::{Communicator, Exit, Upload};
use crate::event::Event;
use crate::io::Context;
use crate::io::powershell::{self, quoted};
use crate::plan::provisioner::{UpdateFilter, WindowsRestartPlan, WindowsUpdatePlan};
use crate::provision::elevated::Account;
use crate::provision::insist::{insist, not_started};
use crate::provision::{Error, GuestData};

const SCRIPT: &str = include_str!("update.ps1");

/// Statuses of the script, beside 0: nothing is left.
const RESTART: u32 = 101;
const LOOK_AGAIN: u32 = 102;

/// No Windows needs as many; an update that is found again after each pass would go on for ever.
const MOST_PASSES: u32 = 50;

/// A guest that has just restarted may refuse sessions for a while.
const START_LIMIT: Duration = Duration::from_secs(5 * 60);

pub(in crate::provision) async fn run(
    plan: &WindowsUpdatePlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let account = Account::new(&plan.elevation, data, context)?;
    let mut retries = plan.update_max_retries;
    for pass in 1..=MOST_PASSES {
        context.events.step(format!("looking for updates of Windows, pass {pass}"));
        match install(plan, &account, communicator, context).await? {
            Exit::Status(0) => return Ok(()),
            Exit::Status(RESTART) => restart::run(&restart_plan(plan), communicator, context).await?,
            Exit::Status(LOOK_AGAIN) => {}
            exit if retries > 0 => {
                retries -= 1;
                context.events.warn(format!("a pass failed with status {}; trying again", exit.code()));
            }
            exit => return Err(failed(exit)),
        }
    }
    Err(Error::EndlessUpdates { passes: MOST_PASSES })
}

fn failed(exit: Exit) -> Error {
    let script = "installing updates of Windows".to_owned();
    Error::Script { script, code: exit.code(), valid_exit_codes: vec![0, RESTART, LOOK_AGAIN] }
}

/// One pass. Windows refuses the installing to sessions from elsewhere, so it is a task.
async fn install(
    plan: &WindowsUpdatePlan,
    account: &Account,
    communicator: &impl Communicator,
    context: &Context,
) -> Result<Exit, Error> {
    let path = format!("C:/Windows/Temp/boxwright-update-{}.ps1", Uuid::new_v4());
    let script = powershell::file(&script(plan));
    let command = format!("powershell -NoProfile -ExecutionPolicy Bypass -File \"{path}\"");
    let start = || async {
        communicator.upload(Upload::Bytes { bytes: &script, mode: 0o600 }, &path).await?;
        let output = |stream, line| context.events.send(Event::Output { stream, line });
        account.run(&command, communicator, output).await
    };
    let started = insist(START_LIMIT, &context.events, start).await;
    started.map_err(|source| not_started("the installing of updates", START_LIMIT, source))
}

fn script(plan: &WindowsUpdatePlan) -> String {
    let filters: String = plan.filters.iter().map(filter).collect();
    let criteria = quoted(&plan.search_criteria);
    format!("$criteria = {criteria}\n$limit = {}\n$filters = @(\n{filters})\n{SCRIPT}", plan.update_limit)
}

fn filter(filter: &UpdateFilter) -> String {
    let (includes, expression) = match filter {
        UpdateFilter::Include(expression) => ("$true", expression),
        UpdateFilter::Exclude(expression) => ("$false", expression),
    };
    format!("    @{{ Includes = {includes}; Matches = {{ {expression} }} }}\n")
}

fn restart_plan(plan: &WindowsUpdatePlan) -> WindowsRestartPlan {
    WindowsRestartPlan {
        restart_command: "shutdown /r /f /t 0 /c \"updates of Windows\"".into(),
        restart_check_command: None,
        restart_timeout: plan.restart_timeout,
        registry_keys: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
