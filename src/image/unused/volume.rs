//! Where on the disk the bytes of a partition lie, or those of a volume that was made of parts of one.

use super::partitions::Partition;
use crate::image::{Disk, Error, Source};

/// A stretch of a volume, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it begins within the volume.
    pub(super) inside: u64,
    /// Where it lies on the disk.
    pub(super) place: Partition,
}

impl Piece {
    fn inside_end(&self) -> u64 {
        self.inside + self.place.length
    }
}

/// One stretch after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Volume {
    pieces: Vec<Piece>,
}

impl From<Partition> for Volume {
    fn from(place: Partition) -> Self {
        Self::of([place])
    }
}

impl Volume {
    /// Of places that lie on the disk and apart from one another.
    pub(super) fn of(places: impl IntoIterator<Item = Partition>) -> Self {
        let mut end = 0;
        let piece = |place: Partition| {
            let inside = end;
            end += place.length;
            Piece { inside, place }
        };
        Self { pieces: places.into_iter().map(piece).collect() }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    pub(super) fn length(&self) -> u64 {
        self.pieces.last().map_or(0, Piece::inside_end)
    }

    /// Fills `buffer` from `offset` on; behind the volume's end are zeros.
    pub(super) fn read<R: Source>(&self, disk: &mut Disk<R>, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let (mut at, mut rest) = (offset, buffer);
        let first = self.pieces.partition_point(|piece| piece.inside_end() <= offset);
        for piece in &self.pieces[first..] {
            let length = usize::try_from(piece.inside_end() - at).unwrap_or(usize::MAX).min(rest.len());
            let (part, next) = rest.split_at_mut(length);
            disk.read(piece.place.start + (at - piece.inside), part)?;
            at += length as u64;
            rest = next;
            if rest.is_empty() {
                break;
            }
        }
        rest.fill(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use super::*;
    use crate::image::{Format, Input};

    #[test]
    fn pieces_follow_one_another() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut disk = Disk::of(Input::new(Cursor::new(bytes), Path::new("disk")).unwrap(), Format::Raw).unwrap();
        let place = |start, length| Partition { start, length };
        let volume = Volume::of([place(50, 3), place(10, 4), place(90, 2)]);
        assert_eq!(volume.length(), 9);
        let mut read = |offset, length| {
            let mut buffer = vec![0xee; length];
            volume.read(&mut disk, offset, &mut buffer).unwrap();
            buffer
        };
        assert_eq!(read(0, 11), [50, 51, 52, 10, 11, 12, 13, 90, 91, 0, 0]);
        assert_eq!(
            (read(2, 2), read(6, 1), read(9, 2), read(u64::MAX, 1)),
            (vec![52, 10], vec![13], vec![0; 2], vec![0])
        );
    }
}
