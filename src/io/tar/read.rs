//! Reading tar: one member after the other, of a file or a stream. Whoever packed it, memory stays small: names and
//! extended headers have a limit, and nothing is unpacked here.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use fs_err as fs;
use tar::{EntryType, Header};

use super::{BLOCK, sparse};

/// Extended headers hold a name and a few numbers.
const MAX_EXTENDED_BYTES: u64 = 64 * 1024;

/// More members are in no archive of disks.
const MAX_MEMBERS: usize = 10_000;

/// A source in which one can go forward.
pub trait Skip: Read {
    fn skip(&mut self, bytes: u64) -> std::io::Result<()>;
}

impl Skip for fs::File {
    fn skip(&mut self, bytes: u64) -> std::io::Result<()> {
        let bytes = i64::try_from(bytes).map_err(std::io::Error::other)?;
        self.seek(SeekFrom::Current(bytes)).map(|_| ())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    /// A link or a device.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whatever the archive says.
    pub name: String,
    pub kind: Kind,
    /// Where its bytes begin in the archive.
    pub offset: u64,
    /// Its bytes in the archive.
    pub stored: u64,
    /// What of a sparse file is stored; all else up to its end is zero.
    pub sparse: Option<Sparse>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparse {
    pub stored: Vec<Range<u64>>,
    pub bytes: u64,
}

#[derive(Debug)]
pub struct TarReader<R> {
    input: R,
    /// Of the input.
    at: u64,
    /// Where the member's bytes end, and behind their padding comes the next header.
    end: u64,
    members: usize,
}

/// What extended headers say of the member behind them.
#[derive(Debug, Default)]
struct Extended {
    name: Option<String>,
    size: Option<u64>,
}

impl<R: Skip> TarReader<R> {
    pub fn new(input: R) -> Self {
        Self { input, at: 0, end: 0, members: 0 }
    }

    /// The next member, wherever the content of the last one was left. None when the archive ends.
    pub fn next_member(&mut self) -> std::io::Result<Option<Member>> {
        let mut extended = Extended::default();
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            self.members += 1;
            if self.members > MAX_MEMBERS {
                return Err(std::io::Error::other(format!("more than {MAX_MEMBERS} files are in it")));
            }
            let size = header.entry_size()?;
            match header.entry_type() {
                EntryType::XHeader => extended.add(&self.small(size)?)?,
                EntryType::GNULongName => {
                    let name = self.small(size)?;
                    extended.name = Some(text(name.split(|&byte| byte == 0).next().unwrap_or_default()));
                }
                EntryType::GNULongLink | EntryType::XGlobalHeader => drop(self.small(size)?),
                _ => return self.member(&header, extended).map(Some),
            }
        }
    }

    /// What comes behind the members, if they were all read.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// What is left of the bytes of the member.
    pub fn content(&mut self) -> Content<'_, R> {
        Content(self)
    }

