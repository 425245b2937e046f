//! Sparse files in GNU's old form ("Extensions to the tar format: sparse files" of GNU tar's manual): a map of what is
//! stored stands behind the header, then only that follows.

use std::io::{Read, Write};
use std::ops::Range;

use tar::{EntryType, GnuExtSparseHeader, GnuSparseHeader, Header};

use super::{BLOCK, Counted, TarWriter, blank_header, set_name};

/// A map of more entries is not read: 32 MiB of memory.
const MAX_ENTRIES: usize = 1 << 21;

impl<W: Write> TarWriter<W> {
    /// Writes a file of `size` bytes of which only `stored` is kept, in order. `write` makes those bytes.
    pub fn append_sparse(
        &mut self,
        name: &str,
        size: u64,
        stored: &[Range<u64>],
        write: impl FnOnce(&mut Counted<'_, W>) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        let bytes = stored.iter().map(|range| range.end - range.start).sum();
        self.write_map(name, size, bytes, stored)?;
        let mut counted = Counted { sink: &mut self.sink, bytes: 0 };
        write(&mut counted)?;
        counted.expect(bytes)?;
        self.pad(bytes)
    }

    /// An empty entry at the end tells where the file ends.
    fn write_map(&mut self, name: &str, size: u64, bytes: u64, stored: &[Range<u64>]) -> std::io::Result<()> {
        let mut header = blank_header(EntryType::GNUSparse, bytes);
        set_name(&mut header, name.as_bytes());
        let mut entries = stored.iter().cloned().chain(std::iter::once(size..size)).peekable();
        let gnu = header.as_gnu_mut().expect("it was made as one");
        gnu.set_real_size(size);
        fill(&mut gnu.sparse, &mut entries);
        gnu.set_is_extended(entries.peek().is_some());
        header.set_cksum();
        self.sink.write_all(header.as_bytes())?;
        while entries.peek().is_some() {
            let mut extension = GnuExtSparseHeader::new();
            fill(&mut extension.sparse, &mut entries);
            extension.set_is_extended(entries.peek().is_some());
            self.sink.write_all(extension.as_bytes())?;
        }
        Ok(())
    }
}

fn fill(places: &mut [GnuSparseHeader], entries: &mut impl Iterator<Item = Range<u64>>) {
    for (place, entry) in places.iter_mut().zip(entries) {
        place.set_offset(entry.start);
        place.set_length(entry.end - entry.start);
    }
}

/// The map of a file, and its size; `header` was just read, and the rest of the map is in `input`.
pub(super) fn read_map<R: Read>(header: &Header, input: &mut R) -> std::io::Result<(Vec<Range<u64>>, u64, u64)> {
    let gnu = header.as_gnu().ok_or_else(|| bad("it is not in GNU's form"))?;
    let (mut ranges, size) = (Vec::new(), gnu.real_size()?);
    collect(&gnu.sparse, &mut ranges)?;
    let (mut more, mut map_bytes) = (gnu.is_extended(), 0);
    while more {
        let mut extension = GnuExtSparseHeader::new();
        input.read_exact(extension.as_mut_bytes())?;
        collect(&extension.sparse, &mut ranges)?;
        more = extension.is_extended();
        map_bytes += BLOCK as u64;
    }
    match ranges.last() {
        Some(last) if last.end > size => Err(bad("it goes on behind the end of the file")),
        _ => Ok((ranges, size, map_bytes)),
    }
}

fn collect(entries: &[GnuSparseHeader], ranges: &mut Vec<Range<u64>>) -> std::io::Result<()> {
    for entry in entries.iter().filter(|entry| !entry.is_empty()) {
        let (start, length) = (entry.offset()?, entry.length()?);
        let end = start.checked_add(length).ok_or_else(|| bad("a number in it is too large"))?;
        if ranges.last().is_some_and(|last| last.end > start) {
            return Err(bad("its entries are not in order"));
        }
        if ranges.len() == MAX_ENTRIES {
            return Err(bad("it has too many entries"));
        }
        // The last entry is often an empty one.
        if length > 0 {
            ranges.push(start..end);
        }
    }
    Ok(())
}

fn bad(what: &str) -> std::io::Error {
    std::io::Error::other(format!("the map of a sparse file is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_comes_back_where_it_was() {
        for count in [0u64, 1, 3, 4, 25, 26, 100] {
            let stored: Vec<Range<u64>> = (0..count).map(|index| index * 2048 + 512..index * 2048 + 1024).collect();
            let size = (9 << 30) + 7;
            let mut writer = TarWriter::new(Vec::new());
            let content = |sink: &mut Counted<'_, Vec<u8>>| {
                (0..count).try_for_each(|index| sink.write_all(&[u8::try_from(index).unwrap() + 1; 512]))
            };
            writer.append_sparse("disk.raw", size, &stored, content).unwrap();
            let bytes = writer.finish().unwrap();
            let mut archive = tar::Archive::new(bytes.as_slice());
            let mut entry = archive.entries().unwrap().next().unwrap().unwrap();
            assert_eq!(entry.size(), size);
            let mut start = vec![0xee; usize::try_from(count * 2048 + 1).unwrap()];
            entry.read_exact(&mut start).unwrap();
            for (at, byte) in start.iter().enumerate() {
                let within = (512..1024).contains(&(at % 2048)) && at < usize::try_from(count * 2048).unwrap();
                let expected = if within { u8::try_from(at / 2048).unwrap() + 1 } else { 0 };
                assert_eq!(*byte, expected, "{count} {at}");
            }
        }
    }
}
