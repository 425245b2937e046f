//! A buffer that starts where a page does. Allocators put large buffers 16 bytes behind that, from and to where some (AMD's)
//! processors copy pages of files at half of their speed.

use std::ops::{Deref, DerefMut};

const PAGE_BYTES: usize = 4096;

#[derive(Debug)]
pub(super) struct Pages {
    bytes: Vec<u8>,
    start: usize,
    length: usize,
}

impl Pages {
    /// Zeros.
    pub(super) fn new(length: usize) -> Self {
        let bytes = vec![0; length + PAGE_BYTES];
        let start = bytes.as_ptr().align_offset(PAGE_BYTES).min(PAGE_BYTES);
        Self { bytes, start, length }
    }
}

impl Deref for Pages {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.start..][..self.length]
    }
}

impl DerefMut for Pages {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..][..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_with_a_page_and_has_its_length() {
        for length in [0, 1, 4096, 1 << 20] {
            let pages = Pages::new(length);
            assert_eq!((pages.as_ptr().align_offset(PAGE_BYTES), pages.len()), (0, length));
        }
    }
}