    fn member(&mut self, header: &Header, extended: Extended) -> std::io::Result<Member> {
        let stored = extended.size.map_or_else(|| header.entry_size(), Ok)?;
        let sparse = if header.entry_type().is_gnu_sparse() {
            let (ranges, bytes, map_bytes) = sparse::read_map(header, &mut self.input)?;
            self.at += map_bytes;
            check_sum(&ranges, stored)?;
            Some(Sparse { stored: ranges, bytes })
        } else {
            None
        };
        let kind = match header.entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
            EntryType::Directory => Kind::Folder,
            _ => Kind::Other,
        };
        self.set_end(stored)?;
        let name = extended.name.unwrap_or_else(|| text(&header.path_bytes()));
        Ok(Member { name, kind, offset: self.at, stored, sparse })
    }

    /// None at the end: two blocks of zeros, or nothing at all.
    fn header(&mut self) -> std::io::Result<Option<Header>> {
        self.skip_padding()?;
        let mut block = [0; BLOCK];
        let read = read_up_to(&mut self.input, &mut block)?;
        self.at += read as u64;
        if read == 0 || block == [0; BLOCK] {
            return Ok(None);
        }
        if read < BLOCK || !is_header(&block) {
            return Err(std::io::Error::other(format!(
                "there is no tar header at byte {}",
                self.end.next_multiple_of(BLOCK as u64)
            )));
        }
        Ok(Some(Header::from_byte_slice(&block).clone()))
    }

    /// The whole of an extended header.
    fn small(&mut self, size: u64) -> std::io::Result<Vec<u8>> {
        if size > MAX_EXTENDED_BYTES {
            return Err(std::io::Error::other(format!("an extended header in it has {size} bytes")));
        }
        self.set_end(size)?;
        let mut bytes = Vec::new();
        self.content().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn set_end(&mut self, size: u64) -> std::io::Result<()> {
        let end = self.at.checked_add(size).filter(|end| end.checked_next_multiple_of(BLOCK as u64).is_some());
        self.end = end.ok_or_else(|| std::io::Error::other("a size in it is too large"))?;
        Ok(())
    }

    fn skip_padding(&mut self) -> std::io::Result<()> {
        let next = self.end.next_multiple_of(BLOCK as u64);
        self.input.skip(next - self.at)?;
        self.at = next;
        Ok(())
    }
}

/// Ends with the member; that the archive ends before is an error.
#[derive(Debug)]
pub struct Content<'a, R>(&'a mut TarReader<R>);

impl<R: Skip> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let reader = &mut *self.0;
        let left = usize::try_from(reader.end - reader.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = reader.input.read(&mut buffer[..left])?;
        if read == 0 && left > 0 {
            return Err(cut_off());
        }
        reader.at += read as u64;
        Ok(read)
    }
}

impl Extended {
    /// Records of the form `LENGTH KEY=VALUE\n` (POSIX, pax, "Extended Header").
    fn add(&mut self, records: &[u8]) -> std::io::Result<()> {
        let mut rest = records;
        while let Some((key, value, next)) = record(rest) {
            match key {
                b"path" => self.name = Some(text(value)),
                b"size" => self.size = text(value).parse().ok(),
                _ if key.starts_with(b"GNU.sparse.") => {
                    let what = "a sparse file in it has the form of pax; pack it with `tar --format=gnu`";
                    return Err(std::io::Error::other(what));
                }
                _ => {}
            }
            rest = next;
        }
        Ok(())
    }
}

/// The first record, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().position(|&byte| byte == b' ')?;
    let length: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
    let record = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|&byte| byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &bytes[length..]))
}

fn check_sum(ranges: &[Range<u64>], stored: u64) -> std::io::Result<()> {
    let sum: u64 = ranges.iter().map(|range| range.end - range.start).sum();
    if sum != stored {
        return Err(std::io::Error::other(format!(
            "a sparse file in it stores {stored} bytes where its map says {sum}"
        )));
    }
    Ok(())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn cut_off() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the archive is cut off")
}

