//! A disk, written in another format or packed as a machine: the command `convert`, and the post-processor of that name.

mod ovf;
mod processor;
mod product;
mod source;
#[cfg(test)]
mod tests;

pub use product::{Compression, Kind, Product, ProductError, Tuning};
pub use source::Source;

pub(super) use processor::run;

use std::path::{Path, PathBuf};

use super::machine::{self, Machine};
use super::source_disk::OpenDisk;
use super::vagrant::{self, Packing, Provider};
use super::{Error, archive};
use crate::image::convert;
use crate::image::ovf::Appliance;
use crate::io::Context;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
use source::Opened;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub source: Source,
    pub target: PathBuf,
    pub product: Product,
}

/// Tells of how many file systems the free blocks were left out. Dropped at any time, it leaves nothing behind.
pub async fn convert(request: Request, context: &Context) -> Result<usize, Error> {
    let Request { source, target, product } = request;
    let opened = source::open(source, &target, context).await?;
    let systems = opened.systems;
    match product {
        Product::Image(options) => write_image(opened, &target, options, context).await?,
        Product::Box { provider, packing, machine } => {
            write_box(opened, &target, (provider, packing, machine), context).await?;
        }
        Product::Ovf { name, machine, threads } => {
            let (machine, unpacked) = machine_of(opened, machine);
            ovf::write(machine, &target, &name, threads, context).await?;
            drop(unpacked);
        }
    }
    Ok(systems)
}

async fn write_image(opened: Opened, target: &Path, options: convert::Options, context: &Context) -> Result<(), Error> {
    let Opened { mut disk, data_bytes, unpacked, .. } = opened;
    if options.target == convert::Target::Ova {
        machine::warn_of_firmware(&options.machine, &context.events);
    }
    let write = move |file, meter: &mut Meter| convert::write(&mut disk, file, &options, meter);
    let written = archive::write_image(target, data_bytes, context, write).await;
    drop(unpacked);
    written
}

async fn write_box(
    opened: Opened,
    target: &Path,
    (provider, packing, appliance): (Provider, Packing, Appliance),
    context: &Context,
) -> Result<(), Error> {
    let (machine, unpacked) = machine_of(opened, appliance);
    vagrant::pack(provider, machine, target, packing, context).await?;
    drop(unpacked);
    Ok(())
}

/// Also gives the file that the disk was unpacked to.
fn machine_of(opened: Opened, appliance: Appliance) -> (Machine, Option<PartialFile>) {
    let Opened { disk, unpacked, .. } = opened;
    let virtual_size_bytes = disk.virtual_bytes();
    let disks = vec![OpenDisk { disk, virtual_size_bytes }];
    (Machine { disks, appliance, efi_code: None, efi_variables: None }, unpacked)
}
