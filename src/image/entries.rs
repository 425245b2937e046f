//! A table of 32-bit entries that is written while its disk passes, from first to last, a page at a time.

use super::Output;

/// Entries that are held until they are written together.
const PAGE_ENTRIES: u64 = 16 * 1024;

/// Entries that nobody sets have the value that `blank` has.
#[derive(Debug)]
pub(super) struct Entries {
    offset: u64,
    count: u64,
    blank: [u8; 4],
    /// Index of the page's first entry.
    first: u64,
    page: Vec<[u8; 4]>,
}

impl Entries {
    /// `count` entries at `offset`, where the output was skipped.
    pub(super) fn new(offset: u64, count: u64, blank: [u8; 4]) -> Self {
        Self { offset, count, blank, first: 0, page: Vec::new() }
    }

    /// Sets an entry; they come in order.
    pub(super) fn set(&mut self, output: &mut Output, index: u64, entry: [u8; 4]) -> std::io::Result<()> {
        debug_assert!(index >= self.first && index < self.count, "entries come in order, and there are so many");
        while index >= self.first + PAGE_ENTRIES {
            self.put_page(output)?;
        }
        let place = usize::try_from(index - self.first).expect("less than a page");
        if self.page.len() <= place {
            self.page.resize(place, self.blank);
            self.page.push(entry);
        }
        Ok(())
    }

    /// Writes all that is left.
    pub(super) fn finish(mut self, output: &mut Output) -> std::io::Result<()> {
        while self.first < self.count {
            self.put_page(output)?;
        }
        Ok(())
    }

    /// A page of zeros needs not be written over what was skipped.
    fn put_page(&mut self, output: &mut Output) -> std::io::Result<()> {
        let entries = (self.count - self.first).min(PAGE_ENTRIES);
        if !self.page.is_empty() || self.blank != [0; 4] {
            self.page.resize(usize::try_from(entries).expect("a page"), self.blank);
            output.put(self.offset + self.first * 4, self.page.as_flattened())?;
        }
        self.page.clear();
        self.first += entries;
        Ok(())
    }
}
