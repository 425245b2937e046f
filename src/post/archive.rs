//! What goes into an archive, and how it gets there: straight from the files, with progress.

use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Error;
use crate::event::{Event, Work};
use crate::image::{self, Window};
use crate::io::Context;
use crate::io::blocking;
use crate::io::hash::{HashWriter, Written};
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
use crate::io::tar::{Entry, TarWriter};

/// Where a file's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    File(PathBuf),
    /// `size` bytes of a file, from `offset` on.
    Part {
        path: PathBuf,
        offset: u64,
        size: u64,
    },
}

impl Content {
    pub(super) fn size(&self) -> std::io::Result<u64> {
        match self {
            Self::Text(text) => Ok(text.len() as u64),
            Self::File(path) => Ok(fs::metadata(path)?.len()),
            Self::Part { size, .. } => Ok(*size),
        }
    }

    /// For reading at any place, if it is in a file.
    pub(super) fn window(&self) -> std::io::Result<Option<Window>> {
        let (path, offset) = match self {
            Self::Text(_) => return Ok(None),
            Self::File(path) => (path, 0),
            Self::Part { path, offset, .. } => (path, *offset),
        };
        Ok(Some(Window::new(fs::File::open(path)?, offset, self.size()?)))
    }

    pub(super) fn open(&self) -> std::io::Result<Box<dyn Read + '_>> {
        match self {
            Self::Text(text) => Ok(Box::new(text.as_bytes())),
            Self::File(path) => Ok(Box::new(fs::File::open(path)?)),
            Self::Part { path, offset, size } => {
                let mut file = fs::File::open(path)?;
                file.seek(SeekFrom::Start(*offset))?;
                Ok(Box::new(file.take(*size)))
            }
        }
    }
}

/// A file of an archive. Its size is what the source has when it is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) content: Content,
    /// Keep the source's mode and owner; else everybody may read it and it belongs to nobody.
    pub(super) keep_owner: bool,
}

impl Item {
    pub(super) fn size(&self) -> std::io::Result<u64> {
        self.content.size()
    }

    pub(super) fn append<W: Write>(&self, tar: &mut TarWriter<W>, meter: &mut Meter) -> std::io::Result<()> {
        match &self.content {
            content @ (Content::Text(_) | Content::Part { .. }) => {
                tar.append(&Entry::plain(&self.name, self.size()?), meter.reader(content.open()?))
            }
            Content::File(path) => {
                let file = fs::File::open(path)?;
                let metadata = file.metadata()?;
                let mut entry = Entry::plain(&self.name, metadata.len());
                if self.keep_owner {
                    entry.mode = metadata.mode() & 0o7777;
                    (entry.user, entry.group) = (metadata.uid().into(), metadata.gid().into());
                }
                tar.append(&entry, meter.reader(file))
            }
        }
    }
}

/// Writes all items, in their order, as one tar.
pub(super) fn write_tar<W: Write>(items: &[Item], sink: W, meter: &mut Meter) -> std::io::Result<W> {
    let mut tar = TarWriter::new(sink);
    for item in items {
        item.append(&mut tar, meter)?;
    }
    tar.finish()
}

/// The bytes that are read for some items.
pub(super) fn total_size(items: &[Item]) -> Result<u64, Error> {
    items.iter().map(Item::size).sum::<std::io::Result<u64>>().map_err(Error::io("read the artifact's files"))
}

/// Makes the file `target` with what `write` puts into it, from first byte to last, and hashes it on the way. `total` is the
/// number of bytes that `write` will read.
pub(super) async fn write_file<F>(target: &Path, total: u64, context: &Context, write: F) -> Result<Written, Error>
where
    F: FnOnce(HashWriter<fs::File>, &mut Meter) -> std::io::Result<HashWriter<fs::File>> + Send + 'static,
{
    let hash = move |file, meter: &mut Meter| {
        write(HashWriter::new(file), meter).and_then(HashWriter::finish).map_err(image::Error::of_writer)
    };
    let written = write_image(target, total, context, hash).await?;
    context.events.debug(format!("sha256 of `{}`: {}", target.display(), written.sha256));
    Ok(written)
}

/// The same by what writes to any place of the file: on a thread, under another name until it is complete.
pub(super) async fn write_image<T, F>(target: &Path, total: u64, context: &Context, write: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce(fs::File, &mut Meter) -> Result<T, image::Error> + Send + 'static,
{
    let (partial, file) = PartialFile::create(target, &context.cleanup).map_err(Error::write(target))?;
    let failed = Error::image(target);
    let written = metered(target, total, context, move |meter| write(file, meter).map_err(failed)).await?;
    let bytes = fs::metadata(partial.path()).map_err(Error::write(target))?.len();
    partial.commit().await.map_err(Error::write(target))?;
    context.events.send(Event::FileWritten { path: target.to_owned(), bytes });
    Ok(written)
}

/// Runs `write`, which makes `target` of `total` bytes, on a thread, and tells how far it is.
pub(super) async fn metered<T, F>(target: &Path, total: u64, context: &Context, write: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce(&mut Meter) -> Result<T, Error> + Send + 'static,
{
    let (events, work) = (context.events.clone(), Work::Write { path: target.to_owned() });
    let made = blocking::run(move |cancelled| {
        let mut meter = Meter::new(work, total, events, cancelled.clone());
        let made = write(&mut meter)?;
        meter.finish();
        Ok(made)
    });
    made.await
}

/// The first bytes of a file, fewer when it is shorter.
pub(super) fn first_bytes(path: &Path, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::testing::context;

    #[tokio::test]
    async fn a_dropped_write_stops_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (context, _events) = context();
        let (started, starts) = tokio::sync::oneshot::channel();
        let (stopped, stops) = tokio::sync::oneshot::channel();
        let target = folder.path().join("vm.box");
        let endless = write_file(&target, 0, &context, move |sink, meter| {
            started.send(()).unwrap();
            let copied = std::io::copy(&mut meter.reader(std::io::repeat(7)), &mut std::io::sink());
            stopped.send(copied.is_err()).unwrap();
            Ok(sink)
        });
        tokio::select! {
            written = endless => panic!("it cannot end: {written:?}"),
            started = starts => started.unwrap(),
        }
        assert!(stops.await.unwrap(), "the thread was told to stop");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(format!("{:?}", context.cleanup), "[]");
    }
}
