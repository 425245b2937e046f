//! The area in which the group's description stands: a header, and texts one behind the other, the next one at the
//! start again when the end is reached. The header tells which one counts.

use super::checksum;
use super::label::Area;
use crate::image::fields::{le_u32, le_u64};
use crate::image::unused::volume::Volume;
use crate::image::{Disk, Error, Source};

const HEADER_BYTES: usize = 512;
const MAGIC: &[u8] = b" LVM2 x[5A%r0N*>";
const VERSION: u32 = 1;

/// Where its numbers stand; the sum is of all behind it.
const SUM_END: usize = 4;
const VERSION_AT: usize = 20;
const OFFSET: usize = 24;
const LENGTH: usize = 32;
/// The text that counts: offset, length, sum, and what is odd about it.
const TEXT_OFFSET: usize = 40;
const TEXT_LENGTH: usize = 48;
const TEXT_SUM: usize = 56;
const TEXT_FLAGS: usize = 60;
/// The text of a change that is not completed.
const NEXT_OFFSET: usize = 64;
const NEXT_LENGTH: usize = 72;

/// Groups of a thousand volumes have less.
const MAX_TEXT_BYTES: u64 = 1 << 20;

/// The text; `None` if it is not whole, or about to be changed.
pub(super) fn text<R: Source>(disk: &mut Disk<R>, physical: &Volume, area: Area) -> Result<Option<String>, Error> {
    let mut header = [0; HEADER_BYTES];
    physical.read(disk, area.offset, &mut header)?;
    if !is_whole(&header, area) || !is_inside(area, physical.length()) {
        return Ok(None);
    }
    let Some((first, second)) = places(&header, area.length) else { return Ok(None) };
    let mut bytes = vec![0; usize::try_from(first.length + second.length).expect("a text has at most 1 MiB")];
    let (start, wrapped) = bytes.split_at_mut(usize::try_from(first.length).expect("less than the text"));
    physical.read(disk, area.offset + first.offset, start)?;
    physical.read(disk, area.offset + second.offset, wrapped)?;
    if checksum(&bytes) != le_u32(&header, TEXT_SUM) {
        return Ok(None);
    }
    bytes.truncate(bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()));
    Ok(String::from_utf8(bytes).ok())
}

fn is_whole(header: &[u8; HEADER_BYTES], area: Area) -> bool {
    checksum(&header[SUM_END..]) == le_u32(header, 0)
        && header[SUM_END..].starts_with(MAGIC)
        && le_u32(header, VERSION_AT) == VERSION
        && (le_u64(header, OFFSET), le_u64(header, LENGTH)) == (area.offset, area.length)
        && le_u32(header, TEXT_FLAGS) == 0
        && (le_u64(header, NEXT_OFFSET), le_u64(header, NEXT_LENGTH)) == (0, 0)
}

fn is_inside(area: Area, length: u64) -> bool {
    area.offset.checked_add(area.length).is_some_and(|end| end <= length)
}

/// The text's stretches within the area; the second one, which may be empty, begins behind the header.
fn places(header: &[u8; HEADER_BYTES], area_length: u64) -> Option<(Area, Area)> {
    let (offset, length) = (le_u64(header, TEXT_OFFSET), le_u64(header, TEXT_LENGTH));
    let start = HEADER_BYTES as u64;
    if length > MAX_TEXT_BYTES || !(start..area_length).contains(&offset) {
        return None;
    }
    let first = length.min(area_length - offset);
    let wrapped = length - first;
    (wrapped <= offset - start).then_some((Area { offset, length: first }, Area { offset: start, length: wrapped }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_go_on_at_the_start() {
        let places = |offset: u64, length: u64| {
            let mut header = [0; HEADER_BYTES];
            header[TEXT_OFFSET..TEXT_LENGTH].copy_from_slice(&offset.to_le_bytes());
            header[TEXT_LENGTH..TEXT_SUM].copy_from_slice(&length.to_le_bytes());
            places(&header, 4096).map(|(first, second)| (first.offset, first.length, second.offset, second.length))
        };
        assert_eq!(places(1024, 3072), Some((1024, 3072, 512, 0)));
        assert_eq!(places(3072, 1536), Some((3072, 1024, 512, 512)));
        assert_eq!(places(3072, 3584), Some((3072, 1024, 512, 2560)));
        assert_eq!((places(3072, 3585), places(4096, 1), places(511, 1)), (None, None, None));
        assert_eq!((places(u64::MAX, 1), places(512, u64::MAX)), (None, None));
    }
}
