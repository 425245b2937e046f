//! `build`: run the plans.

use std::path::Path;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::args::BuildArgs;
use super::load::{self, Depth, Loaded, Manner};
use super::signals;
use crate::cache::Cache;
use crate::comm::connector::Network;
use crate::error::exit;
use crate::event::{Event, Events};
use crate::io::journal::{self, Journal};
use crate::io::secrets::Secrets;
use crate::machine::hypervisors::Hypervisors;
use crate::machine::virtualbox::removal;
use crate::plan::resolve::{Purpose, ResolveOptions};
use crate::plan::{BuildPlan, RunOptions};
use crate::run::{BuildOutcome, Run, run_builds};
use crate::ui::{Reporter, Settings, Style, prompt};

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
        prompt: prompt::terminal(settings.machine_readable),
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

/// For the signal watcher: said once, without a build's name.
pub(super) fn announce(events: &Events, text: &str) {
    events.send(Event::Warning { text: text.to_owned() });
}
