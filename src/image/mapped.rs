//! What all images are to a disk, and what those have in common in which tables lead from blocks of the disk to
//! places in the file.

use super::{Content, Error, Extent, MAX_JOINED_BYTES};

/// An image: stretches of a disk, as far as it has them.
pub(super) trait Image {
    fn virtual_bytes(&self) -> u64;

    /// What is at `offset`, which lies within the disk, for at most `limit` bytes.
    fn extent(&mut self, offset: u64, limit: u64) -> Result<Extent, Error>;

    /// Fills `buffer` from `offset` on; what is not here is zero.
    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error>;

    /// More data than this cannot be in a file of its length, unless tables lead to one place twice.
    fn most_data(&self) -> u64;

    /// Its tables lead to more than that.
    fn too_much_data(&self) -> Error;
}

/// An image with tables.
pub(super) trait Mapped {
    /// Where a block is.
    type Place: Copy;

    fn disk_bytes(&self) -> u64;

    /// Where the byte at `offset` is, and for how many bytes from it on that place is the one.
    fn place_at(&mut self, offset: u64) -> Result<(Self::Place, u64), Error>;

    fn content(place: Self::Place) -> Content;

    /// Fills `part`, which lies within one place, with the disk's bytes from `at` on.
    fn read_place(&mut self, place: Self::Place, at: u64, part: &mut [u8]) -> Result<(), Error>;

    fn most_data(&self) -> u64;

    fn damaged(&self, what: String) -> Error;
}

impl<M: Mapped> Image for M {
    fn virtual_bytes(&self) -> u64 {
        self.disk_bytes()
    }

    fn extent(&mut self, offset: u64, limit: u64) -> Result<Extent, Error> {
        let limit = limit.min(self.disk_bytes().saturating_sub(offset));
        let (first, mut length) = self.place_at(offset)?;
        let content = M::content(first);
        while length < limit.min(MAX_JOINED_BYTES) {
            let (next, more) = self.place_at(offset + length)?;
            if M::content(next) != content {
                break;
            }
            length += more;
        }
        Ok(Extent { start: offset, length: length.min(limit).max(1), content })
    }

    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let (place, length) = self.place_at(at)?;
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
            let (part, next) = rest.split_at_mut(length);
            match M::content(place) {
                Content::Data => self.read_place(place, at, part)?,
                Content::Zero | Content::Hole => part.fill(0),
            }
            at += length as u64;
            rest = next;
        }
        Ok(())
    }

    fn most_data(&self) -> u64 {
        Mapped::most_data(self)
    }

    fn too_much_data(&self) -> Error {
        let most = Mapped::most_data(self);
        self.damaged(format!("its tables lead to one place twice: the file has room for {most} bytes of data at most"))
    }
}
