//! A table of numbers in a file, of which one page is in memory.

use super::{Error, Input, Source};

const PAGE_BYTES: u64 = 64 * 1024;

/// `count` entries of `N` bytes at `offset`, which the maker has found to lie within the file.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    offset: u64,
    count: u64,
    /// Index of the page's first entry.
    first: u64,
    page: Vec<u8>,
}

impl<const N: usize> Table<N> {
    const PAGE_ENTRIES: u64 = PAGE_BYTES / N as u64;

    pub(super) fn new(offset: u64, count: u64) -> Self {
        Self { offset, count, first: 0, page: Vec::new() }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The entry at `index`, which must be less than `count`.
    pub(super) fn entry<R: Source>(&mut self, input: &mut Input<R>, index: u64) -> Result<[u8; N], Error> {
        debug_assert!(index < self.count, "the caller knows how many there are");
        if let Some(entry) = self.in_page(index) {
            return Ok(entry);
        }
        let first = index - index % Self::PAGE_ENTRIES;
        let entries = self.count.saturating_sub(first).min(Self::PAGE_ENTRIES);
        let bytes = usize::try_from(entries).expect("a page is small") * N;
        self.page.resize(bytes, 0);
        self.first = first;
        if let Err(error) = input.read(self.offset + first * N as u64, &mut self.page) {
            self.page.clear();
            return Err(error);
        }
        Ok(self.in_page(index).expect("the page with this entry was just read"))
    }

    fn in_page(&self, index: u64) -> Option<[u8; N]> {
        let at = usize::try_from(index.checked_sub(self.first)?).ok()?.checked_mul(N)?;
        self.page.get(at..)?.first_chunk().copied()
    }
}
