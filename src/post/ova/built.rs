//! A package of a machine that another hypervisor built, or of disks alone.

use std::path::Path;

use crate::artifact::Artifact;
use crate::image::ova::{self, Name};
use crate::io::Context;
use crate::plan::post_processor::OvaPlan;
use crate::post::machine::{self, Machine};
use crate::post::{Error, PostContext, archive};

pub(super) async fn write(
    plan: &OvaPlan,
    input: &Artifact,
    post: &PostContext,
    target: &Path,
    context: &Context,
) -> Result<(), Error> {
    let Machine { disks: opened, appliance, .. } = Machine::of(input, &post.build_name).await?;
    let appliance = machine::changed(appliance, &plan.machine);
    machine::warn_of_firmware(&appliance, &context.events);
    let (mut disks, mut total) = (Vec::new(), 0);
    for disk in opened {
        let (disk, bytes) = disk.counted().await?;
        disks.push(disk);
        total += bytes;
    }
    let name = Name::new(&appliance.name);
    archive::write_image(target, total, context, move |file, meter| {
        ova::write(&appliance, &name, &mut disks, None, file, meter).map(|_| ())
    })
    .await
}
