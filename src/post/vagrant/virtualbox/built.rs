//! A package of ours, from the disks of a machine that another hypervisor built.

use std::path::Path;

use fs_err as fs;

use super::{DESCRIPTOR, Package};
use crate::image::ova::Name;
use crate::image::ovf::{self, ApplianceDisk};
use crate::image::vmdk::{self, StreamOptions};
use crate::image::{Disk, Error};
use crate::io::Context;
use crate::io::hash::HashWriter;
use crate::io::meter::Meter;
use crate::post::archive::Content;
use crate::post::machine::{self, Machine};
use crate::post::vagrant::beside;
use crate::post::vagrant::contents::Contents;

/// The files are called `box-disk001.vmdk` and so on.
pub(super) const NAME: &str = "box";

pub(super) async fn package(
    machine: Machine,
    target: &Path,
    threads: Option<usize>,
    context: &Context,
) -> Result<Package, crate::post::Error> {
    let Machine { disks, mut appliance, .. } = machine;
    machine::warn_of_firmware(&appliance, &context.events);
    let (mut files, mut temporary) = (Contents::new(), Vec::new());
    for (index, source) in disks.into_iter().enumerate() {
        let name = Name::new(NAME).disk(index);
        let options = StreamOptions { name: name.clone(), uuid: appliance.disk_uuid(index), threads };
        let made =
            beside::make(source, &name, target, context, |disk, file, meter| write_disk(disk, file, options, meter));
        let (written, disk) = made.await?;
        files.insert(name, Content::File(written.path().to_owned()).into());
        appliance.disks.push(disk);
        temporary.push(written);
    }
    files.insert(DESCRIPTOR.into(), Content::Text(ovf::text(&appliance)).into());
    Ok(Package { files, mac: appliance.mac(), temporary })
}

fn write_disk(
    disk: &mut Disk,
    file: fs::File,
    options: StreamOptions,
    meter: &mut Meter,
) -> Result<ApplianceDisk, Error> {
    let (sink, streamed) = vmdk::write_stream(disk, HashWriter::new(file), &options, meter)?;
    let written = sink.finish().map_err(Error::Write)?;
    Ok(ApplianceDisk {
        file: options.name,
        file_bytes: written.bytes,
        capacity_bytes: streamed.capacity_bytes,
        populated_bytes: streamed.populated_bytes,
    })
}
