//! Where a build's time went, stage by stage.

use std::collections::HashMap;
use std::time::Duration;

use super::duration::short;
use super::line::stage_name;
use crate::event::Stage;

/// The finished stages of each build.
#[derive(Debug, Default)]
pub(crate) struct Timelines(HashMap<String, Vec<(Stage, Duration)>>);

impl Timelines {
    pub(crate) fn add(&mut self, build: &str, stage: Stage, elapsed: Duration) {
        self.0.entry(build.to_owned()).or_default().push((stage, elapsed));
    }

    /// `boot 8.1 s, connect 52.0 s, ...`; stages under a tenth of a second are left out.
    pub(crate) fn text(&self, build: &str) -> Option<String> {
        let stages = self.0.get(build)?;
        let parts: Vec<_> = stages
            .iter()
            .filter(|(_, elapsed)| *elapsed >= Duration::from_millis(50))
            .map(|(stage, elapsed)| format!("{} {}", stage_name(*stage), short(*elapsed)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}
