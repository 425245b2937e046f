//! Progress of long work: bars on a terminal, nothing when piped.

use std::collections::HashMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::line::work_name;
use crate::event::Work;

/// In the place of a work's name: the guest's output.
const OUTPUT: &str = "output";

/// The bars that are drawn now, by build and work.
#[derive(Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    running: HashMap<(String, String), ProgressBar>,
    /// Whether there is a terminal to draw on.
    terminal: bool,
}

impl Bars {
    pub(crate) fn new(terminal: bool) -> Self {
        let bars = Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            running: HashMap::new(),
            terminal,
        };
        bars.show();
        bars
    }

    /// Takes the bars off the terminal, where somebody is asked.
    pub(crate) fn hide(&self) {
        // A terminal that cannot be written to shows no bars.
        let _ = self.all.clear();
        self.all.set_draw_target(ProgressDrawTarget::hidden());
    }

    pub(crate) fn show(&self) {
        if self.terminal {
            self.all.set_draw_target(ProgressDrawTarget::stdout());
        }
    }

    pub(crate) fn update(&mut self, build: &str, work: &Work, done: u64, total: Option<u64>) {
        if !self.terminal {
            return;
        }
        let key = (build.to_owned(), work_name(work));
        if total == Some(done) {
            if let Some(bar) = self.running.remove(&key) {
                bar.finish_and_clear();
            }
            return;
        }
        let bar = self.running.entry(key).or_insert_with_key(|(build, name)| {
            let bar = self.all.add(ProgressBar::new(total.unwrap_or(0)));
            bar.set_style(style(work, total));
            // `convert` has no builds.
            bar.set_prefix(if build.is_empty() { name.clone() } else { format!("{build}: {name}") });
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        bar.set_length(total.unwrap_or(done));
        bar.set_position(done);
    }

    /// What a build does now, and for how long.
    pub(crate) fn stage(&mut self, build: &str, stage: &str) {
        // A bar that ticks has a thread of its own.
        if !self.terminal {
            return;
        }
        let bar = self.all.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template("    {prefix} {spinner} {elapsed}");
        bar.set_style(style.expect("the template is well formed"));
        bar.set_prefix(format!("{build}: {stage}"));
        bar.enable_steady_tick(Duration::from_millis(250));
        self.running.insert((build.to_owned(), stage.to_owned()), bar);
    }

    /// Draws a line of output that is not complete; `false` where nothing is drawn.
    pub(crate) fn state(&mut self, build: &str, state: &str) -> bool {
        if !self.terminal {
            return false;
        }
        let key = (build.to_owned(), OUTPUT.to_owned());
        let bar = self.running.entry(key).or_insert_with_key(|(build, _)| {
            let bar = self.all.add(ProgressBar::new_spinner());
            let style = ProgressStyle::with_template("    {prefix}: {wide_msg}");
            bar.set_style(style.expect("the template is well formed"));
            bar.set_prefix(build.clone());
            bar
        });
        bar.set_message(state.to_owned());
        true
    }

    /// The line is complete, and printed by others.
    pub(crate) fn end_state(&mut self, build: &str) {
        if let Some(bar) = self.running.remove(&(build.to_owned(), OUTPUT.to_owned())) {
            bar.finish_and_clear();
        }
    }

    /// Runs `write` with the bars out of the way.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.all.suspend(write)
    }

    pub(crate) fn clear(&mut self, build: &str) {
        self.running.retain(|(name, _), bar| {
            let other = name != build;
            if !other {
                bar.finish_and_clear();
            }
            other
        });
    }
}

fn style(work: &Work, total: Option<u64>) -> ProgressStyle {
    let template = match (work, total) {
        (Work::Typing, _) => "    {prefix} {bar:20} {pos}/{len} keys",
        (_, Some(_)) => "    {prefix} {bar:20} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}",
        (_, None) => "    {prefix} {decimal_bytes} {decimal_bytes_per_sec}",
    };
    ProgressStyle::with_template(template).expect("the templates above are well formed")
}
