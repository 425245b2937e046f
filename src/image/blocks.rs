//! A disk in blocks of one size, without those that hold nothing.

use super::pages::Pages;
use super::{Content, Disk, Error, Extent, Source};
use crate::io::blocking::Cancelled;
use crate::io::meter::Meter;

/// Bytes of data that each layer's tables have led to so far.
#[derive(Debug, Default)]
pub(super) struct Data(Vec<u64>);

impl<R: Source> Disk<R> {
    /// Bytes in stretches of data; what `data_blocks` will read, but for the edges of its blocks. An image that
    /// leads to the same bytes again and again, to make a small file a large disk, is an error.
    pub fn data_bytes(&mut self, cancelled: &Cancelled) -> Result<u64, Error> {
        let (mut at, mut data) = (0, Data::default());
        while at < self.virtual_bytes() {
            cancelled.check().map_err(Error::Write)?;
            at = self.counted_extent(at, &mut data)?.end();
        }
        Ok(data.0.iter().sum())
    }

    /// What is at `at`; an error when a layer has led to more data than it can have.
    pub(super) fn counted_extent(&mut self, at: u64, data: &mut Data) -> Result<Extent, Error> {
        let (layer, extent) = self.resolve(at, self.virtual_bytes().saturating_sub(at))?;
        if extent.content == Content::Data {
            data.0.resize(self.layers(), 0);
            data.0[layer] += extent.length;
            self.check_data(layer, data.0[layer])?;
        }
        Ok(extent)
    }

    /// Gives every block that is not all zero to `take`, with its offset, in order. The last one is filled up
    /// with zeros.
    pub(super) fn data_blocks(
        &mut self,
        block_bytes: u32,
        meter: &mut Meter,
        mut take: impl FnMut(u64, &[u8]) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let mut block = Pages::new(block_bytes as usize);
        let (mut at, mut data) = (0, Data::default());
        while at < self.virtual_bytes() {
            let extent = self.counted_extent(at, &mut data)?;
            // Only to see whether somebody still waits for it.
            meter.advance(0).map_err(Error::Write)?;
            if extent.content != Content::Data {
                at = extent.end();
            }
            while at < extent.end() {
                let start = at - at % u64::from(block_bytes);
                self.read(start, &mut block)?;
                if !is_zero(&block) {
                    take(start, &block).map_err(Error::Write)?;
                }
                let end = start + u64::from(block_bytes);
                meter.advance(end.min(extent.end()) - at).map_err(Error::Write)?;
                at = end;
            }
        }
        Ok(())
    }
}

/// Portions are folded without a look in between, which compilers turn into wide instructions.
pub(super) fn is_zero(block: &[u8]) -> bool {
    block.chunks(1024).all(|portion| portion.iter().fold(0, |all, byte| all | byte) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_anywhere_is_something() {
        assert!(is_zero(&[]) && is_zero(&[0; 3000]));
        for at in [0, 1023, 1024, 2999] {
            let mut block = [0; 3000];
            block[at] = 0x80;
            assert!(!is_zero(&block), "{at}");
        }
    }
}
