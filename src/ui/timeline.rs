//! Where a build's time went, stage by stage.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::duration::short;
use super::line::stage_name;
use crate::event::Stage;

/// The stages of each build that ended, well or not, and the one that runs.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    ended: HashMap<String, Vec<(Stage, Duration)>>,
    running: HashMap<String, (Stage, Instant)>,
}

impl Timelines {
    pub(crate) fn start(&mut self, build: &str, stage: Stage) {
        self.running.insert(build.to_owned(), (stage, Instant::now()));
    }

    pub(crate) fn add(&mut self, build: &str, stage: Stage, elapsed: Duration) {
        self.running.remove(build);
        self.ended.entry(build.to_owned()).or_default().push((stage, elapsed));
    }

    /// The stage that runs is the last one: it failed.
    pub(crate) fn fail(&mut self, build: &str) {
        if let Some((stage, started)) = self.running.remove(build) {
            self.add(build, stage, started.elapsed());
        }
    }

    /// `boot 8.1 s, connect 52.0 s, ...`; stages under a tenth of a second are left out.
    pub(crate) fn text(&self, build: &str) -> Option<String> {
        let stages = self.ended.get(build)?;
        let parts: Vec<_> = stages
            .iter()
            .filter(|(_, elapsed)| *elapsed >= Duration::from_millis(50))
            .map(|(stage, elapsed)| format!("{} {}", stage_name(*stage), short(*elapsed)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_failed_has_its_time_too() {
        let mut timelines = Timelines::default();
        timelines.add("web", Stage::Boot, Duration::from_secs(8));
        timelines.start("web", Stage::Connect);
        timelines.fail("web");
        timelines.fail("web");
        let stages: Vec<_> = timelines.ended["web"].iter().map(|(stage, _)| *stage).collect();
        assert_eq!(stages, [Stage::Boot, Stage::Connect]);
        assert_eq!(timelines.text("web").unwrap(), "boot 8.0 s", "what took no time is left out");
    }
}
