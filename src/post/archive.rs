//! What goes into an archive, and how it gets there: straight from the files, with progress.

use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Error;
use crate::event::{Event, Work};
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
        match &self.content {
            Content::Text(text) => Ok(text.len() as u64),
            Content::File(path) => Ok(fs::metadata(path)?.len()),
        }
    }

    fn append<W: Write>(&self, tar: &mut TarWriter<W>, meter: &mut Meter) -> std::io::Result<()> {
        match &self.content {
            Content::Text(text) => {
                tar.append(&Entry::plain(&self.name, text.len() as u64), meter.reader(text.as_bytes()))
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

/// Makes the file `target` with what `write` puts into it: on a thread, under another name until it is
/// complete, hashed on the way. `total` is the number of bytes that `write` will read.
pub(super) async fn write_file<F>(target: &Path, total: u64, context: &Context, write: F) -> Result<Written, Error>
where
    F: FnOnce(HashWriter<fs::File>, &mut Meter) -> std::io::Result<HashWriter<fs::File>> + Send + 'static,
{
    let (partial, file) = PartialFile::create(target, &context.cleanup).map_err(Error::write(target))?;
    let (events, work) = (context.events.clone(), Work::Write { path: target.to_owned() });
    let written = blocking::run(move |cancelled| {
        let mut meter = Meter::new(work, total, events, cancelled.clone());
        let written = write(HashWriter::new(file), &mut meter)?.finish()?;
        meter.finish();
        Ok(written)
    });
    let written = written.await.map_err(Error::write(target))?;
    partial.commit().map_err(Error::write(target))?;
    report(target, &written, context);
    Ok(written)
}

fn report(target: &Path, written: &Written, context: &Context) {
    context.events.send(Event::FileWritten { path: target.to_owned(), bytes: written.bytes });
    context.events.debug(format!("sha256 of `{}`: {}", target.display(), written.sha256));
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
