//! The end of a run: how each build ended, where its time went, what it left.

use std::time::Duration;

use super::Reporter;
use super::duration::in_words;
use super::reporter::Style;
use crate::artifact::Artifact;
use crate::run::BuildOutcome;

impl Reporter {
    /// Writes the summary of a run.
    pub fn summary(&mut self, outcomes: &[BuildOutcome], elapsed: Duration) {
        for outcome in outcomes {
            self.build_end(outcome);
        }
        self.text("", Style::Say, &format!("\n==> Wait completed after {}", in_words(elapsed)));
        self.failures(outcomes);
        self.artifacts(outcomes);
    }

    fn build_end(&mut self, outcome: &BuildOutcome) {
        let time = in_words(outcome.elapsed);
        match &outcome.error {
            None => self.text(&outcome.build, Style::Say, &format!("Build '{}' finished after {time}.", outcome.build)),
            Some(error) => {
                let text = format!("Build '{}' errored after {time}: {}", outcome.build, error.message());
                self.text(&outcome.build, Style::Error, &text);
            }
        }
        if let Some(timeline) = self.timelines.text(&outcome.build) {
            self.text(&outcome.build, Style::Message, &format!("    its time: {timeline}"));
        }
        self.step_lines(&outcome.build);
    }

    fn step_lines(&mut self, build: &str) {
        let steps = self.steps.of(build).to_vec();
        if !steps.is_empty() {
            self.text(build, Style::Message, "    its steps:");
        }
        for (number, step) in steps.iter().enumerate() {
            self.text(build, Style::Message, &format!("    {}", step.text()));
            let seconds = format!("{:.3}", step.elapsed.as_secs_f64());
            self.data(build, "step", &[&number.to_string(), &step.name, &seconds, &step.end.text()]);
        }
    }

    fn failures(&mut self, outcomes: &[BuildOutcome]) {
        let failed: Vec<_> = outcomes.iter().filter_map(|outcome| Some((outcome, outcome.error.as_ref()?))).collect();
        if failed.is_empty() {
            return;
        }
        self.data("", "error-count", &[&failed.len().to_string()]);
        self.text("", Style::Error, "\n==> Some builds didn't complete successfully and had errors:");
        for (outcome, error) in failed {
            let message = error.message();
            self.data(&outcome.build, "error", &[&message]);
            self.data(&outcome.build, "error-kind", &[kind_name(error.kind())]);
            self.text("", Style::Error, &format!("--> {}: {message}", outcome.build));
        }
    }

    fn artifacts(&mut self, outcomes: &[BuildOutcome]) {
        let left: Vec<_> = outcomes.iter().filter(|outcome| !outcome.artifacts.is_empty()).collect();
        if left.is_empty() {
            self.text("", Style::Say, "\n==> Builds finished but no artifacts were created.");
            return;
        }
        self.text("", Style::Say, "\n==> Builds finished. The artifacts of successful builds are:");
        for outcome in left {
            self.data(&outcome.build, "artifact-count", &[&outcome.artifacts.len().to_string()]);
            for (index, artifact) in outcome.artifacts.iter().enumerate() {
                self.artifact_data(&outcome.build, index, artifact);
                self.text("", Style::Say, &format!("--> {}: {}", outcome.build, artifact.description));
            }
        }
    }

    fn artifact_data(&mut self, build: &str, index: usize, artifact: &Artifact) {
        let index = index.to_string();
        self.data(build, "artifact", &[&index, "builder-id", &artifact.builder_id]);
        self.data(build, "artifact", &[&index, "id", &artifact.id]);
        self.data(build, "artifact", &[&index, "string", &artifact.description]);
        self.data(build, "artifact", &[&index, "files-count", &artifact.files.len().to_string()]);
        for (number, file) in artifact.files.iter().enumerate() {
            self.data(build, "artifact", &[&index, "file", &number.to_string(), &file.display().to_string()]);
        }
        self.data(build, "artifact", &[&index, "end"]);
    }
}

pub(crate) fn kind_name(kind: crate::error::ErrorKind) -> &'static str {
    use crate::error::ErrorKind;
    match kind {
        ErrorKind::User => "user",
        ErrorKind::Environment => "environment",
        ErrorKind::Guest => "guest",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Internal => "internal",
    }
}
