//! Runs the sequences of post-processors and decides which artifacts stay.
//!
//! Every sequence starts from the builder's artifact and stops at its first error; the others still run.
//! A step that keeps its input keeps the builder's artifact when it is the first one of its sequence, and
//! the artifact of the step before it otherwise. What nobody keeps is destroyed: the artifact between two
//! steps after the later one, the builder's artifact at the end, even when a step failed.
//!
//! Some steps hand on the very files they were given (`manifest`, `checksum`). Files of the builder's
//! artifact are therefore destroyed only after the last sequence, which may still need them.

use super::{Error, Outcome};
use crate::artifact::Artifact;
use crate::plan::OnError;
use crate::plan::post_processor::PostProcessorPlan;

/// What a sequence does to the world.
pub trait Steps {
    fn run(
        &mut self,
        plan: &PostProcessorPlan,
        input: &Artifact,
    ) -> impl Future<Output = Result<Outcome, Error>> + Send;

    /// Removes the artifact's files.
    fn destroy(&mut self, artifact: &Artifact) -> impl Future<Output = Result<(), Error>> + Send;
}

/// What all sequences left.
#[derive(Debug, Default)]
pub struct Finished {
    /// The builder's artifact if it is kept, then by sequence: what was kept on the way, and the last one.
    pub artifacts: Vec<Artifact>,
    /// In the order they happened. Each ended one sequence.
    pub errors: Vec<Error>,
}

/// Runs all sequences. With `on_error` abort or ask, an error keeps the builder's artifact.
pub async fn run_sequences(
    sequences: &[Vec<PostProcessorPlan>],
    builder: Artifact,
    on_error: OnError,
    steps: &mut (impl Steps + Send),
) -> Finished {
    let keep_builder = sequences.iter().all(Vec::is_empty);
    let mut run = Run { steps, builder, keep_builder, doomed: Vec::new(), finished: Finished::default() };
    for sequence in sequences.iter().filter(|sequence| !sequence.is_empty()) {
        if let Err(error) = run.sequence(sequence).await {
            run.finished.errors.push(error);
        }
    }
    if !run.finished.errors.is_empty() && matches!(on_error, OnError::Abort | OnError::Ask) {
        run.keep_builder = true;
        run.doomed.clear();
    }
    run.settle().await
}

struct Run<'a, S> {
    steps: &'a mut S,
    builder: Artifact,
    keep_builder: bool,
    /// To be destroyed at the end: they hold files of the builder's artifact.
    doomed: Vec<Artifact>,
    finished: Finished,
}

impl<S: Steps + Send> Run<'_, S> {
    async fn sequence(&mut self, sequence: &[PostProcessorPlan]) -> Result<(), Error> {
        let mut input = self.builder.clone();
        for (index, plan) in sequence.iter().enumerate() {
            let outcome = self.steps.run(plan, &input).await?;
            let keep = keeps_input(plan, &outcome);
            let used = std::mem::replace(&mut input, outcome.artifact);
            match (index, keep) {
                (0, keep) => self.keep_builder |= keep,
                (_, true) => self.finished.artifacts.push(used),
                (_, false) if self.has_builders_files(&used) => self.doomed.push(used),
                (_, false) => self.destroy(&used).await,
            }
        }
        self.finished.artifacts.push(input);
        Ok(())
    }

    /// What cannot be removed fails the build, but not the sequence.
    async fn destroy(&mut self, artifact: &Artifact) {
        if let Err(error) = self.steps.destroy(artifact).await {
            self.finished.errors.push(error);
        }
    }

    fn has_builders_files(&self, artifact: &Artifact) -> bool {
        artifact.files.iter().any(|file| self.builder.files.contains(file))
    }

    async fn settle(mut self) -> Finished {
        if self.keep_builder {
            self.finished.artifacts.insert(0, self.builder.clone());
        } else {
            self.doomed.push(self.builder.clone());
        }
        let doomed = std::mem::take(&mut self.doomed);
        self.finished.artifacts.retain(|artifact| !doomed.iter().any(|doomed| covers(doomed, artifact)));
        for artifact in &doomed {
            self.destroy(artifact).await;
        }
        self.finished
    }
}

/// Whether nothing of `artifact` is left when `doomed` is gone.
fn covers(doomed: &Artifact, artifact: &Artifact) -> bool {
    !artifact.files.is_empty() && artifact.files.iter().all(|file| doomed.files.contains(file))
}

