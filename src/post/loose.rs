//! A machine as loose files, in VirtualBox's and VMware's form: its disks as stream-optimized VMDKs beside the target, and its
//! description.

use std::path::Path;

use fs_err as fs;

use super::machine::{self, Machine};
use super::{Error, beside};
use crate::image::ova::Name;
use crate::image::ovf::{Appliance, ApplianceDisk};
use crate::image::vmdk::{self, StreamOptions};
use crate::image::{Disk, Error as ImageError};
use crate::io::Context;
use crate::io::hash::HashWriter;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;

#[derive(Debug)]
pub(super) struct Loose {
    /// With its disks.
    pub(super) appliance: Appliance,
    /// In the same order.
    pub(super) disks: Vec<LooseDisk>,
}

/// A disk that has no name yet.
#[derive(Debug)]
pub(super) struct LooseDisk {
    pub(super) file: PartialFile,
    pub(super) sha256: String,
}

/// Writes the disks of `machine` beside `target`, to be called as `name` has it.
pub(super) async fn write_disks(
    machine: Machine,
    name: &Name,
    target: &Path,
    threads: Option<usize>,
    context: &Context,
) -> Result<Loose, Error> {
    let Machine { disks: sources, mut appliance, .. } = machine;
    machine::warn_of_firmware(&appliance, &context.events);
    let mut disks = Vec::new();
    for (index, source) in sources.into_iter().enumerate() {
        let name = name.disk(index);
        let options = StreamOptions { name: name.clone(), uuid: appliance.disk_uuid(index), threads };
        let write = |disk: &mut Disk, file, meter: &mut Meter| write_disk(disk, file, options, meter);
        let (file, (disk, sha256)) = beside::make(source, &name, target, context, write).await?;
        appliance.disks.push(disk);
        disks.push(LooseDisk { file, sha256 });
    }
    Ok(Loose { appliance, disks })
}

/// Tells its digest too.
fn write_disk(
    disk: &mut Disk,
    file: fs::File,
    options: StreamOptions,
    meter: &mut Meter,
) -> Result<(ApplianceDisk, String), ImageError> {
    let (sink, streamed) = vmdk::write_stream(disk, HashWriter::new(file), &options, meter)?;
    let written = sink.finish().map_err(ImageError::Write)?;
    let disk = ApplianceDisk {
        file: options.name,
        file_bytes: written.bytes,
        capacity_bytes: streamed.capacity_bytes,
        populated_bytes: streamed.populated_bytes,
    };
    Ok((disk, written.sha256))
}
