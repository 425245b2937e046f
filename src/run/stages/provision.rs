//! Provision: each provisioner in turn; on failure the error-cleanup provisioner, then what `-on-error` says.

use super::{Connected, Guest, Provisioned};
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

pub(in crate::run) async fn provision<D, C: Connector, M: Machine>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    connected: Connected<C::Session>,
) -> Result<Provisioned<C::Session>, Cause> {
    let Connected { session, build_data } = connected;
    let data = GuestData {
        build_name: build.plan.name.clone(),
        builder_type: build.plan.builder_type.clone(),
        fields: build_data.clone(),
    };
    match &session {
        Some(session) => {
            run_all(build, guest, session, &data).await?;
            clear_credentials(guest, session).await?;
        }
        None => run_all(build, guest, &NoCommunicator, &data).await?,
    }
    Ok(Provisioned { session, build_data })
}

/// A guest that the last provisioner powered off is not waited for.
async fn clear_credentials<M: Machine, S: Communicator>(guest: &mut Guest<M>, session: &S) -> Result<(), Cause> {
    tokio::select! {
        () = session.clear_credentials() => Ok(()),
        stopped = guest.machine.wait_stopped() => Ok(stopped?),
    }
}

async fn run_all<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    session: &S,
    data: &GuestData,
) -> Result<(), Cause> {
    let mut next = 0;
    while let Some(plan) = build.plan.provisioners.get(next) {
        let Err(error) = run_one(build, guest, plan, session, data).await else {
            next += 1;
            continue;
        };
        if !wants_retry(build, &error).await {
            clean_up_after(build, guest, session, data).await;
            return Err(error);
        }
    }
    Ok(())
}

/// One provisioner, or the end of the machine under it.
async fn run_one<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    plan: &ProvisionerPlan,
    session: &S,
    data: &GuestData,
) -> Result<(), Cause> {
    let mut running = std::pin::pin!(crate::provision::run(plan, session, data, build.context));
    tokio::select! {
        result = &mut running => return Ok(result?),
        stopped = guest.machine.wait_stopped() => stopped?,
    }
    // A script may power the guest off as its last act (`expect_disconnect`).
    match tokio::time::timeout(GRACE_AFTER_POWER_OFF, running).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Cause::MachineStopped { during: "under a provisioner" }),
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

async fn clean_up_after<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    session: &S,
    data: &GuestData,
) {
    let Some(plan) = &build.plan.error_cleanup_provisioner else { return };
    if build.run.options.on_error == OnError::Abort {
        return;
    }
    if let Err(error) = run_one(build, guest, plan, session, data).await {
        build.context.events.warn(format!("error-cleanup-provisioner: {}", crate::error::chain(&error)));
    }
}
