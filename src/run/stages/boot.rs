//! Boot: power on, wait as the template says, type the boot command.

use std::time::Duration;

use super::{Booted, Guest};
use crate::event::{Event, Work};
use crate::keys::{self, BootAction};
use crate::machine::Machine;
use crate::plan::{BootPlan, BootStepPlan, MachinePlan};
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::template::interpolate::Fields;

pub(in crate::run) async fn boot<D, C, M: Machine>(
    build: &Build<'_, D, C>,
    plan: &MachinePlan,
    guest: &mut Guest<M>,
) -> Result<Booted, Cause> {
    let boot = &plan.boot;
    // Before power-on: a boot command that cannot be typed starts no machine.
    let steps = render_all(boot, &guest.fields)?;
    guest.machine.start().await?;
    if boot.disabled || steps.iter().all(|(_, actions)| actions.is_empty()) && boot.wait.is_none() {
        return Ok(Booted);
    }
    if let Some(duration) = boot.wait {
        wait(build, guest, duration).await?;
    }
    for (step, actions) in steps {
        if let Some(description) = &step.description {
            build.context.events.send(Event::BootStep { description: description.clone() });
        }
        type_step(build, guest, &actions).await?;
    }
    Ok(Booted)
}

fn render_all<'a>(boot: &'a BootPlan, fields: &Fields) -> Result<Vec<(&'a BootStepPlan, Vec<BootAction>)>, Cause> {
    let render = |step: &'a BootStepPlan| {
        let text = step.command.render(fields)?;
        let actions = keys::parse(&text).map_err(|error| Cause::BootCommand(error.to_string()))?;
        Ok((step, actions))
    };
    boot.steps.iter().map(render).collect()
}

async fn wait<D, C, M: Machine>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    duration: Duration,
) -> Result<(), Cause> {
    build.context.events.send(Event::BootWait { duration });
    tokio::select! {
        () = tokio::time::sleep(duration) => Ok(()),
        stopped = guest.machine.wait_stopped() => {
            stopped?;
            Err(Cause::MachineStopped { during: "before the boot command was typed" })
        }
    }
}

async fn type_step<D, C, M: Machine>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    actions: &[BootAction],
) -> Result<(), Cause> {
    let total = u64::try_from(actions.len()).ok();
    let events = build.context.events.clone();
    let report = move |done: usize| {
        let done = u64::try_from(done).unwrap_or(u64::MAX);
        events.send(Event::Progress { work: Work::Typing, done, total });
    };
    Ok(guest.machine.send_keys(actions, report).await?)
}
