//! One build: the pipeline under cancellation and panic protection, then the cleanup.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures::FutureExt;

use super::error::{BuildError, Cause};
use super::stages::{self, Connected, Exported, Finished, Guest, Unprovisioned};
use super::{Run, evidence};
use crate::artifact::Artifact;
use crate::comm::connector::Connector;
use crate::event::{Event, Stage};
use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::machine::Driver;
use crate::plan::{BuildPlan, BuilderPlan, FilePlan, MachinePlan, OnError};

/// The build's position, for errors that come from outside a stage (panic, cancel).
type Position = Arc<Mutex<Option<Stage>>>;

/// What a stage needs beside its input.
#[derive(Debug)]
pub(super) struct Build<'a, D, C> {
    pub(super) run: &'a Run<D, C>,
    pub(super) plan: &'a BuildPlan,
    pub(super) context: &'a Context,
    position: Position,
}

/// What a pipeline that ended early leaves to look at and to end. It is outside the pipeline's future, which
/// is dropped when it is cancelled or panics.
struct Left<M, S> {
    guest: Option<Guest<M>>,
    failed: Option<Unprovisioned<S>>,
}

/// Runs the pipeline and unwinds whatever way it ends. The first error is reported before any cleanup starts.
pub(super) async fn run_build<D: Driver, C: Connector>(
    run: &Run<D, C>,
    plan: BuildPlan,
) -> (Vec<Artifact>, Option<BuildError>) {
    let events = run.events.for_build(&plan.name);
    let cleanup = CleanupStack::new(run.journal.clone());
    let context = Context { events, cleanup, secrets: run.secrets.clone() };
    let position = Position::default();
    let build = Build { run, plan: &plan, context: &context, position: Arc::clone(&position) };

    let mut left = Left { guest: None, failed: None };
    let pipeline = AssertUnwindSafe(pipeline(&build, &mut left)).catch_unwind();
    let result = match run.cancel.run_until_cancelled(pipeline).await {
        None => Err(BuildError { stage: stage_of(&position), cause: Cause::Cancelled }),
        Some(Err(panic)) => Err(BuildError { stage: stage_of(&position), cause: Cause::Panic(panic_text(&*panic)) }),
        Some(Ok(result)) => result,
    };
    let (artifacts, error) = match result {
        Ok(finished) => (finished.artifacts, finished.error),
        Err(error) => (Vec::new(), Some(error)),
    };
    if let Some(error) = &error {
        context.events.send(Event::Failed { kind: error.kind(), stage: error.stage, message: error.message() });
    }
    clean_up(&build, left, error.as_ref()).await;
    (artifacts, error)
}

fn stage_of(position: &Position) -> Option<Stage> {
    *position.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

async fn clean_up<D: Driver, C: Connector>(
    build: &Build<'_, D, C>,
    left: Left<D::Machine, C::Session>,
    error: Option<&BuildError>,
) {
    let (run, context) = (build.run, build.context);
    let Left { mut guest, failed } = left;
    if let (Some(guest), Some(error)) = (&mut guest, error) {
        evidence::save(build, guest, error).await;
    }
    if let Some(failed) = failed {
        stages::error_cleanup::run(build, guest.as_mut().map(|guest| &mut guest.machine), failed).await;
    }
    if error.is_some() && leaves_the_wreck(run, context).await {
        // Dropping the guest would end its machine.
        std::mem::forget(guest);
        for label in context.cleanup.abandon() {
            context.events.warn(format!("not done, as -on-error asks: {label}"));
        }
        return;
    }
    if let Some(server) = guest.as_mut().and_then(|guest| guest.http.take()) {
        // Before its port is given back.
        server.shutdown().await;
    }
    let started = Instant::now();
    for message in context.cleanup.unwind(&context.events).await {
        context.events.send(Event::AlsoFailed { message });
    }
    context.events.send(Event::StageFinished { stage: Stage::Cleanup, elapsed: started.elapsed() });
}

async fn leaves_the_wreck<D, C>(run: &Run<D, C>, context: &Context) -> bool {
    match run.options.on_error {
        OnError::Cleanup => false,
        OnError::Abort | OnError::RunCleanupProvisioner => true,
        OnError::Ask if run.cancel.is_cancelled() => false,
        OnError::Ask => loop {
            match run.prompt.ask("[c] clean up and end, [a] leave everything and end").await.as_deref() {
                None | Some("" | "c") => return false,
                Some("a") => return true,
                Some(other) => context.events.warn(format!("`{other}` is neither c nor a")),
            }
        },
    }
}

impl<D: Driver, C: Connector> Build<'_, D, C> {
    /// Runs one stage: tells when it starts and ends, and puts its name on its error.
    async fn stage<T>(&self, stage: Stage, work: impl Future<Output = Result<T, Cause>>) -> Result<T, BuildError> {
        *self.position.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(stage);
        self.context.events.send(Event::StageStarted { stage });
        let started = Instant::now();
        let value = work.await.map_err(|cause| BuildError { stage: Some(stage), cause })?;
        self.context.events.send(Event::StageFinished { stage, elapsed: started.elapsed() });
        if self.run.options.debug && !self.run.cancel.is_cancelled() {
            self.run.prompt.ask(format!("{stage:?} is done; press Enter to go on")).await;
        }
        Ok(value)
    }
}