/// Fills `buffer` as far as there is something.
fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether that block is one: the sum of its bytes stands in it, counted with spaces in the sum's own place.
pub fn is_header(block: &[u8; BLOCK]) -> bool {
    let counted = |(at, &byte): (usize, &u8)| if (148..156).contains(&at) { u32::from(b' ') } else { byte.into() };
    let sum: u32 = block.iter().enumerate().map(counted).sum();
    Header::from_byte_slice(block).cksum().is_ok_and(|said| said == sum)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::super::{Entry, TarWriter, blank_header};
    use super::*;

    impl Skip for Cursor<Vec<u8>> {
        fn skip(&mut self, bytes: u64) -> std::io::Result<()> {
            self.set_position(self.position() + bytes);
            Ok(())
        }
    }

    fn read(bytes: Vec<u8>) -> std::io::Result<Vec<(String, Kind, Vec<u8>)>> {
        let mut reader = TarReader::new(Cursor::new(bytes));
        let mut members = Vec::new();
        while let Some(member) = reader.next_member()? {
            let mut content = Vec::new();
            reader.content().read_to_end(&mut content)?;
            members.push((member.name, member.kind, content));
        }
        Ok(members)
    }

    /// One member of any kind, and a file behind it.
    fn with(kind: EntryType, size: u64, content: &[u8]) -> Vec<u8> {
        let mut header = blank_header(kind, size);
        header.as_old_mut().name[..3].copy_from_slice(b"odd");
        header.as_gnu_mut().unwrap().set_real_size(9);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        let mut writer = TarWriter::new(bytes);
        writer.append(&Entry::plain("next", 3), &b"abc"[..]).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let long = "n".repeat(150);
        let mut writer = TarWriter::new(Vec::new());
        writer.append(&Entry::plain(&long, 700), &[7; 700][..]).unwrap();
        let stored = [512..1024, 4096..4099];
        writer.append_sparse("disk.raw", 1 << 40, &stored, |sink| sink.write_all(&[1; 515])).unwrap();
        writer.append(&Entry::plain("empty", 0), &b""[..]).unwrap();
        let bytes = writer.finish().unwrap();
        let mut reader = TarReader::new(Cursor::new(bytes.clone()));
        assert_eq!(reader.next_member().unwrap().map(|member| (member.name, member.stored)), Some((long, 700)));
        let sparse = reader.next_member().unwrap().unwrap();
        assert_eq!(sparse.sparse, Some(Sparse { stored: stored.to_vec(), bytes: 1 << 40 }));
        let mut content = Vec::new();
        reader.content().read_to_end(&mut content).unwrap();
        assert_eq!((content, reader.next_member().unwrap().unwrap().name.as_str()), (vec![1; 515], "empty"));
        assert_eq!(reader.next_member().unwrap(), None);
        for length in [100, 600, 1500] {
            assert!(read(bytes[..length].to_vec()).is_err(), "{length}");
        }
    }

    #[test]
    fn extended_headers_are_understood() {
        let next = [("next".to_owned(), Kind::File, b"abc".to_vec())];
        assert_eq!(
            read(with(EntryType::XHeader, 13, b"13 path=long\n")).unwrap(),
            [("long".into(), Kind::File, b"abc".to_vec())]
        );
        assert_eq!(read(with(EntryType::XGlobalHeader, 13, b"13 path=long\n")).unwrap(), next);
        for damaged in [&b"13"[..], b"99 path=long\n", b"x path=long\n", b"13 path+long\n", b" =", b"0 a=b\n"] {
            assert_eq!(read(with(EntryType::XHeader, damaged.len() as u64, damaged)).unwrap(), next);
        }
        let kinds =
            [(EntryType::Directory, Kind::Folder), (EntryType::Symlink, Kind::Other), (EntryType::Link, Kind::Other)];
        for (kind, expected) in kinds {
            assert_eq!(read(with(kind, 0, b"")).unwrap(), [("odd".into(), expected, Vec::new()), next[0].clone()]);
        }
    }

    #[test]
    fn what_is_too_large_or_makes_no_sense_is_refused() {
        let error = |bytes| read(bytes).unwrap_err().to_string();
        assert!(
            error(with(EntryType::XHeader, 1 << 30, b"")).contains("an extended header in it has 1073741824 bytes")
        );
        assert!(error(with(EntryType::GNULongName, u64::MAX / 2, b"")).contains("an extended header"));
        assert!(error(with(EntryType::Regular, u64::MAX - 5, b"")).contains("too large"));
        assert!(error(with(EntryType::Regular, 1 << 40, b"")).contains("cut off"));
        assert!(error(with(EntryType::GNUSparse, 9, b"")).contains("stores 9 bytes where its map says 0"));
        assert!(error(with(EntryType::XHeader, 22, b"22 GNU.sparse.major=1\n")).contains("--format=gnu"));
        assert!(error(vec![7; 2048]).contains("there is no tar header at byte 0"));
        let many = |_| {
            let mut header = blank_header(EntryType::Regular, 0);
            header.set_cksum();
            header.as_bytes().to_vec()
        };
        assert!(error((0..=MAX_MEMBERS).flat_map(many).collect()).contains("more than 10000 files"));
    }
}
