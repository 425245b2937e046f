//! The `vagrant` post-processor: a machine's disks, a Vagrantfile and metadata.json in one tar, which is
//! a box. The disks go straight from the artifact into the box, without the blocks that nobody uses.

mod contents;
mod libvirt;
mod provider;
#[cfg(test)]
mod tests;
mod vagrantfile;
mod virtualbox;
mod vmware;

use std::path::{Path, PathBuf};

use super::archive::{self, Content};
use super::machine::{self, Machine};
use super::{Error, Outcome, PostContext, base_name, fields, render_path};
use crate::artifact::Artifact;
use crate::io::Context;
use crate::io::gzip;
use crate::io::partial::PartialFile;
use crate::plan::post_processor::VagrantPlan;
use crate::template::interpolate::Fields;
use contents::Contents;
pub use contents::{Method, Packing};
pub use provider::Provider;

const BUILDER_ID: &str = "mitchellh.post-processor.vagrant";

const METADATA: &str = "metadata.json";
const VAGRANTFILE: &str = "Vagrantfile";

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
    let part = provider_part(provider, plan, input, post, &target, context).await?;
    let vagrantfile = vagrantfile::text(&part.vagrantfile, options, &fields)?;
    let level = options.compression_level;
    let method = if level == 0 { Method::Plain } else { Method::Gzip(gzip::Level::new(level)) };
    let packing = Packing { method, threads: None };
    write_box(&target, part, vagrantfile, &options.include, packing, context).await?;
    Ok(Outcome::replacing(artifact(provider, &target)))
}

async fn provider_part(
    provider: Provider,
    plan: &VagrantPlan,
    input: &Artifact,
    post: &PostContext,
    target: &Path,
    context: &Context,
) -> Result<ProviderPart, Error> {
    let (name, architecture) = (&post.build_name, plan.architecture.as_str());
    match provider {
        Provider::Libvirt => libvirt::part(Machine::of(input, name).await?, architecture, context).await,
        Provider::VirtualBox => virtualbox::part(input, architecture, target, context).await,
        Provider::VMware => match vmware::as_it_is(input, architecture)? {
            Some(part) => Ok(part),
            None => vmware::part(Machine::of(input, name).await?, architecture, target, context).await,
        },
    }
}

/// Packs a machine that no template is about.
pub(super) async fn pack(
    provider: Provider,
    machine: Machine,
    target: &Path,
    packing: Packing,
    context: &Context,
) -> Result<(), Error> {
    let architecture = machine::architecture(&machine.appliance);
    let part = match provider {
        Provider::Libvirt => libvirt::part(machine, architecture, context).await?,
        Provider::VirtualBox => {
            virtualbox::part_of_machine(machine, architecture, target, packing.threads, context).await?
        }
        Provider::VMware => vmware::part(machine, architecture, target, context).await?,
    };
    let vagrantfile = vagrantfile::of_provider(&part.vagrantfile);
    write_box(target, part, vagrantfile, &[], packing, context).await
}

fn box_fields(plan: &VagrantPlan, provider: Provider, input: &Artifact, post: &PostContext) -> Fields {
    let mut fields = fields(input, post);
    fields.insert("Provider".into(), provider.name().into());
    fields.insert("ArtifactId".into(), input.id.clone());
    fields.insert("Architecture".into(), plan.architecture.clone());
    fields
}

/// An included metadata.json is the template's own; an included Vagrantfile is not used, since `vagrantfile_template`
/// is its place.
async fn write_box(
    target: &Path,
    part: ProviderPart,
    vagrantfile: String,
    include: &[PathBuf],
    packing: Packing,
    context: &Context,
) -> Result<(), Error> {
    let mut contents = Contents::new();
    for path in include {
        contents.insert(base_name(path)?.to_owned(), Content::File(path.clone()).into());
    }
    contents.extend(part.files);
    contents.entry(METADATA.into()).or_insert_with(|| Content::Text(part.metadata).into());
    contents.insert(VAGRANTFILE.into(), Content::Text(vagrantfile).into());
    let total = contents::metered_bytes(&contents).map_err(Error::io("read the artifact's files"))?;
    archive::write_file(target, total, context, move |sink, meter| packing.write(contents, sink, meter)).await?;
    // Until now its disks were read.
    drop(part.temporary);
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
