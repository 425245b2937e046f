//! Unpacking the disk of an archive that cannot be read in place.

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use fs_err as fs;

use super::candidate::{Search, first_bytes, is_descriptor};
use super::named::{format_of, without_compression};
use super::{MAX_DESCRIPTOR_BYTES, Packing, START_BYTES};
use crate::image::blocks::is_zero;
use crate::image::{Error, FORMAT_BYTES, Format, Output};
use crate::io::meter::Meter;
use crate::io::tar::{Member, Skip, Sparse, TarReader};

/// How much of the archive is read at once.
const READ_BYTES: usize = 256 * 1024;

/// What is looked at for being a hole.
const BLOCK_BYTES: usize = 64 * 1024;

/// The largest window that `zstd` itself takes without being told to: 128 MiB.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Unpacks the disk at `path`, the only one or the one called `wanted`, to `file`, and tells its format. What is
/// compressed without being a tar is the disk.
pub fn unpack(
    path: &Path,
    packing: Packing,
    wanted: Option<&str>,
    file: fs::File,
    meter: &mut Meter,
) -> Result<Format, Error> {
    let unpacking = Unpacking { search: Search::new(path, wanted), path, file: Some(file), format: None };
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut stream = open(path, packing, meter).map_err(failed)?;
    let mut start = [0; START_BYTES];
    let filled = stream.fill(&mut start).map_err(failed)?;
    let is_tar = Packing::of(&start[..filled]) == Some(Packing::Tar);
    let whole = Stream(Box::new(Cursor::new(start).take(filled as u64).chain(stream.0)));
    if is_tar { unpacking.tar(whole) } else { unpacking.lone(whole, &start[..filled]) }
}

/// A stream in which going forward is reading.
struct Stream<'a>(Box<dyn Read + 'a>);

impl Stream<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len() as u64;
        let copied = std::io::copy(&mut self.0.by_ref().take(length), &mut &mut *buffer)?;
        Ok(usize::try_from(copied).expect("a buffer's length"))
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Skip for Stream<'_> {
    fn skip(&mut self, bytes: u64) -> std::io::Result<()> {
        std::io::copy(&mut self.0.by_ref().take(bytes), &mut std::io::sink()).map(|_| ())
    }
}

fn open<'m>(path: &Path, packing: Packing, meter: &'m mut Meter) -> std::io::Result<Stream<'m>> {
    let file = BufReader::with_capacity(READ_BYTES, meter.reader(fs::File::open(path)?));
    Ok(Stream(match packing {
        Packing::Tar => Box::new(file),
        Packing::Gzip => Box::new(MultiGzDecoder::new(file)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(file)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    }))
}

struct Unpacking<'a> {
    search: Search<'a>,
    path: &'a Path,
    /// Until the disk was found.
    file: Option<fs::File>,
    format: Option<Format>,
}

impl Unpacking<'_> {
    /// All of it is read, so that a second disk is seen, and damage too: the checksums of gzip and zstd stand at the
    /// end, behind the zeros that the members end with.
    fn tar(mut self, stream: Stream<'_>) -> Result<Format, Error> {
        let mut reader = TarReader::new(stream);
        while let Some(member) = reader.next_member().map_err(|error| self.search.read_error(error))? {
            let Some(name) = self.search.file(&member)? else { continue };
            self.member(&name, &member, reader.content())?;
        }
        let rest = std::io::copy(&mut reader.into_inner(), &mut std::io::sink());
        rest.map_err(|error| self.search.read_error(error))?;
        self.format.ok_or_else(|| self.search.nothing())
    }

    fn member(&mut self, name: &str, member: &Member, mut content: impl Read) -> Result<(), Error> {
        let limit = if is_descriptor(name) { MAX_DESCRIPTOR_BYTES } else { FORMAT_BYTES as u64 };
        let mut start = Vec::new();
        content.by_ref().take(limit).read_to_end(&mut start).map_err(|error| self.search.read_error(error))?;
        if is_descriptor(name) {
            return self.search.check_descriptor(name, member, &start);
        }
        if let Some(format) = self.search.add(name, first_bytes(member, &start))? {
            self.format = Some(format);
            let whole = Cursor::new(start).chain(content);
            self.write(|output, path| match &member.sparse {
                None => copy(whole, None, output, path),
                Some(sparse) => copy_sparse(whole, sparse, output, path),
            })?;
        }
        Ok(())
    }

    fn lone(mut self, stream: Stream<'_>, start: &[u8]) -> Result<Format, Error> {
        self.write(|output, path| copy(stream, None, output, path))?;
        Ok(format_of(&without_compression(self.path), start))
    }

    fn write(&mut self, fill: impl FnOnce(&mut Output, &Path) -> Result<(), Error>) -> Result<(), Error> {
        let mut output = Output::new(self.file.take().expect("the search gives one disk at most"));
        fill(&mut output, self.path)?;
        output.finish().map_err(Error::Write)
    }
}

/// What is zero stays a hole. With `length`, so many bytes must come.
fn copy(mut content: impl Read, length: Option<u64>, output: &mut Output, path: &Path) -> Result<(), Error> {
    let mut content: Box<dyn Read + '_> = match length {
        None => Box::new(&mut content),
        Some(length) => Box::new((&mut content).take(length)),
    };
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    loop {
        block.clear();
        let read = content.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block);
        read.map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let end = output.end() + block.len() as u64;
        let written = if is_zero(&block) { output.skip_to(end) } else { output.append(&block).map(|_| ()) };
        written.map_err(Error::Write)?;
        if block.is_empty() {
            return Ok(());
        }
    }
}

fn copy_sparse(mut content: impl Read, sparse: &Sparse, output: &mut Output, path: &Path) -> Result<(), Error> {
    for range in &sparse.stored {
        output.skip_to(range.start).map_err(Error::Write)?;
        copy(&mut content, Some(range.end - range.start), output, path)?;
    }
    output.skip_to(sparse.bytes).map_err(Error::Write)
}
