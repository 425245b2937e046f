//! Post-processors: each maps one artifact to the next. `sequence` decides which artifacts stay, `run_all`
//! runs what a template asks for, `run_one` a single one.

mod archive;
mod artifice;
mod beside;
mod checksum;
mod compress;
pub mod convert;
mod destroy;
mod error;
mod exported;
mod loose;
mod machine;
mod manifest;
mod ova;
mod run;
pub mod sequence;
mod source_disk;
#[cfg(test)]
mod testing;
pub mod vagrant;

pub use error::Error;
pub use run::{run_all, run_one};

use std::path::{Path, PathBuf};

use crate::artifact::Artifact;
use crate::io::Context;
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

    /// The input goes on to the next step and must stay.
    fn passing_on(input: &Artifact) -> Self {
        Self { artifact: input.clone(), keep_default: true, keep_forced: true }
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

/// The description of an artifact that is a list of files.
fn created_from(files: &[PathBuf]) -> String {
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    format!("Created artifact from files: {}", names.join(", "))
}
