//! The label of a physical volume. All numbers are little-endian.

use super::checksum;
use crate::image::fields::{le_u32, le_u64};
use crate::image::unused::volume::Volume;
use crate::image::{Disk, Error, Source};

pub(super) const SECTOR_BYTES: usize = 512;

/// It stands in one of so many sectors.
const SECTORS: usize = 4;

const MARK: &[u8] = b"LABELONE";
const KIND: &[u8] = b"LVM2 001";

const SECTOR: usize = 8;
const SUM: usize = 16;
const HEADER_OFFSET: usize = 20;

/// Of the header that follows: the areas begin behind the identifier and the size of the whole.
const ID_BYTES: usize = 32;
const AREAS: usize = 40;
const AREA_BYTES: usize = 16;

/// A stretch of the physical volume, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) offset: u64,
    pub(super) length: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The physical volume's, without its dashes.
    pub(super) id: [u8; ID_BYTES],
    pub(super) metadata: Area,
}

/// The sectors in which the label may be.
pub(super) fn sectors<R: Source>(disk: &mut Disk<R>, volume: &Volume) -> Result<[u8; SECTORS * SECTOR_BYTES], Error> {
    let mut sectors = [0; SECTORS * SECTOR_BYTES];
    volume.read(disk, 0, &mut sectors)?;
    Ok(sectors)
}

pub(super) fn is_marked(sector: &[u8]) -> bool {
    sector.starts_with(MARK)
}

impl Label {
    /// `None` unless there is one only, it is whole, and it leads to one description of the group.
    pub(super) fn parse(sectors: &[u8]) -> Option<Self> {
        let mut marked = sectors.chunks_exact(SECTOR_BYTES).enumerate().filter(|(_, sector)| is_marked(sector));
        let (Some((index, sector)), None) = (marked.next(), marked.next()) else { return None };
        let own = le_u64(sector, SECTOR) == index as u64 && checksum(&sector[HEADER_OFFSET..]) == le_u32(sector, SUM);
        if !own || sector[HEADER_OFFSET + 4..][..KIND.len()] != *KIND {
            return None;
        }
        let header = sector.get(usize::try_from(le_u32(sector, HEADER_OFFSET)).ok()?..)?;
        let (_data, rest) = areas(header.get(AREAS..)?)?;
        match areas(rest)? {
            (metadata, _) if metadata.len() == 1 => Some(Self { id: *header.first_chunk()?, metadata: metadata[0] }),
            _ => None,
        }
    }
}

/// Areas up to one of zeros, and what is behind it.
fn areas(bytes: &[u8]) -> Option<(Vec<Area>, &[u8])> {
    let mut areas = Vec::new();
    let mut rest = bytes;
    while let Some((entry, next)) = rest.split_at_checked(AREA_BYTES) {
        rest = next;
        match (le_u64(entry, 0), le_u64(entry, 8)) {
            (0, 0) => return Some((areas, rest)),
            (offset, length) => areas.push(Area { offset, length }),
        }
    }
    None
}
