//! The provisioner `windows-restart`: a restart that is known to have happened.
//!
//! A guest that is asked to restart goes on answering for a while, and nothing in its answers tells whether it is
//! back or has not gone yet. So its uptime is read before and after. Where PowerShell does not tell it, it is asked
//! for a second restart, which it refuses while the first has not happened.

mod probe;
mod uptime;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use self::probe::{Probe, registry_script};
use self::uptime::Uptime;
use crate::comm::{self, Communicator, Exit};
use crate::event::Event;
use crate::io::{Context, powershell};
use crate::plan::provisioner::WindowsRestartPlan;
use crate::provision::Error;

/// Between two questions.
const STEP: Duration = Duration::from_secs(5);

/// Statuses of `shutdown`: a restart is on its way already.
const ON_ITS_WAY: [u32; 2] = [1115, 1190];

/// Asks for a restart that is far enough away to be called off.
const SECOND_RESTART: &str = "shutdown /r /f /t 60 /c \"packer restart test\"";
const CALL_OFF: &str = "shutdown /a";

/// Says that PowerShell answers, and who it is.
const GREETING: &str = r#"("{0} restarted." -f [System.Net.Dns]::GetHostName())"#;

pub(in crate::provision) async fn run(
    plan: &WindowsRestartPlan,
    communicator: &impl Communicator,
    context: &Context,
) -> Result<(), Error> {
    let restart = Restart { plan, probe: Probe(communicator), context, evidence: Mutex::new("it went on running") };
    let before = Uptime::read(&restart.probe).await;
    context.events.step("restarting the guest");
    restart.begin(communicator, before.is_some()).await?;
    context.events.step("waiting for the guest to be back");
    let limit = plan.restart_timeout;
    if tokio::time::timeout(limit, restart.wait(before)).await.is_err() {
        return Err(Error::NotRestarted { limit, evidence: restart.evidence() });
    }
    context.events.step("the guest has restarted");
    Ok(())
}

struct Restart<'a, C> {
    plan: &'a WindowsRestartPlan,
    probe: Probe<'a, C>,
    context: &'a Context,
    /// What is being waited for, for the error when it does not come.
    evidence: Mutex<&'static str>,
}

impl<C: Communicator> Restart<'_, C> {
    /// A session that is cut may be the restart itself; whoever knows the uptime will see.
    async fn begin(&self, communicator: &C, knows_uptime: bool) -> Result<(), Error> {
        let output = |stream, line| self.context.events.send(Event::Output { stream, line });
        let valid_exit_codes = [&[0], &ON_ITS_WAY[..]].concat();
        match communicator.run(&self.plan.restart_command, output).await {
            Ok(Exit::Disconnected) => Ok(()),
            Ok(Exit::Status(code)) if valid_exit_codes.contains(&code) => Ok(()),
            Ok(Exit::Status(code)) => {
                Err(Error::Script { script: "the restart command".into(), code, valid_exit_codes })
            }
            Err(comm::Error::Session { .. }) if knows_uptime => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn wait(&self, before: Option<Uptime>) {
        if let Some(before) = before {
            self.until(|| self.has_restarted(&before)).await;
        } else {
            self.until(|| self.takes_a_second_restart()).await;
            self.until(|| self.answers()).await;
        }
        if let Some(command) = &self.plan.restart_check_command {
            self.lacks("`restart_check_command` did not succeed");
            self.until(|| self.probe.succeeds(command)).await;
        }
        if !self.plan.registry_keys.is_empty() {
            self.lacks("the registry says that a restart is pending");
            let command = powershell::command(&registry_script(&self.plan.registry_keys));
            self.until(|| self.probe.succeeds(&command)).await;
        }
    }

    fn lacks(&self, what: &'static str) {
        *self.evidence.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    fn evidence(&self) -> &'static str {
        *self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until<F: Future<Output = bool>>(&self, is_so: impl Fn() -> F) {
        while !is_so().await {
            tokio::time::sleep(STEP).await;
        }
    }

    async fn has_restarted(&self, before: &Uptime) -> bool {
        let now = Uptime::read(&self.probe).await;
        self.lacks(if now.is_some() { "it went on running" } else { "it did not come back" });
        now.is_some_and(|now| now.is_after_a_restart(before))
    }

    /// A guest that does not answer is on its way down.
    async fn takes_a_second_restart(&self) -> bool {
        match self.probe.run(SECOND_RESTART).await {
            Some(code) if ON_ITS_WAY.contains(&code) => return false,
            Some(0) => drop(self.probe.run(CALL_OFF).await),
            _ => {}
        }
        self.lacks("it did not come back");
        true
    }

    async fn answers(&self) -> bool {
        let (_, lines) = self.probe.lines(&powershell::command(GREETING)).await;
        lines.iter().any(|line| line.contains("restarted."))
    }
}

#[cfg(test)]
mod tests;
