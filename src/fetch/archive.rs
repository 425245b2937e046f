//! Images that come compressed. The checksum is that of the archive.

use std::io::{Read, Write};
use std::path::Path;

use fs_err as fs;
use url::Url;

use super::Error;
use super::location::Location;
use crate::event::{Events, Work};
use crate::io::blocking::{self, Cancelled};
use crate::io::cleanup::CleanupStack;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Gzip,
    Bzip2,
    Xz,
}

/// Endings that mean an archive in Packer, and that we do not unpack.
const UNSUPPORTED: [&str; 9] = ["zip", "tar", "tgz", "tbz2", "txz", "tzst", "zst", "tar.gz", "tar.xz"];

/// By the end of the path, unless the query says `archive=false`.
pub(super) fn kind(location: &Location) -> Result<Option<Kind>, Error> {
    if let Location::Web(url) = location
        && url.query_pairs().any(|(name, value)| name == "archive" && value == "false")
    {
        return Ok(None);
    }
    let path = location.path().to_string_lossy().to_ascii_lowercase();
    let ends = |extension: &&str| path.ends_with(&format!(".{extension}"));
    if let Some(unsupported) = UNSUPPORTED.iter().find(|extension| ends(extension)) {
        return Err(Error::ArchiveKind { kind: (*unsupported).to_owned() });
    }
    let kinds = [("gz", Kind::Gzip), ("bz2", Kind::Bzip2), ("xz", Kind::Xz)];
    Ok(kinds.into_iter().find(|(extension, _)| ends(extension)).map(|(_, kind)| kind))
}

impl Kind {
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Bzip2 => "bz2",
            Self::Xz => "xz",
        }
    }

    fn decoder<'a>(self, input: impl Read + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(input)),
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(input)),
            Self::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(input)),
        }
    }
}

/// The URL without the parameters that were meant for us.
pub(super) fn without_switch(url: &Url) -> Url {
    let mut plain = url.clone();
    let kept: Vec<_> = url.query_pairs().filter(|(name, _)| name != "archive").collect();
    if kept.len() < url.query_pairs().count() {
        plain.set_query(None);
        if !kept.is_empty() {
            plain.query_pairs_mut().extend_pairs(kept);
        }
    }
    plain
}

/// Unpacks `archive` to `target`, which appears when it is complete.
pub(super) async fn unpack(
    kind: Kind,
    archive: &Path,
    target: &Path,
    events: &Events,
    cleanup: &CleanupStack,
) -> Result<(), Error> {
    let write = |source| Error::Write { path: target.to_owned(), source };
    let (partial, file) = PartialFile::create(target, cleanup).map_err(write)?;
    let (input, events) = (archive.to_owned(), events.clone());
    let work = Work::Write { path: target.to_owned() };
    blocking::run(move |cancelled| copy(kind, &input, file, work, events, cancelled))
        .await
        .map_err(|source| Error::Unpack { path: archive.to_owned(), source })?;
    partial.commit().await.map_err(write)
}

/// Progress counts the bytes of the archive.
fn copy(
    kind: Kind,
    archive: &Path,
    mut output: fs::File,
    work: Work,
    events: Events,
    cancelled: &Cancelled,
) -> std::io::Result<()> {
    let input = fs::File::open(archive)?;
    let mut meter = Meter::new(work, input.metadata()?.len(), events, cancelled.clone());
    std::io::copy(&mut kind.decoder(std::io::BufReader::with_capacity(1 << 16, meter.reader(input))), &mut output)?;
    meter.finish();
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(text: &str) -> Result<Option<Kind>, Error> {
        kind(&Location::parse(text).unwrap())
    }

    #[test]
    fn the_end_of_the_path_tells() {
        assert_eq!(kind_of("http://host/a.qcow2.xz?x=y").unwrap(), Some(Kind::Xz));
        assert_eq!(kind_of("images/a.img.GZ").unwrap(), Some(Kind::Gzip));
        assert_eq!(kind_of("http://host/a.iso").unwrap(), None);
        assert_eq!(kind_of("http://host/a.gz?archive=false").unwrap(), None);
        assert!(matches!(kind_of("a.tar.gz"), Err(Error::ArchiveKind { .. })));
    }

    #[test]
    fn our_switch_is_not_sent() {
        let plain = |text: &str| without_switch(&Url::parse(text).unwrap()).to_string();
        assert_eq!(plain("http://h/a.gz?archive=false&b=c"), "http://h/a.gz?b=c");
        assert_eq!(plain("http://h/a.gz?archive=false"), "http://h/a.gz");
        assert_eq!(plain("http://h/a.gz?b=c%20d"), "http://h/a.gz?b=c%20d");
    }
}
