//! A package of ours, from the disks of a machine that another hypervisor built.

use std::path::Path;

use super::{DESCRIPTOR, Package};
use crate::image::ova::Name;
use crate::image::ovf;
use crate::io::Context;
use crate::post::Error;
use crate::post::archive::Content;
use crate::post::loose::{self, Loose};
use crate::post::machine::Machine;
use crate::post::vagrant::contents::Contents;

/// The files are called `box-disk001.vmdk` and so on.
pub(super) const NAME: &str = "box";

pub(super) async fn package(
    machine: Machine,
    target: &Path,
    threads: Option<usize>,
    context: &Context,
) -> Result<Package, Error> {
    let Loose { appliance, disks } = loose::write_disks(machine, &Name::new(NAME), target, threads, context).await?;
    let temporary: Vec<_> = disks.into_iter().map(|disk| disk.file).collect();
    let stored = appliance.disks.iter().zip(&temporary);
    let mut files: Contents =
        stored.map(|(disk, file)| (disk.file.clone(), Content::File(file.path().to_owned()).into())).collect();
    files.insert(DESCRIPTOR.into(), Content::Text(ovf::text(&appliance)).into());
    Ok(Package { files, mac: appliance.mac(), temporary })
}
