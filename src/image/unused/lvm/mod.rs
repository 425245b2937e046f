//! LVM2's linear volumes on one physical volume (libvslvm's "Logical Volume Manager (LVM) format" describes what is
//! on the disk; LVM2, lib/format_text/layout.h too). A label in one of the first four sectors leads to an area with
//! the group's description, which is text. Whatever is more than that, striped, mirrored, thin, with snapshots, on
//! several disks, or just being changed, is not looked into: also blocks that the file system has set free may be in
//! use there, by a snapshot for one.

mod area;
mod group;
mod label;
#[cfg(test)]
mod tests;
mod text;

use super::partitions::Partition;
use super::volume::Volume;
use crate::image::{Disk, Error, Source, crc};
use label::Label;

/// Whether LVM owns the volume, in whatever state.
pub(super) fn owns<R: Source>(disk: &mut Disk<R>, volume: &Volume) -> Result<bool, Error> {
    Ok(label::sectors(disk, volume)?.chunks_exact(label::SECTOR_BYTES).any(label::is_marked))
}

/// The volumes within a partition that LVM owns; none if anything about them is not plain.
pub(super) fn volumes<R: Source>(disk: &mut Disk<R>, partition: Partition) -> Result<Vec<Volume>, Error> {
    let physical = Volume::from(partition);
    let Some(label) = Label::parse(&label::sectors(disk, &physical)?) else { return Ok(Vec::new()) };
    let Some(text) = area::text(disk, &physical, label.metadata)? else { return Ok(Vec::new()) };
    let volumes = text::parse(&text).and_then(|root| group::volumes(&root, &label, partition));
    Ok(volumes.unwrap_or_default())
}

/// The polynomial of Ethernet's CRC, but other starts and no complement at the end.
fn checksum(bytes: &[u8]) -> u32 {
    crc::reflected(0xedb8_8320, 0xf597_a6cf, bytes.iter().copied())
}
