//! tar: a writer with nothing in it that differs between two runs (GNU headers, no links, no times), and a reader of
//! what strangers packed.

mod read;
mod sparse;

pub use read::{Kind, Member, Skip, Sparse, TarReader, cut_off, is_header};

use std::io::{Read, Seek, SeekFrom, Write};

use tar::{EntryType, Header};

pub const BLOCK: usize = 512;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// The name under which GNU tar stores a name that does not fit into a header.
const LONG_NAME: &[u8] = b"././@LongLink";

/// One regular file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Relative, with `/`.
    pub name: &'a str,
    pub size: u64,
    pub mode: u32,
    pub user: u64,
    pub group: u64,
}

impl<'a> Entry<'a> {
    /// What stands before the content, when the name fits into it.
    pub const HEADER_BYTES: u64 = BLOCK as u64;

    /// A file that everybody may read and that belongs to nobody in particular.
    pub fn plain(name: &'a str, size: u64) -> Self {
        Self { name, size, mode: 0o644, user: 0, group: 0 }
    }

    /// Sizes that need more than eleven octal digits (8 GiB) are written in base 256.
    fn header(&self) -> Header {
        let mut header = named_header(EntryType::Regular, self.name, self.size, self.mode);
        header.set_uid(self.user);
        header.set_gid(self.group);
        header.set_cksum();
        header
    }
}

fn named_header(kind: EntryType, name: &str, size: u64, mode: u32) -> Header {
    let mut header = blank_header(kind, size);
    set_name(&mut header, name.as_bytes());
    header.set_mode(mode);
    header.set_cksum();
    header
}

fn blank_header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// Cut to what fits; a longer name stands in full before the header.
fn set_name(header: &mut Header, name: &[u8]) {
    let field = &mut header.as_old_mut().name;
    let length = name.len().min(field.len());
    field[..length].copy_from_slice(&name[..length]);
}

#[derive(Debug)]
pub struct TarWriter<W> {
    sink: W,
}

impl<W: Write> TarWriter<W> {
    pub fn new(sink: W) -> Self {
        Self { sink }
    }

    /// Writes a file. `content` must have `entry.size` bytes: it is an error when it ends before.
    pub fn append(&mut self, entry: &Entry<'_>, content: impl Read) -> std::io::Result<()> {
        self.start(entry.name, &entry.header())?;
        self.copy(content, entry.size)?;
        self.pad(entry.size)
    }

    /// Writes a file that `write` makes, which must be of `entry.size` bytes.
    pub fn append_made(
        &mut self,
        entry: &Entry<'_>,
        write: impl FnOnce(&mut Counted<'_, W>) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        self.start(entry.name, &entry.header())?;
        let mut counted = Counted { sink: &mut self.sink, bytes: 0 };
        write(&mut counted)?;
        counted.expect(entry.size)?;
        self.pad(entry.size)
    }

    /// Writes a file of which `write` puts all `entry.size` bytes into the sink itself.
    pub fn append_by(
        &mut self,
        entry: &Entry<'_>,
        write: impl FnOnce(&mut W) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        self.start(entry.name, &entry.header())?;
        write(&mut self.sink)?;
        self.pad(entry.size)
    }

    /// Writes a folder. What is in it comes later, under names that begin with its.
    pub fn append_folder(&mut self, name: &str, mode: u32) -> std::io::Result<()> {
        let name = format!("{name}/");
        self.start(&name, &named_header(EntryType::Directory, &name, 0, mode))
    }

    fn start(&mut self, name: &str, header: &Header) -> std::io::Result<()> {
        if name.len() > header.as_old().name.len() {
            self.write_long_name(name.as_bytes())?;
        }
        self.sink.write_all(header.as_bytes())
    }

    /// Writes the end mark and gives the sink back.
    pub fn finish(mut self) -> std::io::Result<W> {
        self.sink.write_all(&[0; 2 * BLOCK])?;
        Ok(self.sink)
    }

    fn write_long_name(&mut self, name: &[u8]) -> std::io::Result<()> {
        let size = name.len() as u64 + 1;
        let mut header = blank_header(EntryType::GNULongName, size);
        set_name(&mut header, LONG_NAME);
        header.set_cksum();
        self.sink.write_all(header.as_bytes())?;
        self.sink.write_all(name)?;
        self.sink.write_all(&[0])?;
        self.pad(size)
    }

    fn copy(&mut self, mut content: impl Read, size: u64) -> std::io::Result<()> {
        let mut buffer = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK))];
        let mut left = size;
        while left > 0 {
            let wanted = buffer.len().min(usize::try_from(left).unwrap_or(CHUNK));
            let read = match content.read(&mut buffer[..wanted]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                let text = format!("the file is {left} bytes shorter than it was");
                return Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, text));
            }
            self.sink.write_all(&buffer[..read])?;
            left -= read as u64;
        }
        Ok(())
    }

    fn pad(&mut self, size: u64) -> std::io::Result<()> {
        let rest = usize::try_from(size % BLOCK as u64).expect("less than a block");
        self.sink.write_all(&[0; BLOCK][..(BLOCK - rest) % BLOCK])
    }
}

/// The content of a file, and how much of it there is yet.
#[derive(Debug)]
pub struct Counted<'a, W> {
    sink: &'a mut W,
    bytes: u64,
}

impl<W> Counted<'_, W> {
    fn expect(&self, bytes: u64) -> std::io::Result<()> {
        if self.bytes != bytes {
            let text = format!("the file has {} bytes where {bytes} were planned", self.bytes);
            return Err(std::io::Error::other(text));
        }
        Ok(())
    }
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

