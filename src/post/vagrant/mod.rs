//! The `vagrant` post-processor: a machine's disks, a Vagrantfile and metadata.json in one tar, which is
//! a box. The disks go straight from the artifact into the box.

mod disk;
mod libvirt;
mod provider;
#[cfg(test)]
mod tests;
mod vagrantfile;
mod virtualbox;

use std::collections::BTreeMap;
use std::path::Path;

use super::archive::{self, Content, Item};
use super::{Error, Outcome, PostContext, base_name, fields, render_path};
use crate::artifact::Artifact;
use crate::io::Context;
use crate::io::gzip;
use crate::io::hash::HashWriter;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
use crate::plan::post_processor::{VagrantOptions, VagrantPlan};
use crate::template::interpolate::Fields;
use provider::Provider;

const BUILDER_ID: &str = "mitchellh.post-processor.vagrant";

const METADATA: &str = "metadata.json";
const VAGRANTFILE: &str = "Vagrantfile";

/// The files of a box by name; a later file takes the place of an earlier one, as it would in a folder.
type Contents = BTreeMap<String, Content>;

/// What a provider adds to a box.
#[derive(Debug)]
struct ProviderPart {
    files: Contents,
    metadata: String,
    /// Ruby.
    vagrantfile: String,
    /// Files that were made for the box and go when it is written.
    temporary: Vec<PartialFile>,
}

pub(super) async fn run(
    plan: &VagrantPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let provider = Provider::choose(plan.provider_override.as_deref(), &input.builder_id)?;
    let options = plan.overrides.get(provider.name()).unwrap_or(&plan.options);
    let fields = box_fields(plan, provider, input, post);
    let target = render_path(&options.output, &fields)?;
    let part = match provider {
        Provider::Libvirt => libvirt::part(input, &plan.architecture, &target, context).await?,
        Provider::VirtualBox => virtualbox::part(input, &plan.architecture, &target, context).await?,
    };
    let items = items(&part, options, &fields)?;
    write_box(&target, items, options.compression_level, context).await?;
    Ok(Outcome::replacing(artifact(provider, &target)))
}

fn box_fields(plan: &VagrantPlan, provider: Provider, input: &Artifact, post: &PostContext) -> Fields {
    let mut fields = fields(input, post);
    fields.insert("Provider".into(), provider.name().into());
    fields.insert("ArtifactId".into(), input.id.clone());
    fields.insert("Architecture".into(), plan.architecture.clone());
    fields
}

/// Sorted by name. An included metadata.json is the template's own; an included Vagrantfile is not used,
/// since `vagrantfile_template` is its place.
fn items(part: &ProviderPart, options: &VagrantOptions, fields: &Fields) -> Result<Vec<Item>, Error> {
    let mut contents = Contents::new();
    for path in &options.include {
        contents.insert(base_name(path)?.to_owned(), Content::File(path.clone()));
    }
    contents.extend(part.files.clone());
    contents.entry(METADATA.into()).or_insert_with(|| Content::Text(part.metadata.clone()));
    let vagrantfile = vagrantfile::text(&part.vagrantfile, options, fields)?;
    contents.insert(VAGRANTFILE.into(), Content::Text(vagrantfile));
    Ok(contents.into_iter().map(|(name, content)| Item { name, content, keep_owner: false }).collect())
}

async fn write_box(target: &Path, items: Vec<Item>, level: i32, context: &Context) -> Result<(), Error> {
    let total = archive::total_size(&items)?;
    let write = move |sink: HashWriter<_>, meter: &mut Meter| {
        if level == 0 {
            return archive::write_tar(&items, sink, meter);
        }
        archive::write_tar(&items, gzip::writer(sink, gzip::Level::new(level)), meter)?.finish()
    };
    archive::write_file(target, total, context, write).await?;
    Ok(())
}

fn artifact(provider: Provider, target: &Path) -> Artifact {
    Artifact {
        builder_id: BUILDER_ID.into(),
        id: provider.name().into(),
        description: format!("'{}' provider box: {}", provider.name(), target.display()),
        files: vec![target.to_owned()],
        directory: None,
        machine: None,
        build_data: Fields::new(),
    }
}
