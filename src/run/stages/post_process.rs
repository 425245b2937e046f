//! Post-process: the artifact through each sequence of post-processors.

use super::{Exported, Finished};
use crate::artifact::Artifact;
use crate::event::Stage;
use crate::io::Context;
use crate::plan::provisioner::ShellLocalPlan;
use crate::post::{self, LocalRunner, PostContext};
use crate::provision::{GuestData, environment};
use crate::run::build::Build;
use crate::run::error::{BuildError, Cause};

pub(in crate::run) async fn post_process<D, C>(build: &Build<'_, D, C>, exported: Exported) -> Result<Finished, Cause> {
    let post = PostContext {
        build_name: build.plan.source_name.clone(),
        builder_type: build.plan.builder_type.clone(),
        run_uuid: build.run.options.run_uuid.clone(),
        force: build.run.options.force,
    };
    let processed = post::run_all(
        &build.plan.post_processors,
        exported.artifact,
        build.run.options.on_error,
        &post,
        &Scripts { post: &post },
        build.context,
    )
    .await;
    let error = (!processed.errors.is_empty())
        .then(|| BuildError { stage: Some(Stage::PostProcess), cause: Cause::PostProcessors(processed.errors) });
    Ok(Finished { artifacts: processed.artifacts, error })
}

/// Lends the provisioner's local scripts to the post-processors; the two do not know each other.
struct Scripts<'a> {
    post: &'a PostContext,
}

impl LocalRunner for Scripts<'_> {
    async fn run_local(&self, plan: &ShellLocalPlan, input: &Artifact, context: &Context) -> Result<(), post::Error> {
        let data = GuestData {
            build_name: self.post.build_name.clone(),
            builder_type: self.post.builder_type.clone(),
            fields: input.build_data.clone(),
        };
        let environment = environment::of_build(&data);
        let ran = crate::provision::run_local(plan, &data.fields, &environment, context).await;
        ran.map_err(post::Error::shell_local)
    }
}
