//! Raw images: the disk as it is, in a file that may have holes.

mod write;

pub use write::write_raw;
pub(super) use write::{write_all, write_blocks};

use super::mapped::Image;
use super::{Content, Error, Extent, Input, MAX_VIRTUAL_BYTES, Source};

#[derive(Debug)]
pub(super) struct Raw<R> {
    input: Input<R>,
}

impl<R: Source> Raw<R> {
    pub(super) fn open(input: Input<R>) -> Result<Self, Error> {
        if input.length() > MAX_VIRTUAL_BYTES {
            return Err(input.unsupported("it is larger than 1 PiB"));
        }
        Ok(Self { input })
    }
}

impl<R: Source> Image for Raw<R> {
    fn virtual_bytes(&self) -> u64 {
        self.input.length()
    }

    fn extent(&mut self, offset: u64, limit: u64) -> Result<Extent, Error> {
        let length = self.input.length();
        let (content, end) = match self.input.stored(offset)? {
            None => (Content::Hole, length),
            Some(stored) if stored.start > offset => (Content::Hole, stored.start.min(length)),
            Some(stored) => (Content::Data, stored.end.min(length)),
        };
        Ok(Extent { start: offset, length: end.saturating_sub(offset).clamp(1, limit.max(1)), content })
    }

    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        self.input.read(offset, buffer)
    }

    fn most_data(&self) -> u64 {
        self.input.length()
    }

    fn too_much_data(&self) -> Error {
        self.input.unsupported("it changes while it is read")
    }
}
