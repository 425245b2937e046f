//! A package of a machine that another hypervisor built, or of disks alone.

use std::path::Path;

use super::write_package;
use crate::artifact::Artifact;
use crate::image::ova::{self, Name};
use crate::image::ovf::Appliance;
use crate::io::Context;
use crate::plan::post_processor::{MachineChanges, OvaPlan};
use crate::post::{Error, PostContext, machine, source_disk};

pub(super) async fn write(
    plan: &OvaPlan,
    input: &Artifact,
    post: &PostContext,
    target: &Path,
    context: &Context,
) -> Result<(), Error> {
    let appliance = appliance(&plan.machine, input, post);
    machine::warn_of_firmware(&appliance, &context.events);
    let (mut disks, mut total) = (Vec::new(), 0);
    for source in source_disk::sources(input)? {
        let (disk, bytes) = source.open().await?;
        disks.push(disk);
        total += bytes;
    }
    let name = Name::new(&appliance.name);
    write_package(target, total, context, move |file, meter| {
        ova::write(&appliance, &name, &mut disks, None, file, meter)
    })
    .await
}

/// What the template says goes before what the build was.
fn appliance(changes: &MachineChanges, input: &Artifact, post: &PostContext) -> Appliance {
    let built = machine::appliance(input, &post.build_name);
    Appliance {
        name: changes.vm_name.clone().unwrap_or(built.name),
        guest_os_type: changes.guest_os_type.clone().unwrap_or(built.guest_os_type),
        processors: changes.processors.unwrap_or(built.processors),
        memory_mib: changes.memory_mib.unwrap_or(built.memory_mib),
        efi: changes.efi.unwrap_or(built.efi),
        disks: built.disks,
    }
}
