//! Runs the sequences of post-processors and decides which artifacts stay.
//!
//! Every sequence starts from the builder's artifact and stops at its first error; the others still run.
//! A step that keeps its input keeps the builder's artifact when it is the first one of its sequence, and
//! the artifact of the step before it otherwise. What nobody keeps is destroyed: the artifact between two
//! steps after the later one, the builder's artifact at the end, even when a step failed.
//!
//! Some steps hand on the very files they were given (`manifest`, `checksum`). Files of the builder's
//! artifact are therefore destroyed only after the last sequence, which may still need them.
//!
//! A step may also write over its input, or name files of it as its own (`artifice`). Such files are the
//! step's from then on, and do not go with the input.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

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
    let disposable = builder.clone();
    let (doomed, finished) = (Vec::new(), Finished::default());
    let mut run = Run { steps, builder, disposable, keep_builder, doomed, finished };
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
    /// The builder's artifact without the files that became a first step's.
    disposable: Artifact,
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
                (0, true) => self.keep_builder = true,
                (0, false) => self.disposable = without(&self.disposable, &Held::by([&input])),
                (_, true) => self.finished.artifacts.push(used),
                (_, false) if self.has_builders_files(&used) => {
                    self.doomed.push(without(&used, &Held::by([&input])));
                }
                (_, false) => {
                    let held = Held::by(self.finished.artifacts.iter().chain([&input]));
                    self.destroy(without(&used, &held), &held).await;
                }
            }
        }
        self.finished.artifacts.push(input);
        Ok(())
    }

    /// What cannot be removed fails the build, but not the sequence. A folder in which something is held stays, and
    /// only the artifact's files go.
    async fn destroy(&mut self, mut artifact: Artifact, held: &Held) {
        artifact.directory = artifact.directory.filter(|folder| !held.any_in(folder));
        if artifact.files.is_empty() && artifact.directory.is_none() {
            return;
        }
        if let Err(error) = self.steps.destroy(&artifact).await {
            self.finished.errors.push(error);
        }
    }

    fn has_builders_files(&self, artifact: &Artifact) -> bool {
        let builders = Held::by([&self.builder]);
        artifact.files.iter().any(|file| builders.has(file))
    }

    async fn settle(mut self) -> Finished {
        if self.keep_builder {
            self.finished.artifacts.insert(0, self.builder.clone());
        } else {
            self.doomed.push(self.disposable.clone());
        }
        let doomed = std::mem::take(&mut self.doomed);
        let gone = Held::by(&doomed);
        self.finished.artifacts.retain(|artifact| !gone.covers(artifact));
        let left: Vec<_> = self.finished.artifacts.iter().map(|artifact| without(artifact, &gone)).collect();
        let held = Held::by(&left);
        for artifact in doomed {
            self.destroy(artifact, &held).await;
        }
        self.finished
    }
}

/// The files of artifacts. One step may spell a name otherwise than another, so they are known by what the names lead
/// to.
#[derive(Default)]
struct Held {
    paths: HashSet<PathBuf>,
    /// Device and inode: for what is mounted at two places.
    nodes: HashSet<(u64, u64)>,
}

impl Held {
    fn by<'a>(artifacts: impl IntoIterator<Item = &'a Artifact>) -> Self {
        let mut held = Self::default();
        for file in artifacts.into_iter().flat_map(|artifact| &artifact.files) {
            held.paths.insert(real_path(file));
            held.nodes.extend(node(file));
        }
        held
    }

    fn has(&self, file: &Path) -> bool {
        self.paths.contains(&real_path(file)) || node(file).is_some_and(|node| self.nodes.contains(&node))
    }

    fn any_in(&self, folder: &Path) -> bool {
        let folder = real_path(folder);
        self.paths.iter().any(|path| path.starts_with(&folder))
    }

    /// Whether these are all files that `artifact` has.
    fn covers(&self, artifact: &Artifact) -> bool {
        !artifact.files.is_empty() && artifact.files.iter().all(|file| self.has(file))
    }
}

/// Without links; of a file that is not there, at least from the root on.
fn real_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn node(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// The artifact without the files that are held.
fn without(artifact: &Artifact, held: &Held) -> Artifact {
    let files = artifact.files.iter().filter(|file| !held.has(file)).cloned().collect();
    Artifact { files, ..artifact.clone() }
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
    use super::*;
    use crate::plan::post_processor::{ArtificePlan, PostProcessorAction};
    use crate::post::testing::{files_artifact, machine_artifact};

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
            // What one hands on and keeps stays when a later step is done with it.
            (&["pack:gz hand pack:box"], "gz box", "vm"),
            // Written over the input, or named by another spelling of it.
            (&["pack:vm"], "vm", ""),
            (&["pack:vm pack:box"], "box", "vm"),
            (&["pack:gz pack:gz"], "gz", "vm"),
            (&["pack:gz take:./gz-"], "./gz", "vm"),
            (&["take:./vm pack:./vm"], "vm ./vm", ""),
            (&["take:./vm pack:box"], "box", "./vm"),
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

    #[test]
    fn a_file_is_known_by_any_name_and_keeps_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("box"), "").unwrap();
        fs::write(path("other"), "").unwrap();
        fs::create_dir(path("deep")).unwrap();
        std::os::unix::fs::symlink("box", path("link")).unwrap();
        let held = Held::by([&files_artifact(&[&path("link")])]);
        for (name, expected) in [("box", true), ("deep/../box", true), ("other", false), ("missing", false)] {
            assert_eq!(held.has(&path(name)), expected, "{name}");
        }
        assert!(held.any_in(folder.path()) && !held.any_in(&path("deep")));
        let rest = without(&files_artifact(&[&path("box"), &path("other")]), &held);
        assert_eq!(rest.files, [path("other")]);
    }

    #[tokio::test]
    async fn a_product_in_the_builders_folder_keeps_the_folder() {
        let folder = Path::new("/nowhere/out");
        let machine = machine_artifact(folder, &[("vm", "qcow2")]);
        let mut folders = Folders::default();
        run_sequences(&[vec![step("pack:/nowhere/out/box")]], machine.clone(), OnError::Cleanup, &mut folders).await;
        run_sequences(&[vec![step("pack:/nowhere/box")]], machine, OnError::Cleanup, &mut folders).await;
        assert_eq!(folders.0, [None, Some(folder.to_owned())]);
    }

    /// The folders of what is destroyed.
    #[derive(Default)]
    struct Folders(Vec<Option<PathBuf>>);

    impl Steps for Folders {
        async fn run(&mut self, plan: &PostProcessorPlan, input: &Artifact) -> Result<Outcome, Error> {
            Recorder::default().run(plan, input).await
        }

        async fn destroy(&mut self, artifact: &Artifact) -> Result<(), Error> {
            self.0.push(artifact.directory.clone());
            Ok(())
        }
    }
}
