//! Shutdown: by the template's command, by the guest itself, or by the power button.

use std::time::Duration;

use super::{Guest, Provisioned, Stopped};
use crate::comm::Communicator;
use crate::event::Event;
use crate::machine::Machine;
use crate::plan::{MachinePlan, ShutdownManner, ShutdownPlan};
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::template::interpolate::Late;

pub(in crate::run) async fn shutdown<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    plan: &MachinePlan,
    guest: &mut Guest<M>,
    provisioned: Provisioned<S>,
) -> Result<Stopped, Cause> {
    let plan = &plan.shutdown;
    let timeout = plan.timeout;
    let Provisioned { session, build_data } = provisioned;
    match manner(plan, session) {
        Manner::Command(session, command) => {
            announce(build, "running the shutdown command");
            let command = command.render(&build_data)?;
            by_command(guest, &session, &command, timeout).await?;
        }
        Manner::ByItself => {
            announce(build, "waiting for the guest to power off by itself");
            must_stop(guest, timeout, "it should have powered off by itself").await?;
        }
        Manner::PowerButton => {
            announce(build, "pressing the power button");
            guest.machine.request_shutdown().await?;
            must_stop(guest, timeout, "the power button").await?;
        }
        Manner::PowerButtonOrPlug => by_power_button(build, guest, timeout).await?,
    }
    build.context.events.send(Event::MachineStopped);
    if let Some(duration) = plan.delay {
        build.context.events.send(Event::Pausing { duration });
        tokio::time::sleep(duration).await;
    }
    if let Some(server) = guest.http.take() {
        server.shutdown().await;
    }
    Ok(Stopped { build_data })
}

/// What is done, from what the template says and whether there is a session.
enum Manner<'a, S> {
    Command(S, &'a Late),
    ByItself,
    PowerButton,
    PowerButtonOrPlug,
}

/// A session that is not needed ends here.
fn manner<S>(plan: &ShutdownPlan, session: Option<S>) -> Manner<'_, S> {
    match (plan.manner, session, &plan.command) {
        (None, Some(session), Some(command)) => Manner::Command(session, command),
        (Some(ShutdownManner::PowerButton), ..) => Manner::PowerButton,
        (Some(ShutdownManner::ByItself), ..) | (None, None, _) => Manner::ByItself,
        (Some(ShutdownManner::PowerButtonOrPlug), ..) | (None, Some(_), None) => Manner::PowerButtonOrPlug,
    }
}

fn announce<D, C>(build: &Build<'_, D, C>, how: &str) {
    build.context.events.send(Event::ShutdownRequested { how: how.to_owned() });
}

/// The command's own exit does not matter: the session usually breaks under it.
async fn by_command<M: Machine, S: Communicator>(
    guest: &mut Guest<M>,
    session: &S,
    command: &str,
    timeout: Duration,
) -> Result<(), Cause> {
    let run = async {
        // Some commands never answer; only the machine's end counts.
        let _ = session.run(command, |_, _| {}).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = run => Ok(()),
        stopped = must_stop(guest, timeout, "the shutdown command") => stopped,
    }
}

/// No command: the power button, so that the guest writes out its disks; the plug only when it does not react.
async fn by_power_button<D, C, M: Machine>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    timeout: Duration,
) -> Result<(), Cause> {
    announce(build, "pressing the power button (the template has no shutdown_command)");
    guest.machine.request_shutdown().await?;
    match must_stop(guest, timeout.min(POWER_BUTTON_PATIENCE), "the power button").await {
        Err(Cause::StillRunning { timeout, .. }) => {
            build.context.events.warn(format!(
                "the guest did not react to the power button within {} s and was switched off; \
                 give the template a shutdown_command",
                timeout.as_secs()
            ));
            Ok(guest.machine.power_off().await?)
        }
        other => other,
    }
}

/// A guest that handles the power button starts to shut down at once; many have nothing that listens to it.
const POWER_BUTTON_PATIENCE: Duration = Duration::from_secs(60);

async fn must_stop<M: Machine>(guest: &mut Guest<M>, timeout: Duration, after: &str) -> Result<(), Cause> {
    match tokio::time::timeout(timeout, guest.machine.wait_stopped()).await {
        Ok(stopped) => Ok(stopped?),
        Err(_) => Err(Cause::StillRunning { after: after.to_owned(), timeout }),
    }
}
