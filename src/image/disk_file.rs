//! A disk as the file that it will be: its length is known before its first byte, and it is written without going back.

use std::io::Write;

use super::window::Window;
use super::{Disk, Error, Layout, Source, raw};
use crate::io::blocking::Cancelled;
use crate::io::meter::Meter;

#[derive(Debug)]
pub enum DiskFile<R = Window> {
    Qcow2(Disk<R>, Layout),
    /// Every byte of it.
    Raw(Disk<R>),
}

impl<R: Source> DiskFile<R> {
    pub fn qcow2(mut disk: Disk<R>, cancelled: &Cancelled) -> Result<Self, Error> {
        let layout = Layout::of(&mut disk, cancelled)?;
        Ok(Self::Qcow2(disk, layout))
    }

    /// The length of the file.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Qcow2(_, layout) => layout.file_bytes(),
            Self::Raw(disk) => disk.virtual_bytes(),
        }
    }

    /// How far the meter goes while it is written.
    pub fn metered_bytes(&self) -> u64 {
        match self {
            Self::Qcow2(_, layout) => layout.data_bytes(),
            Self::Raw(disk) => disk.virtual_bytes(),
        }
    }

    pub fn write<W: Write>(self, sink: W, meter: &mut Meter) -> Result<W, Error> {
        match self {
            Self::Qcow2(mut disk, layout) => layout.write(&mut disk, sink, meter),
            Self::Raw(mut disk) => raw::write_all(&mut disk, sink, meter),
        }
    }
}
