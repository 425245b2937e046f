//! What a run leaves to look at: its events and its outcomes.

use boxwright::event::{Event, Stage};
use boxwright::run::BuildOutcome;

/// What a run said and how its builds ended.
pub(crate) struct Report {
    pub(crate) events: Vec<(String, Event)>,
    pub(crate) outcomes: Vec<BuildOutcome>,
}

impl Report {
    /// The events of all builds, without their names.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|(_, event)| event)
    }

    pub(crate) fn position(&self, wanted: impl Fn(&Event) -> bool) -> Option<usize> {
        self.all().position(wanted)
    }

    /// The stages that were begun, in order.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        let begun = self.all().filter_map(|event| match event {
            Event::StageStarted { stage } => Some(*stage),
            _ => None,
        });
        begun.collect()
    }

    /// The addresses on which HTTP servers listened.
    pub(crate) fn http_addresses(&self) -> Vec<String> {
        let served = self.all().filter_map(|event| match event {
            Event::HttpServing { address, .. } => Some(address.trim_start_matches("http://").to_owned()),
            _ => None,
        });
        served.collect()
    }

    pub(crate) fn warnings(&self) -> String {
        let texts = self.all().filter_map(|event| match event {
            Event::Warning { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The message of the only build's error.
    pub(crate) fn error(&self) -> String {
        let [outcome] = self.outcomes.as_slice() else { panic!("one build, not {:?}", self.outcomes) };
        outcome.error.as_ref().expect("it failed").message()
    }
}
