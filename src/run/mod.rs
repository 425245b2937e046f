//! The pipeline: plans in, artifacts out. Stages pass values, the build task owns the cleanup.

pub mod build;
pub mod error;
pub mod evidence;
pub mod output;
pub mod prompt;
mod stages;

use std::time::{Duration, Instant};

use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::artifact::Artifact;
use crate::cache::Cache;
use crate::comm::connector::Connector;
use crate::event::Events;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::machine::Driver;
use crate::plan::{BuildPlan, RunOptions};
use error::BuildError;
use prompt::Prompt;

/// What all builds of a run share.
#[derive(Debug)]
pub struct Run<D, C> {
    pub driver: D,
    pub connector: C,
    pub cache: Cache,
    pub options: RunOptions,
    pub events: Events,
    pub journal: Journal,
    pub secrets: Secrets,
    pub prompt: Prompt,
    pub cancel: CancellationToken,
}

/// How one build ended.
#[derive(Debug)]
pub struct BuildOutcome {
    pub build: String,
    pub elapsed: Duration,
    /// What is left, in Packer's order. After a failed post-processor there may be artifacts beside the error.
    pub artifacts: Vec<Artifact>,
    pub error: Option<BuildError>,
}

/// Runs all plans, as many at once as the options allow; outcomes come in the order of the plans.
///
/// The builds share one task: they wait for guests and programs, and what computes runs on threads of its own.
pub async fn run_builds<D: Driver, C: Connector>(run: &Run<D, C>, plans: Vec<BuildPlan>) -> Vec<BuildOutcome> {
    let limit = match (run.options.debug, run.options.parallel_builds) {
        (true, _) => 1,
        (false, 0) => usize::MAX,
        (false, limit) => limit,
    };
    let builds = plans.into_iter().enumerate().map(|(index, plan)| async move { (index, outcome(run, plan).await) });
    let mut outcomes: Vec<_> = futures::stream::iter(builds).buffer_unordered(limit.min(MOST_BUILDS)).collect().await;
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// More builds than any host carries; a limit keeps the buffer's bookkeeping small.
const MOST_BUILDS: usize = 1024;

async fn outcome<D: Driver, C: Connector>(run: &Run<D, C>, plan: BuildPlan) -> BuildOutcome {
    let started = Instant::now();
    let build = plan.name.clone();
    let (artifacts, error) = if run.cancel.is_cancelled() {
        (Vec::new(), Some(BuildError::cancelled()))
    } else {
        build::run_build(run, plan).await
    };
    BuildOutcome { build, elapsed: started.elapsed(), artifacts, error }
}
