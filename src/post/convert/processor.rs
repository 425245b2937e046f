//! The post-processor `convert`: the artifact's disk, in another format.

use std::path::Path;

use super::{Compression, Kind, Request, Source, Tuning, convert};
use crate::artifact::Artifact;
use crate::image::Format;
use crate::io::Context;
use crate::plan::post_processor::ConvertPlan;
use crate::post::{Error, Outcome, PostContext, fields, machine, render_path, source_disk};
use crate::template::interpolate::Fields;

const BUILDER_ID: &str = "boxwright.post-processor.convert";

pub(in crate::post) async fn run(
    plan: &ConvertPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let target = render_path(&plan.output, &fields(input, post))?;
    let kind = kind(plan, &target)?;
    let tuning = Tuning {
        compression: plan.compression.as_deref().and_then(Compression::by_name),
        level: plan.compression_level,
        threads: None,
    };
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let appliance = machine::changed(machine::appliance(input, &post.build_name), &plan.machine);
    let product = kind.product(&name, appliance, tuning)?;
    let files = product.files(&target);
    let request = Request { source: source(input, plan.keep_unused)?, target: target.clone(), product };
    convert(request, context).await?;
    Ok(Outcome::replacing(Artifact {
        builder_id: BUILDER_ID.into(),
        id: String::new(),
        description: format!("Disk image: {}", target.display()),
        files,
        directory: None,
        machine: None,
        build_data: Fields::new(),
    }))
}

fn kind(plan: &ConvertPlan, target: &Path) -> Result<Kind, Error> {
    let kind = match &plan.format {
        Some(name) => Kind::by_name(name),
        None => Kind::by_extension(target),
    };
    kind.ok_or_else(|| Error::NoFormat { path: target.to_owned(), known: Kind::names().join(", ") })
}

/// The artifact's only disk. A lone file may be an archive with one.
fn source(input: &Artifact, keep_unused: bool) -> Result<Source, Error> {
    if let (None, [path]) = (&input.machine, input.files.as_slice()) {
        return Ok(Source { path: path.clone(), format: None, disk: None, keep_unused });
    }
    let disks = source_disk::sources(input)?;
    let [disk] = <[_; 1]>::try_from(disks).map_err(|disks: Vec<source_disk::SourceDisk>| {
        let paths: Vec<String> = disks.iter().map(|disk| disk.path.display().to_string()).collect();
        Error::SeveralDisks { disks: paths.join(", ") }
    })?;
    let Some(format) = Format::by_name(&disk.format) else {
        return Err(Error::UnknownFormat { path: disk.path, format: disk.format });
    };
    Ok(Source { path: disk.path, format: Some(format), disk: None, keep_unused })
}
