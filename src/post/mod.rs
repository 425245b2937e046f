//! Post-processors: each maps one artifact to the next. `sequence` decides which run and which artifacts
//! stay; `run_one` runs a single one.

mod archive;
mod error;
#[cfg(test)]
mod testing;
mod vagrant;

pub use error::Error;

use std::path::{Path, PathBuf};

use crate::artifact::Artifact;
use crate::event::Event;
use crate::io::Context;
use crate::plan::post_processor::{PostProcessorAction, PostProcessorPlan};
use crate::plan::provisioner::ShellLocalPlan;
use crate::template::interpolate::{Fields, Late};

/// What post-processors know of the build beside the artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostContext {
    pub build_name: String,
    /// Packer's builder type, such as `qemu`.
    pub builder_type: String,
    pub run_uuid: String,
    /// `-force`.
    pub force: bool,
}

/// Runs local scripts; they are a provisioner too, and the one who knows both lends it.
pub trait LocalRunner: Send + Sync {
    /// Runs with the build data of `input` in reach.
    fn run_local(
        &self,
        plan: &ShellLocalPlan,
        input: &Artifact,
        context: &Context,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// What a post-processor made, and what it says about its input.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub artifact: Artifact,
    /// Keep the input unless the template says otherwise.
    pub keep_default: bool,
    /// Keep the input even then: the output is made of the same files.
    pub keep_forced: bool,
}

impl Outcome {
    /// The input can go.
    fn replacing(artifact: Artifact) -> Self {
        Self { artifact, keep_default: false, keep_forced: false }
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
        _ => unreachable!("next"),
    }
}

/// The dot-variables that every output name can use.
fn fields(input: &Artifact, post: &PostContext) -> Fields {
    let mut fields = input.build_data.clone();
    fields.insert("BuildName".into(), post.build_name.clone());
    fields.insert("BuilderType".into(), post.builder_type.clone());
    fields
}

fn render_path(text: &Late, fields: &Fields) -> Result<PathBuf, Error> {
    text.render(fields).map(PathBuf::from).map_err(Error::render("output"))
}

/// The last part of a path as text.
fn base_name(path: &Path) -> Result<&str, Error> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.ok_or_else(|| Error::BadName { path: path.to_owned() })
}
