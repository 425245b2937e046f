//! A package of ours, from the disks of a machine that another hypervisor built.

use std::path::Path;

use super::{DESCRIPTOR, Package};
use crate::artifact::Artifact;
use crate::image::ova::Name;
use crate::image::ovf::{self, Appliance, ApplianceDisk};
use crate::image::vmdk::{self, StreamOptions};
use crate::io::Context;
use crate::io::hash::HashWriter;
use crate::io::partial::PartialFile;
use crate::post::archive::{Content, metered};
use crate::post::source_disk::{self, SourceDisk};
use crate::post::vagrant::Contents;
use crate::post::{Error, machine};

/// The files are called `box-disk001.vmdk` and so on.
const NAME: &str = "box";

pub(super) async fn package(
    input: &Artifact,
    architecture: &str,
    target: &Path,
    context: &Context,
) -> Result<Package, Error> {
    let guest_os_type = machine::guest_os_type(architecture)?.to_owned();
    let mut appliance = Appliance { guest_os_type, ..machine::appliance(input, NAME) };
    machine::warn_of_firmware(&appliance, &context.events);
    let (mut files, mut temporary) = (Contents::new(), Vec::new());
    for (index, source) in source_disk::sources(input)?.into_iter().enumerate() {
        let name = Name::new(NAME).disk(index);
        let options = StreamOptions { name: name.clone(), uuid: appliance.disk_uuid(index), threads: None };
        let (written, disk) = write_disk(source, options, target, context).await?;
        files.insert(name, Content::File(written.path().to_owned()));
        appliance.disks.push(disk);
        temporary.push(written);
    }
    files.insert(DESCRIPTOR.into(), Content::Text(ovf::text(&appliance)));
    Ok(Package { files, mac: appliance.mac(), temporary })
}

/// Beside the box: its size must stand in the box before it.
async fn write_disk(
    source: SourceDisk,
    options: StreamOptions,
    target: &Path,
    context: &Context,
) -> Result<(PartialFile, ApplianceDisk), Error> {
    let beside = target.with_file_name(&options.name);
    let (partial, file) = PartialFile::create(&beside, &context.cleanup).map_err(Error::write(&beside))?;
    let (mut disk, total) = source.open().await?;
    let path = beside.clone();
    let disk = metered(&beside, total, context, move |meter| {
        let streamed = vmdk::write_stream(&mut disk, HashWriter::new(file), &options, meter);
        let (sink, streamed) = streamed.map_err(Error::image(&path))?;
        let written = sink.finish().map_err(Error::write(&path))?;
        Ok(ApplianceDisk {
            file: options.name,
            file_bytes: written.bytes,
            capacity_bytes: streamed.capacity_bytes,
            populated_bytes: streamed.populated_bytes,
        })
    });
    Ok((partial, disk.await?))
}
