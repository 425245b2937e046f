//! The two headers: writers change one and then the other, so that one is always whole.

use super::{FORMAT, SIGNATURE, SUM, checksum};
use crate::image::fields::{le_u16, le_u32, le_u64};
use crate::image::{Error, Input, Source};

const PLACES: [u64; 2] = [64 * 1024, 128 * 1024];
const BYTES: usize = 4096;

const MARK: &[u8] = b"head";
const SEQUENCE: usize = 8;
const LOG_ID: usize = 48;
const VERSION: usize = 66;

/// Refuses what is no VHDX, and a disk whose last changes are in its log only.
pub(super) fn check<R: Source>(input: &mut Input<R>) -> Result<(), Error> {
    if input.start(SIGNATURE.len())? != SIGNATURE {
        return Err(input.damaged(FORMAT, "it does not begin as a VHDX file"));
    }
    let mut headers = Vec::new();
    for place in PLACES {
        headers.extend(whole(input, place)?);
    }
    let Some(header) = headers.into_iter().max_by_key(|header| le_u64(header, SEQUENCE)) else {
        return Err(input.damaged(FORMAT, "neither of its headers is whole"));
    };
    if le_u16(&header, VERSION) != 1 {
        return Err(input.unsupported(format!("it is VHDX version {}; 1 is known", le_u16(&header, VERSION))));
    }
    if header[LOG_ID..LOG_ID + 16] != [0; 16] {
        let fix = "attach it once where it was used, or run `qemu-img check -r all` on it";
        return Err(input.unsupported(format!("it was not closed in order, and its log has changes; {fix}")));
    }
    Ok(())
}

fn whole<R: Source>(input: &mut Input<R>, place: u64) -> Result<Option<[u8; BYTES]>, Error> {
    let mut header = [0; BYTES];
    if !input.holds(place, BYTES as u64) {
        return Ok(None);
    }
    input.read(place, &mut header)?;
    let whole = header.starts_with(MARK) && le_u32(&header, SUM) == checksum(&header);
    Ok(whole.then_some(header))
}
