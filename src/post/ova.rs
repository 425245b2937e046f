//! The `ova` post-processor: a machine's disks and its description in one file that VirtualBox and VMware
//! import. Nothing of them is needed to write it, and the disks go straight from the artifact into it.

use super::source_disk;
use super::{Error, Outcome, PostContext, archive, fields, machine, render_path};
use crate::artifact::Artifact;
use crate::event::Event;
use crate::image::ova::{self, Name};
use crate::image::ovf::Appliance;
use crate::io::Context;
use crate::io::partial::PartialFile;
use crate::plan::post_processor::OvaPlan;
use crate::template::interpolate::Fields;

pub(super) const BUILDER_ID: &str = "boxwright.post-processor.ova";

pub(super) async fn run(
    plan: &OvaPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let target = render_path(&plan.output, &fields(input, post))?;
    let appliance = appliance(plan, input, post);
    machine::warn_of_firmware(&appliance, &context.events);
    let (mut disks, mut total) = (Vec::new(), 0);
    for source in source_disk::sources(input)? {
        let (disk, bytes) = source.open().await?;
        disks.push(disk);
        total += bytes;
    }
    let (partial, file) = PartialFile::create(&target, &context.cleanup).map_err(Error::write(&target))?;
    let (name, failed) = (Name::new(&appliance.name), Error::image(&target));
    let file = archive::metered(&target, total, context, move |meter| {
        ova::write(&appliance, &name, &mut disks, None, file, meter).map_err(failed)
    });
    let bytes = file.await?.metadata().map_err(Error::write(&target))?.len();
    partial.commit().map_err(Error::write(&target))?;
    context.events.send(Event::FileWritten { path: target.clone(), bytes });
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

/// What the template says goes before what the build was.
fn appliance(plan: &OvaPlan, input: &Artifact, post: &PostContext) -> Appliance {
    let built = machine::appliance(input, &post.build_name);
    Appliance {
        name: plan.vm_name.clone().unwrap_or(built.name),
        guest_os_type: plan.guest_os_type.clone().unwrap_or(built.guest_os_type),
        processors: plan.processors.unwrap_or(built.processors),
        memory_mib: plan.memory_mib.unwrap_or(built.memory_mib),
        efi: plan.efi.unwrap_or(built.efi),
        disks: built.disks,
    }
}
