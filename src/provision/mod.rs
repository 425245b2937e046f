//! Provisioners: what is run in the guest, and beside it, once there is a session.

mod ansible;
mod ansible_local;
mod attempts;
mod breakpoint;
mod chef;
mod complaint;
mod elevated;
pub mod environment;
mod file;
mod guest_commands;
mod insist;
mod program;
mod puppet;
mod salt;
mod shell;
mod shell_local;
mod staging;
#[cfg(test)]
mod testing;
mod windows;

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::comm::{self, Communicator};
use crate::error::{Classify, ErrorKind};
use crate::event::Event;
use crate::io::Context;
use crate::plan::provisioner::{ProvisionerAction, ProvisionerPlan};
use crate::process;
use crate::template::interpolate::{Fields, RenderError};

pub use self::breakpoint::Person;
pub use self::shell_local::run_local;

/// What a provisioner may know of the build.
#[derive(Clone, Debug, Default)]
pub struct GuestData {
    /// The build data: `.Host .Port .User .ConnType .PackerHTTPAddr` and the others.
    pub fields: Fields,
    pub build_name: String,
    pub builder_type: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Resolving a plan that is to be run finds this before.
    #[error("this program does not run provisioners of this type")]
    NotRun,
    #[error("cannot fill in {what}")]
    Render { what: String, source: RenderError },
    #[error("cannot {action}")]
    Local { action: String, source: std::io::Error },
    #[error(transparent)]
    Process(#[from] process::Error),
    #[error(transparent)]
    Communicator(#[from] comm::Error),
    #[error("cannot start {script} in the guest within {} s", .limit.as_secs())]
    NotStarted { script: String, limit: Duration, source: comm::Error },
    #[error("{script} ended with exit status {code} ({})", valid(.valid_exit_codes))]
    Script { script: String, code: u32, valid_exit_codes: Vec<u32> },
    #[error(
        "the session was cut while {script} ran; if it restarts the guest, set `expect_disconnect` to true in the template"
    )]
    Disconnected { script: String },
    #[error(
        "the session was cut while {script} ran; restart the guest with `windows-restart`, or put {} into `valid_exit_codes`",
        comm::Exit::DISCONNECTED
    )]
    Cut { script: String },
    #[error("the guest did not restart within {} s (`restart_timeout`): {evidence}", .limit.as_secs())]
    NotRestarted { limit: Duration, evidence: &'static str },
    #[error("Windows finds more updates after {passes} passes; `filters` can exclude those that come again and again")]
    EndlessUpdates { passes: u32 },
    #[error("cannot remove {path} in the guest: {reason}; `skip_clean` leaves it there")]
    Clean { path: String, reason: String },
    #[error("{tool} is not in the guest, and it did not come there: {reason}; {help}")]
    NoTool { tool: String, reason: String, help: &'static str },
    #[error("provisioner `{kind}` did not finish within {} s, its `timeout` in the template", .limit.as_secs_f64())]
    Deadline { kind: String, limit: Duration },
    #[error("nobody is at the terminal to end a breakpoint; `disable` set to true passes over it")]
    Alone,
    #[error("{message}")]
    Plan { message: String },
}

fn valid(codes: &[u32]) -> String {
    let codes: Vec<_> = codes.iter().map(u32::to_string).collect();
    format!("good is {}", codes.join(" or "))
}

impl Error {
    fn local(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let action = action.into();
        move |source| Self::Local { action, source }
    }

    fn render(what: impl Into<String>) -> impl FnOnce(RenderError) -> Self {
        let what = what.into();
        move |source| Self::Render { what, source }
    }
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotRun | Self::Render { .. } | Self::Plan { .. } => ErrorKind::User,
            Self::Local { .. } | Self::Alone => ErrorKind::Environment,
            Self::Process(error) => error.kind(),
            Self::Communicator(error) | Self::NotStarted { source: error, .. } => error.kind(),
            Self::Cut { .. }
            | Self::NotRestarted { .. }
            | Self::EndlessUpdates { .. }
            | Self::Script { .. }
            | Self::Disconnected { .. }
            | Self::Clean { .. }
            | Self::NoTool { .. }
            | Self::Deadline { .. } => ErrorKind::Guest,
        }
    }
}

/// Names for files in the guest run below this number.
const REMOTE_NUMBERS: u32 = 9999;

/// What names of files in the guest end in where the template gives none: a number for `shell`, an id for `powershell`,
/// as with Packer. All attempts have the same, so that a failed one leaves nothing beside the files of the next.
#[derive(Clone, Copy, Debug)]
struct RemoteNames {
    number: u32,
    id: Uuid,
}

/// Runs one provisioner to its end, with its pauses, its deadline and its retries.
pub async fn run(
    plan: &ProvisionerPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    person: &impl Person,
    context: &Context,
) -> Result<(), Error> {
    context.events.send(Event::ProvisionerStarted { kind: plan.kind.clone(), name: plan.kind.clone() });
    let names = RemoteNames { number: rand::random_range(0..REMOTE_NUMBERS), id: Uuid::new_v4() };
    let started = Instant::now();
    let result = attempts::run(plan, context, || act(plan, communicator, data, names, person, context)).await;
    let (kind, elapsed, success) = (plan.kind.clone(), started.elapsed(), result.is_ok());
    context.events.send(Event::ProvisionerFinished { kind, elapsed, success });
    result
}

async fn act(
    plan: &ProvisionerPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    names: RemoteNames,
    person: &impl Person,
    context: &Context,
) -> Result<(), Error> {
    match &plan.action {
        ProvisionerAction::Shell(plan) => shell::run(plan, communicator, data, names.number, context).await,
        ProvisionerAction::File(plan) => file::run(plan, communicator, data, context).await,
        ProvisionerAction::Puppet(plan) => puppet::run(plan, communicator, data, context).await,
        ProvisionerAction::Salt(plan) => salt::run(plan, communicator, context).await,
        ProvisionerAction::Chef(plan) => chef::run(plan, communicator, data, context).await,
        ProvisionerAction::ShellLocal(plan) => {
            run_local(plan, &data.fields, &environment::of_build(data), context).await
        }
        ProvisionerAction::Ansible(plan) => ansible::run(plan, communicator, data, context).await,
        ProvisionerAction::AnsibleLocal(plan) => ansible_local::run(plan, communicator, data, context).await,
        ProvisionerAction::Breakpoint(plan) => breakpoint::run(plan, data, person, context).await,
        ProvisionerAction::Sleep(plan) => {
            tokio::time::sleep(plan.duration).await;
            Ok(())
        }
        ProvisionerAction::PowerShell(plan) => {
            windows::run_powershell(plan, communicator, data, names.id, context).await
        }
        ProvisionerAction::WindowsShell(plan) => windows::run_shell(plan, communicator, data, context).await,
        ProvisionerAction::WindowsRestart(plan) => windows::run_restart(plan, communicator, context).await,
        ProvisionerAction::WindowsUpdate(plan) => windows::run_update(plan, communicator, data, context).await,
        ProvisionerAction::NotRun => Err(Error::NotRun),
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{Nobody, Recorder};
    use super::*;

    /// A build runs in a task that may move between threads.
    #[test]
    fn a_provisioner_can_move_between_threads() {
        fn is_send(_: &impl Send) {}
        fn check(plan: &ProvisionerPlan, guest: &Recorder, data: &GuestData, context: &Context) {
            is_send(&run(plan, guest, data, &Nobody, context));
        }
        let _ = check;
    }
}