impl<W: Write + Seek> TarWriter<W> {
    /// Writes a file of which the size is known only when `write` is done; its header is filled in then. The name must
    /// fit into a header.
    pub fn append_written<T>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut W) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        if name.len() > blank_header(EntryType::Regular, 0).as_old().name.len() {
            return Err(std::io::Error::other(format!("`{name}` is too long a name for this archive")));
        }
        let start = self.position()?;
        self.sink.write_all(&[0; BLOCK])?;
        let written = write(&mut self.sink)?;
        let size = self.position()? - start - BLOCK as u64;
        self.pad(size)?;
        self.overwrite(start, Entry::plain(name, size).header().as_bytes())?;
        Ok(written)
    }

    /// Where the next header comes.
    pub fn position(&mut self) -> std::io::Result<u64> {
        self.sink.stream_position()
    }

    /// Replaces bytes that were written before.
    pub fn overwrite(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.sink.seek(SeekFrom::Start(offset))?;
        self.sink.write_all(bytes)?;
        self.sink.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(bytes: &[u8]) -> Vec<(String, u64, String)> {
        let mut archive = tar::Archive::new(bytes);
        let entries = archive.entries().unwrap();
        entries
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let header = entry.header().clone();
                assert_eq!((header.mtime().unwrap(), header.uid().unwrap()), (0, 0));
                assert!(header.as_gnu().is_some(), "a GNU header");
                (entry.path().unwrap().display().to_string(), entry.size(), text)
            })
            .collect()
    }

    #[test]
    fn short_and_long_names_come_back() {
        let long = "n".repeat(150);
        let mut writer = TarWriter::new(Vec::new());
        writer.append(&Entry::plain("empty", 0), &b""[..]).unwrap();
        writer.append(&Entry::plain(&long, 3), &b"abc"[..]).unwrap();
        writer.append(&Entry::plain("block", 512), "x".repeat(512).as_bytes()).unwrap();
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes.len() % BLOCK, 0);
        let expected =
            [("empty".to_owned(), 0, String::new()), (long, 3, "abc".into()), ("block".into(), 512, "x".repeat(512))];
        assert_eq!(listed(&bytes), expected);
    }

    #[test]
    fn folders_have_modes_and_names_of_any_length() {
        let long = "n".repeat(150);
        let mut writer = TarWriter::new(Vec::new());
        writer.append_folder("etc", 0o700).unwrap();
        writer.append_folder(&long, 0o755).unwrap();
        writer.append_by(&Entry::plain("etc/x", 1), |sink| sink.write_all(b"x")).unwrap();
        let bytes = writer.finish().unwrap();
        let mut archive = tar::Archive::new(&bytes[..]);
        let found = archive.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            (entry.path().unwrap().display().to_string(), header.entry_type(), header.mode().unwrap())
        });
        let (folder, file) = (EntryType::Directory, EntryType::Regular);
        let expected =
            [("etc/".to_owned(), folder, 0o700), (format!("{long}/"), folder, 0o755), ("etc/x".into(), file, 0o644)];
        assert!(found.eq(expected));
    }

    #[test]
    fn a_size_beyond_eleven_octal_digits_is_in_base_256() {
        let header = Entry::plain("box.img", 8 << 30).header();
        assert_eq!(header.as_old().size, [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        assert_eq!(header.entry_size().unwrap(), 8 << 30);
        let header = Entry::plain("box.img", (8 << 30) - 1).header();
        assert_eq!(&header.as_old().size, b"77777777777\0");
    }

    #[test]
    fn a_size_can_be_filled_in_later() {
        let mut writer = TarWriter::new(std::io::Cursor::new(Vec::new()));
        let end = writer.append_written("late", |sink| sink.write_all(&[b'x'; 700])).and_then(|()| writer.position());
        assert_eq!(end.unwrap(), 3 * 512);
        writer.append(&Entry::plain("next", 3), &b"abc"[..]).unwrap();
        writer.overwrite(512, b"y").unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        let late = format!("y{}", "x".repeat(699));
        assert_eq!(listed(&bytes), [("late".to_owned(), 700, late), ("next".into(), 3, "abc".into())]);
        let mut writer = TarWriter::new(std::io::Cursor::new(Vec::new()));
        assert!(writer.append_written(&"n".repeat(101), |_| Ok(())).unwrap_err().to_string().contains("too long"));
    }

    #[test]
    fn what_is_made_has_the_size_that_was_planned() {
        let mut writer = TarWriter::new(Vec::new());
        writer.append_made(&Entry::plain("made", 3), |sink| sink.write_all(b"abc")).unwrap();
        let error = writer.append_made(&Entry::plain("long", 2), |sink| sink.write_all(b"abc")).unwrap_err();
        assert_eq!(error.to_string(), "the file has 3 bytes where 2 were planned");
        let mut writer = TarWriter::new(Vec::new());
        writer.append_made(&Entry::plain("made", 3), |sink| sink.write_all(b"abc")).unwrap();
        assert_eq!(listed(&writer.finish().unwrap()), [("made".to_owned(), 3, "abc".into())]);
    }

    #[test]
    fn a_file_that_shrank_is_an_error() {
        let mut writer = TarWriter::new(Vec::new());
        let error = writer.append(&Entry::plain("short", 5), &b"ab"[..]).unwrap_err();
        assert_eq!(error.to_string(), "the file is 3 bytes shorter than it was");
    }
}
