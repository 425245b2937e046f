//! Provision: each provisioner in turn.

use super::{Connected, Provisioned, Unprovisioned};
use crate::comm::Communicator;
use crate::comm::connector::Connector;
use crate::comm::none::NoCommunicator;
use crate::machine::Machine;
use crate::plan::OnError;
use crate::plan::provisioner::ProvisionerPlan;
use crate::provision::GuestData;
use crate::run::build::Build;
use crate::run::error::Cause;

/// How long a provisioner may need to notice that the machine under it was powered off.
const GRACE_AFTER_POWER_OFF: std::time::Duration = std::time::Duration::from_secs(10);

/// After a failure the session is put into `failed`, for the error-cleanup provisioner.
pub(in crate::run) async fn provision<D, C: Connector, M: Machine>(
    build: &Build<'_, D, C>,
    mut machine: Option<&mut M>,
    connected: Connected<C::Session>,
    failed: &mut Option<Unprovisioned<C::Session>>,
) -> Result<Provisioned<C::Session>, Cause> {
    let Connected { session, build_data } = connected;
    let data = GuestData {
        build_name: build.plan.source_name.clone(),
        builder_type: build.plan.builder_type.clone(),
        fields: build_data.clone(),
    };
    if let Err(error) = run_all(build, machine.as_deref_mut(), session.as_ref(), &data).await {
        *failed = Some(Unprovisioned { session, data });
        return Err(error);
    }
    if let Some(session) = &session {
        clear_credentials(machine, session).await?;
    }
    Ok(Provisioned { session, build_data })
}

/// A guest that the last provisioner powered off is not waited for.
async fn clear_credentials<M: Machine, S: Communicator>(machine: Option<&mut M>, session: &S) -> Result<(), Cause> {
    tokio::select! {
        () = session.clear_credentials() => Ok(()),
        stopped = stopped(machine) => Ok(stopped?),
    }
}

async fn run_all<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    mut machine: Option<&mut M>,
    session: Option<&S>,
    data: &GuestData,
) -> Result<(), Cause> {
    let mut next = 0;
    while let Some(plan) = build.plan.provisioners.get(next) {
        match run_one(build, machine.as_deref_mut(), plan, session, data).await {
            Ok(()) => next += 1,
            Err(error) if wants_retry(build, &error).await => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One provisioner, or the end of the machine under it.
pub(super) async fn run_one<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    machine: Option<&mut M>,
    plan: &ProvisionerPlan,
    session: Option<&S>,
    data: &GuestData,
) -> Result<(), Cause> {
    let running = async {
        match session {
            Some(session) => crate::provision::run(plan, session, data, &build.run.prompt, build.context).await,
            None => crate::provision::run(plan, &NoCommunicator, data, &build.run.prompt, build.context).await,
        }
    };
    let mut running = std::pin::pin!(running);
    tokio::select! {
        result = &mut running => return Ok(result?),
        stopped = stopped(machine) => stopped?,
    }
    // A script may power the guest off as its last act (`expect_disconnect`).
    match tokio::time::timeout(GRACE_AFTER_POWER_OFF, running).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Cause::MachineStopped { during: "under a provisioner" }),
    }
}

/// Waits until the machine is off; for ever where there is none.
async fn stopped<M: Machine>(machine: Option<&mut M>) -> Result<(), crate::machine::Error> {
    match machine {
        Some(machine) => machine.wait_stopped().await,
        None => std::future::pending().await,
    }
}

async fn wants_retry<D, C>(build: &Build<'_, D, C>, error: &Cause) -> bool {
    if build.run.options.on_error != OnError::Ask {
        return false;
    }
    build.context.events.warn(crate::error::chain(error));
    let question = "the provisioner failed: [r] run it again, [Enter] end the build";
    build.run.prompt.ask(question).await.as_deref() == Some("r")
}
