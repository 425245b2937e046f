//! The error-cleanup provisioner. It is no part of the pipeline: by the time it runs the error is told, and
//! nothing that happens to it takes that error's place.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use super::Unprovisioned;
use super::provision::run_one;
use crate::comm::Communicator;
use crate::machine::Machine;
use crate::plan::OnError;
use crate::run::build::Build;

pub(in crate::run) async fn run<D, C, M: Machine, S: Communicator>(
    build: &Build<'_, D, C>,
    machine: Option<&mut M>,
    failed: Unprovisioned<S>,
) {
    let Some(plan) = &build.plan.error_cleanup_provisioner else { return };
    if build.run.options.on_error == OnError::Abort {
        return;
    }
    let running = run_one(build, machine, plan, failed.session.as_ref(), &failed.data);
    let guarded = AssertUnwindSafe(running).catch_unwind();
    let problem = match build.run.cancel.run_until_cancelled(guarded).await {
        Some(Ok(Ok(()))) => return,
        Some(Ok(Err(error))) => crate::error::chain(&error),
        Some(Err(_)) => "it panicked".to_owned(),
        None => "cancelled".to_owned(),
    };
    build.context.events.warn(format!("error-cleanup-provisioner: {problem}"));
}
