//! Runs post-processors for real.

use super::sequence::{Finished, Steps, run_sequences};
use super::{
    Error, LocalRunner, Outcome, PostContext, artifice, checksum, compress, convert, destroy, manifest, ova, vagrant,
};
use crate::artifact::Artifact;
use crate::event::Event;
use crate::io::Context;
use crate::plan::OnError;
use crate::plan::post_processor::{PostProcessorAction, PostProcessorPlan};

/// Runs all sequences on the builder's artifact. It can be dropped at any time: what is half done is
/// removed, what is done stays.
pub async fn run_all(
    sequences: &[Vec<PostProcessorPlan>],
    builder: Artifact,
    on_error: OnError,
    post: &PostContext,
    local: &impl LocalRunner,
    context: &Context,
) -> Finished {
    run_sequences(sequences, builder, on_error, &mut RealSteps { post, local, context }).await
}

struct RealSteps<'a, L> {
    post: &'a PostContext,
    local: &'a L,
    context: &'a Context,
}

impl<L: LocalRunner> Steps for RealSteps<'_, L> {
    async fn run(&mut self, plan: &PostProcessorPlan, input: &Artifact) -> Result<Outcome, Error> {
        run_one(plan, input, self.post, self.local, self.context).await
    }

    async fn destroy(&mut self, artifact: &Artifact) -> Result<(), Error> {
        destroy::destroy(artifact).await
    }
}

/// Runs one post-processor.
pub async fn run_one(
    plan: &PostProcessorPlan,
    input: &Artifact,
    post: &PostContext,
    local: &impl LocalRunner,
    context: &Context,
) -> Result<Outcome, Error> {
    context.events.send(Event::PostProcessorStarted { kind: plan.kind.clone(), name: plan.name.clone() });
    match &plan.action {
        PostProcessorAction::Vagrant(plan) => vagrant::run(plan, input, post, context).await,
        PostProcessorAction::Checksum(plan) => checksum::run(plan, input, post, context).await,
        PostProcessorAction::Compress(plan) => compress::run(plan, input, post, context).await,
        PostProcessorAction::Ova(plan) => ova::run(plan, input, post, context).await,
        PostProcessorAction::Convert(plan) => convert::run(plan, input, post, context).await,
        PostProcessorAction::Manifest(plan) => manifest::run(plan, input, post, context).await,
        PostProcessorAction::Artifice(plan) => artifice::run(plan),
        PostProcessorAction::ShellLocal(plan) => {
            local.run_local(plan, input, context).await?;
            Ok(Outcome::passing_on(input))
        }
        PostProcessorAction::NotRun => Err(Error::NotRun),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use fs_err as fs;

    use super::*;
    use crate::plan::Algorithm;
    use crate::plan::post_processor::{ChecksumPlan, CompressPlan};
    use crate::plan::provisioner::{Scripts, ShellLocalPlan};
    use crate::post::testing::{NoScripts, context, machine_artifact, post_context};
    use crate::template::interpolate::Late;

    fn plan(action: PostProcessorAction) -> PostProcessorPlan {
        PostProcessorPlan { kind: String::new(), name: String::new(), keep_input_artifact: None, action }
    }

    fn compress(output: &Path) -> PostProcessorPlan {
        let output_pattern = output.display().to_string();
        let output = Late::literal(output_pattern.clone());
        plan(PostProcessorAction::Compress(CompressPlan { output, output_pattern, format: None, compression_level: 0 }))
    }

    fn checksum(output: &Path) -> PostProcessorPlan {
        let output = Late::literal(output.display().to_string());
        plan(PostProcessorAction::Checksum(ChecksumPlan { types: vec![Algorithm::Sha256], output }))
    }

    fn shell_local() -> PostProcessorPlan {
        plan(PostProcessorAction::ShellLocal(Box::new(ShellLocalPlan {
            scripts: Scripts::Files(Vec::new()),
            environment: [].into(),
            env_var_format: Late::literal("%s=%s "),
            execute_command: Vec::new(),
            valid_exit_codes: vec![0],
            only_on: Vec::new(),
            tempfile_extension: String::new(),
        })))
    }

    /// A finished build's folder with one file in it.
    fn output(folder: &Path) -> Artifact {
        fs::create_dir(folder.join("output")).unwrap();
        fs::write(folder.join("output/vm"), "disk").unwrap();
        machine_artifact(&folder.join("output"), &[("vm", "qcow2")])
    }

    async fn ran(sequences: &[Vec<PostProcessorPlan>], builder: Artifact) -> Finished {
        let (context, _events) = context();
        let finished = run_all(sequences, builder, OnError::Cleanup, &post_context(), &NoScripts, &context).await;
        assert_eq!(format!("{:?}", context.cleanup), "[]");
        finished
    }

    #[tokio::test]
    async fn an_archive_replaces_the_machine_and_its_checksum_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let sequence = vec![shell_local(), compress(&path("vm.tar.gz")), checksum(&path("sums"))];
        let finished = ran(&[sequence], output(folder.path())).await;
        assert!(finished.errors.is_empty(), "{:?}", finished.errors);
        let files: Vec<_> = finished.artifacts.iter().map(|artifact| artifact.files.clone()).collect();
        assert_eq!(files, [vec![path("vm.tar.gz")], vec![path("vm.tar.gz"), path("sums")]]);
        assert!(!path("output").exists(), "nobody kept the machine");
        assert!(path("vm.tar.gz").is_file() && path("sums").is_file());
    }

    #[tokio::test]
    async fn a_sequence_sees_the_machine_that_another_one_gave_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let sequences = [vec![shell_local(), compress(&path("a.tar"))], vec![compress(&path("b.tar"))]];
        let finished = ran(&sequences, output(folder.path())).await;
        assert!(finished.errors.is_empty(), "{:?}", finished.errors);
        assert_eq!(fs::read(path("a.tar")).unwrap(), fs::read(path("b.tar")).unwrap());
        assert!(!path("output").exists());
    }
}