async fn pipeline<D: Driver, C: Connector>(
    build: &Build<'_, D, C>,
    left: &mut Left<D::Machine, C::Session>,
) -> Result<Finished, BuildError> {
    let exported = match &build.plan.builder {
        BuilderPlan::Machine(machine) => machine_pipeline(build, machine, left).await?,
        BuilderPlan::Null => null_pipeline(build, left).await?,
        BuilderPlan::File(file) => file_pipeline(build, file, left).await?,
        BuilderPlan::Foreign => return Err(BuildError { stage: None, cause: Cause::NotRun }),
    };
    build.stage(Stage::PostProcess, stages::post_process::post_process(build, exported)).await
}

async fn machine_pipeline<D: Driver, C: Connector>(
    build: &Build<'_, D, C>,
    plan: &MachinePlan,
    left: &mut Left<D::Machine, C::Session>,
) -> Result<Exported, BuildError> {
    let fetched = build.stage(Stage::Fetch, stages::fetch::fetch(build, plan)).await?;
    let created = build.stage(Stage::Create, stages::create::create(build, plan, fetched)).await?;
    let Left { guest: slot, failed } = left;
    let guest = slot.insert(created);
    let booted = build.stage(Stage::Boot, stages::boot::boot(build, plan, guest)).await?;
    let connected = build.stage(Stage::Connect, stages::connect::connect(build, guest, booted)).await?;
    let provision = stages::provision::provision(build, Some(&mut guest.machine), connected, failed);
    let provisioned = build.stage(Stage::Provision, provision).await?;
    let stopped = build.stage(Stage::Shutdown, stages::shutdown::shutdown(build, plan, guest, provisioned)).await?;
    build.stage(Stage::Export, stages::export::export(build, plan, slot, stopped)).await
}

/// No guest: the provisioners of the plan work on this host, with the file at its place.
async fn file_pipeline<D: Driver, C: Connector>(
    build: &Build<'_, D, C>,
    plan: &FilePlan,
    left: &mut Left<D::Machine, C::Session>,
) -> Result<Exported, BuildError> {
    let exported = build.stage(Stage::Create, stages::file::write(build, plan)).await?;
    let provision =
        stages::provision::provision(build, None::<&mut D::Machine>, Connected::nowhere(), &mut left.failed);
    build.stage(Stage::Provision, provision).await?;
    Ok(exported)
}

/// No machine: whatever the communicator reaches is provisioned and left as it is.
async fn null_pipeline<D: Driver, C: Connector>(
    build: &Build<'_, D, C>,
    left: &mut Left<D::Machine, C::Session>,
) -> Result<Exported, BuildError> {
    let connected = build.stage(Stage::Connect, stages::connect::connect_to_host(build)).await?;
    let provision = stages::provision::provision(build, None::<&mut D::Machine>, connected, &mut left.failed);
    let provisioned = build.stage(Stage::Provision, provision).await?;
    Ok(stages::export::nothing(provisioned))
}
