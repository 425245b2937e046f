//! The `compress` post-processor: an artifact's files in one archive, or a lone file compressed.

mod format;
#[cfg(test)]
mod tests;
mod write;

use super::archive::{self, Content, Item};
use super::{Error, Outcome, PostContext, base_name, fields, render_path};
use crate::artifact::Artifact;
use crate::io::Context;
use crate::plan::post_processor::CompressPlan;
use crate::template::interpolate::Fields;
use format::{Archive, Format};

const BUILDER_ID: &str = "packer.post-processor.compress";

pub(super) async fn run(
    plan: &CompressPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let format = Format::detect(&plan.output_pattern, plan.format.as_deref());
    let target = render_path(&plan.output, &fields(input, post))?;
    let items = items(format, &target.display().to_string(), input)?;
    let (total, level) = (archive::total_size(&items)?, plan.compression_level);
    let write = move |sink, meter: &mut _| write::write(format, level, &items, sink, meter);
    archive::write_file(&target, total, context, write).await?;
    Ok(Outcome::replacing(Artifact {
        builder_id: BUILDER_ID.into(),
        id: String::new(),
        description: format!("compressed artifacts in: {}", target.display()),
        files: vec![target],
        directory: None,
        machine: None,
        build_data: Fields::new(),
    }))
}

/// A tar holds bare names, a zip the paths as they are.
fn items(format: Format, output: &str, input: &Artifact) -> Result<Vec<Item>, Error> {
    if format.archive.is_none() && input.files.len() != 1 {
        return Err(Error::NotOneFile { output: output.to_owned(), count: input.files.len() });
    }
    let item = |path: &std::path::PathBuf| {
        let name = match format.archive {
            Some(Archive::Zip) => path.to_str().ok_or_else(|| Error::BadName { path: path.clone() })?,
            _ => base_name(path)?,
        };
        Ok(Item { name: name.to_owned(), content: Content::File(path.clone()), keep_owner: true })
    };
    input.files.iter().map(item).collect()
}