/// The template's word counts, but it cannot take away the files that the output is made of.
fn keeps_input(plan: &PostProcessorPlan, outcome: &Outcome) -> bool {
    match plan.keep_input_artifact {
        Some(false) if outcome.keep_default && outcome.keep_forced => true,
        Some(keep) => keep,
        None => outcome.keep_default,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::post_processor::{ArtificePlan, PostProcessorAction};
    use crate::post::testing::files_artifact;

    /// A step as `KIND:FILE`, with `+` or `-` where the template sets `keep_input_artifact`. `pack` keeps
    /// nothing, `take` would keep its input, `hand` hands its input on and insists on it, `fail` fails.
    fn step(word: &str) -> PostProcessorPlan {
        let (kind, keep_input_artifact) = match word.strip_suffix(['+', '-']) {
            Some(kind) => (kind, Some(word.ends_with('+'))),
            None => (word, None),
        };
        let (kind, name) = kind.split_once(':').unwrap_or((kind, ""));
        let action = PostProcessorAction::Artifice(ArtificePlan { files: Vec::new() });
        PostProcessorPlan { kind: kind.into(), name: name.into(), keep_input_artifact, action }
    }

    #[derive(Default)]
    struct Recorder {
        destroyed: Vec<String>,
    }

    fn shown(artifact: &Artifact) -> String {
        artifact.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("+")
    }

    impl Steps for Recorder {
        async fn run(&mut self, plan: &PostProcessorPlan, input: &Artifact) -> Result<Outcome, Error> {
            let made = || files_artifact(&[Path::new(&plan.name)]);
            let outcome = |artifact, keep_default, keep_forced| Outcome { artifact, keep_default, keep_forced };
            match plan.kind.as_str() {
                "pack" => Ok(outcome(made(), false, false)),
                "take" => Ok(outcome(made(), true, false)),
                "hand" => Ok(outcome(input.clone(), true, true)),
                _ => Err(Error::UnknownBuilder { builder_id: plan.name.clone() }),
            }
        }

        async fn destroy(&mut self, artifact: &Artifact) -> Result<(), Error> {
            self.destroyed.push(shown(artifact));
            Ok(())
        }
    }

    /// Sequences as words, then what is left, what was destroyed, and the number of errors.
    async fn ran(sequences: &[&str], on_error: OnError) -> (String, String, usize) {
        let plans: Vec<Vec<_>> = sequences.iter().map(|words| words.split(' ').map(step).collect()).collect();
        let mut recorder = Recorder::default();
        let builder = files_artifact(&[Path::new("vm")]);
        let finished = run_sequences(&plans, builder, on_error, &mut recorder).await;
        let left: Vec<_> = finished.artifacts.iter().map(shown).collect();
        (left.join(" "), recorder.destroyed.join(" "), finished.errors.len())
    }

    #[tokio::test]
    async fn who_stays_and_who_goes() {
        let table: &[(&[&str], &str, &str)] = &[
            (&[], "vm", ""),
            (&["pack:box"], "box", "vm"),
            (&["pack:box+"], "vm box", ""),
            (&["take:box"], "vm box", ""),
            (&["take:box-"], "box", "vm"),
            (&["hand"], "vm vm", ""),
            (&["hand-"], "vm vm", ""),
            (&["pack:gz pack:box"], "box", "gz vm"),
            (&["pack:gz pack:box+"], "gz box", "vm"),
            (&["pack:gz+ pack:box"], "vm box", "gz"),
            (&["pack:gz hand-"], "gz gz", "vm"),
            (&["pack:box", "pack:gz+"], "vm box gz", ""),
            (&["pack:box", "take:log pack:gz+"], "vm box log gz", ""),
            (&["hand pack:box", "pack:gz"], "box gz", "vm"),
            (&["hand pack:box+", "pack:gz"], "vm vm box gz", ""),
        ];
        for (sequences, left, destroyed) in table {
            let expected = ((*left).to_owned(), (*destroyed).to_owned(), 0);
            assert_eq!(ran(sequences, OnError::Cleanup).await, expected, "{sequences:?}");
        }
    }

    #[tokio::test]
    async fn an_error_ends_its_own_sequence_only() {
        let sequences: &[&str] = &["fail:first pack:never", "pack:gz", "pack:tar fail:second"];
        let expected = ("gz".to_owned(), "vm".to_owned(), 2);
        assert_eq!(ran(sequences, OnError::Cleanup).await, expected);
        let expected = ("vm gz".to_owned(), String::new(), 2);
        assert_eq!(ran(sequences, OnError::Abort).await, expected);
    }
}
