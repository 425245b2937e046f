//! The files of a box, and how they get into it.

use std::collections::BTreeMap;
use std::io::Write;

use crate::image::DiskFile;
use crate::io::meter::Meter;
use crate::io::tar::{Entry, TarWriter};
use crate::io::{gzip, zstd};
use crate::post::archive::{Content, Item};

/// By name; a later file takes the place of an earlier one, as it would in a folder.
pub(super) type Contents = BTreeMap<String, BoxFile>;

#[derive(Debug)]
pub(super) enum BoxFile {
    Stored(Content),
    /// Made while it is written.
    Disk(Box<DiskFile>),
}

impl From<Content> for BoxFile {
    fn from(content: Content) -> Self {
        Self::Stored(content)
    }
}

impl BoxFile {
    /// How far the meter goes while it is written.
    fn metered_bytes(&self) -> std::io::Result<u64> {
        match self {
            Self::Stored(content) => content.size(),
            Self::Disk(disk) => Ok(disk.metered_bytes()),
        }
    }

    fn append<W: Write>(self, name: String, tar: &mut TarWriter<W>, meter: &mut Meter) -> std::io::Result<()> {
        match self {
            Self::Stored(content) => Item { name, content, keep_owner: false }.append(tar, meter),
            Self::Disk(disk) => {
                let entry = Entry::plain(&name, disk.bytes());
                tar.append_made(&entry, |sink| Ok(disk.write(sink, meter).map(|_| ())?))
            }
        }
    }
}

pub(super) fn metered_bytes(contents: &Contents) -> std::io::Result<u64> {
    contents.values().map(BoxFile::metered_bytes).sum()
}

/// How a box is packed. The number of threads does not change the bytes; `None`: one for each core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    pub method: Method,
    pub threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Plain,
    Gzip(gzip::Level),
    /// Readers of it are not everywhere where Vagrant is.
    Zstd(zstd::Level),
}

impl Packing {
    pub(super) fn write<W: Write>(self, contents: Contents, sink: W, meter: &mut Meter) -> std::io::Result<W> {
        match self.method {
            Method::Plain => write_tar(contents, sink, meter),
            Method::Gzip(level) => write_tar(contents, gzip::writer_with(sink, level, self.threads), meter)?.finish(),
            Method::Zstd(level) => write_tar(contents, zstd::writer(sink, level, self.threads), meter)?.finish(),
        }
    }
}

/// Writes all files, sorted by name, as one tar.
fn write_tar<W: Write>(contents: Contents, sink: W, meter: &mut Meter) -> std::io::Result<W> {
    let mut tar = TarWriter::new(sink);
    for (name, file) in contents {
        file.append(name, &mut tar, meter)?;
    }
    tar.finish()
}
