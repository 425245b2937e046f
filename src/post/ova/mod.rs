//! The `ova` post-processor: a machine's disks and its description in one file that VirtualBox and VMware
//! import. Neither of them is needed to write it, and the disks go straight from the artifact into it.

mod built;
mod repacked;
#[cfg(test)]
mod tests;

use super::{Error, Outcome, PostContext, exported, fields, render_path};
use crate::artifact::Artifact;
use crate::io::Context;
use crate::plan::post_processor::OvaPlan;
use crate::template::interpolate::Fields;

pub(super) const BUILDER_ID: &str = "boxwright.post-processor.ova";

/// A machine that VirtualBox exported keeps its description.
pub(super) async fn run(
    plan: &OvaPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let target = render_path(&plan.output, &fields(input, post))?;
    match exported::of(input)? {
        Some(machine) => repacked::write(plan, machine, &target, context).await?,
        None => built::write(plan, input, post, &target, context).await?,
    }
    Ok(Outcome::replacing(Artifact {
        builder_id: BUILDER_ID.into(),
        id: String::new(),
        description: format!("OVA: {}", target.display()),
        files: vec![target],
        directory: None,
        machine: None,
        build_data: Fields::new(),
    }))
}
