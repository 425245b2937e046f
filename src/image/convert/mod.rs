//! A disk, written in another format: what can be written, and how it is called.

mod target;

pub use target::Target;

use fs_err as fs;

use super::{Codec, Disk, Error, Qcow2Options, Source, write_qcow2, write_raw};
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
}

/// Writes `disk` to `file`, which is empty.
pub fn write<R: Source>(disk: &mut Disk<R>, file: fs::File, options: &Options, meter: &mut Meter) -> Result<(), Error> {
    match options.target {
        Target::Raw => write_raw(disk, file, meter),
        Target::Qcow2 => {
            let qcow2 = Qcow2Options { codec: options.codec, threads: options.threads };
            write_qcow2(disk, file, &qcow2, meter)
        }
    }
}
