//! The `ova` post-processor: a machine's disks and its description in one file that VirtualBox and VMware
//! import. Neither of them is needed to write it, and the disks go straight from the artifact into it.

mod built;
mod repacked;
#[cfg(test)]
mod tests;

use std::path::Path;

use fs_err as fs;

use super::{Error, Outcome, PostContext, archive, exported, fields, render_path};
use crate::artifact::Artifact;
use crate::event::Event;
use crate::image;
use crate::io::Context;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
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

/// Makes the file `target` with what `write` puts into it; `total` bytes are read for it.
async fn write_package<F>(target: &Path, total: u64, context: &Context, write: F) -> Result<(), Error>
where
    F: FnOnce(fs::File, &mut Meter) -> Result<fs::File, image::Error> + Send + 'static,
{
    let (partial, file) = PartialFile::create(target, &context.cleanup).map_err(Error::write(target))?;
    let failed = Error::image(target);
    let file = archive::metered(target, total, context, move |meter| write(file, meter).map_err(failed));
    let bytes = file.await?.metadata().map_err(Error::write(target))?.len();
    partial.commit().await.map_err(Error::write(target))?;
    context.events.send(Event::FileWritten { path: target.to_owned(), bytes });
    Ok(())
}
