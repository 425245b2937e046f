//! A disk, written in another format: what can be written, and how it is called.

mod target;
#[cfg(test)]
mod tests;

pub use target::Target;

use fs_err as fs;
use uuid::Uuid;

use super::ovf::Appliance;
use super::vmdk::{self, StreamOptions};
use super::{Alignment, Codec, Disk, Error, Qcow2Options, Source, ova, ovf};
use super::{write_compute_engine, write_dynamic_vhd, write_fixed_vhd, write_qcow2, write_raw, write_vdi};
use crate::io::gzip;
use crate::io::meter::Meter;

/// How a disk is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub target: Target,
    /// For formats whose clusters may be stored as they are: how they are compressed, if at all.
    pub codec: Option<Codec>,
    /// Threads that compress; `None`: one for each core. It does not change the bytes.
    pub threads: Option<usize>,
    /// The file's own name, for formats in which it stands.
    pub name: String,
    /// For archives: gzip's level.
    pub level: gzip::Level,
    /// For packages: the machine that the disk is for.
    pub machine: Appliance,
}

/// Writes `disk` to `file`, which is empty.
pub fn write<R: Source>(disk: &mut Disk<R>, file: fs::File, options: &Options, meter: &mut Meter) -> Result<(), Error> {
    match options.target {
        Target::Raw => write_raw(disk, file, meter),
        Target::Qcow2 => {
            let qcow2 = Qcow2Options { codec: options.codec, threads: options.threads };
            write_qcow2(disk, file, &qcow2, meter)
        }
        Target::StreamVmdk => {
            let stream = StreamOptions { name: options.name.clone(), uuid: options.uuid(), threads: options.threads };
            vmdk::write_stream(disk, file, &stream, meter).map(|_| ())
        }
        Target::SparseVmdk => vmdk::write_sparse(disk, file, &options.name, options.uuid(), meter),
        Target::Vdi => write_vdi(disk, file, options.uuid(), meter),
        Target::DynamicVhd => write_dynamic_vhd(disk, file, options.uuid(), meter),
        Target::FixedVhd => write_fixed_vhd(disk, file, options.uuid(), Alignment::Sector, meter),
        Target::AzureVhd => write_fixed_vhd(disk, file, options.uuid(), Alignment::Mebibyte, meter),
        Target::ComputeEngine => write_compute_engine(disk, file, options.level, options.threads, meter).map(|_| ()),
        Target::Ova => {
            let (machine, disks) = (&options.machine, std::slice::from_mut(disk));
            ova::write(machine, &ova::Name::new(&machine.name), disks, options.threads, file, meter).map(|_| ())
        }
    }
}

impl Options {
    /// The same for the same name, so that the same disk gives the same bytes.
    fn uuid(&self) -> Uuid {
        ovf::uuid_of("disk", &self.name)
    }
}

/// What a machine is called whose file is called so.
pub fn machine_name(file: &str) -> &str {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem.is_empty() { "disk" } else { stem }
}
