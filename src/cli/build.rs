//! `build`: run the plans.

use std::path::Path;
use std::time::Instant;

use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use super::inputs::{AcceleratorArgs, TemplateArgs, boolean};
use super::load::{self, Depth, Loaded, Manner};
use super::signals;
use crate::cache::Cache;
use crate::comm::connector::Network;
use crate::error::exit;
use crate::event::Events;
use crate::io::journal::{self, Journal};
use crate::io::secrets::Secrets;
use crate::machine::hypervisors::Hypervisors;
use crate::machine::virtualbox::removal;
use crate::plan::resolve::{Purpose, ResolveOptions};
use crate::plan::{BuildPlan, OnError, RunOptions};
use crate::run::{BuildOutcome, Run, run_builds};
use crate::ui::{Reporter, Settings, Style, prompt};

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// Colours in the output
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean)]
    pub(super) color: bool,
    /// One build at a time, with a pause after each stage
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) debug: bool,
    /// Replace what a former build left
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) force: bool,
    /// What to do when a build fails
    #[arg(long, value_enum, default_value = "cleanup")]
    pub(super) on_error: OnErrorArg,
    /// How many builds run at once; 0 is no limit
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_name = "N")]
    pub(super) parallel_builds: i64,
    /// The time in front of each line
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) timestamp_ui: bool,
    #[command(flatten)]
    pub(super) accelerator: AcceleratorArgs,
    /// Warn of values in variable files that no variable asks for
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) warn_on_undeclared_var: bool,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    pub(super) skip_enforcement: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnErrorArg {
    Cleanup,
    Abort,
    Ask,
    RunCleanupProvisioner,
}

impl From<OnErrorArg> for OnError {
    fn from(argument: OnErrorArg) -> Self {
        match argument {
            OnErrorArg::Cleanup => Self::Cleanup,
            OnErrorArg::Abort => Self::Abort,
            OnErrorArg::Ask => Self::Ask,
            OnErrorArg::RunCleanupProvisioner => Self::RunCleanupProvisioner,
        }
    }
}

pub(super) fn run(args: &BuildArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    let settings = Settings::for_build(args.color, args.timestamp_ui, machine_readable);
    let mut ui = Reporter::stdout(settings, secrets.clone());
    let manner = Manner { depth: Depth::WithData, warn_undeclared: args.warn_on_undeclared_var };
    let Some(loaded) = load::load(&args.template, manner, &mut ui, &secrets) else { return exit::FAILURE };
    // Before the checks, which refuse an output folder that exists.
    finish_former_runs(&Cache::locate().journal_folder(), &mut ui);
    let options = ResolveOptions {
        purpose: Purpose::Run,
        accelerator_override: args.accelerator.accelerator.clone(),
        force: args.force,
        ..ResolveOptions::default()
    };
    let (plans, all_good) = load::resolve(&loaded, &args.template, options, &mut ui);
    if plans.is_empty() {
        return exit::FAILURE;
    }
    let code = super::block_on(build(args, settings, &loaded, plans, ui));
    if all_good { code } else { exit::FAILURE }
}

async fn build(args: &BuildArgs, settings: Settings, loaded: &Loaded, plans: Vec<BuildPlan>, mut ui: Reporter) -> u8 {
    let cache = Cache::locate();
    let journal = match Journal::open(&cache.journal_folder()) {
        Ok(journal) => journal,
        Err(error) => return give_up(&mut ui, &format!("cannot start the journal of this run: {error}")),
    };
    let (events, receiver) = Events::channel();
    let (cancel, finished) = (CancellationToken::new(), CancellationToken::new());
    let run = Run {
        driver: Hypervisors::new(&cache),
        connector: Network,
        cache,
        options: options(args),
        events: events.clone(),
        journal: journal.clone(),
        secrets: loaded.secrets.clone(),
        prompt: prompt::terminal(settings.machine_readable, events.clone()),
        cancel: cancel.clone(),
    };
    let watch = signals::watch(cancel, journal.clone(), events);
    let reporter = tokio::spawn(ui.follow(receiver, finished.clone().cancelled_owned()));
    let started = Instant::now();
    let outcomes = run_builds(&run, plans).await;
    watch.stop().await;
    finished.cancel();
    journal.close();
    let mut ui = reporter.await.expect("the reporter does not panic");
    ui.summary(&outcomes, started.elapsed());
    exit_code(&outcomes)
}

fn options(args: &BuildArgs) -> RunOptions {
    RunOptions {
        force: args.force,
        debug: args.debug,
        on_error: args.on_error.into(),
        parallel_builds: usize::try_from(args.parallel_builds).unwrap_or(0),
        run_uuid: uuid::Uuid::new_v4().to_string(),
    }
}

fn exit_code(outcomes: &[BuildOutcome]) -> u8 {
    if outcomes.iter().any(|outcome| outcome.error.is_some()) { exit::FAILURE } else { exit::SUCCESS }
}

fn give_up(ui: &mut Reporter, message: &str) -> u8 {
    ui.text("", Style::Error, message);
    exit::FAILURE
}

/// What a killed run left: machines, files, ports. Runs that still live are not touched.
fn finish_former_runs(folder: &Path, ui: &mut Reporter) {
    let recovery = journal::recover(folder, |registered| super::block_on(removal::remove_left(registered)));
    for removed in recovery.removed {
        ui.text("", Style::Message, &format!("==> removed what a killed run left: {removed}"));
    }
    for failed in recovery.failed {
        ui.text("", Style::Error, &format!("==> cannot remove what a killed run left: {failed}"));
    }
}
