//! One URL of the list: what is there already is used, the rest is downloaded.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use url::Url;

use super::archive::{self, Kind};
use super::download::{Download, Partial, Patience};
use super::location::{Location, shown};
use super::{Error, Fetched, client};
use crate::cache::digest::{Digest, Hasher};
use crate::cache::store::Store;
use crate::event::{Events, Work};
use crate::io::cleanup::CleanupStack;
use crate::io::meter::Meter;
use crate::io::partial::PartialFile;
use crate::io::{Context, blocking};
use crate::plan::IsoPlan;

pub(super) struct Job<'a> {
    pub(super) plan: &'a IsoPlan,
    pub(super) store: &'a Store,
    pub(super) digest: Option<&'a Digest>,
    pub(super) context: &'a Context,
    pub(super) patience: Patience,
    /// Of one download.
    pub(super) limit: Option<Duration>,
}

impl Job<'_> {
    pub(super) async fn fetch(&self, text: &str) -> Result<Fetched, Error> {
        let location = Location::parse(text)?;
        match (archive::kind(&location)?, &location) {
            (None, Location::Host(path)) => self.local(path).await,
            (None, Location::Web(url)) => {
                let extension = &self.plan.target_extension;
                let target = self.target(url.as_str())?;
                self.web(&archive::without_switch(url), extension, target).await
            }
            (Some(kind), Location::Host(path)) => {
                let archive = self.local(path).await?;
                self.unpacked(kind, &archive, text, self.digest.is_some()).await
            }
            (Some(kind), Location::Web(url)) => {
                let archive = self.web(url, kind.extension(), None).await?;
                self.unpacked(kind, &archive, text, true).await
            }
        }
    }

    /// A file of the user's is used where it is, and is never changed.
    async fn local(&self, path: &Path) -> Result<Fetched, Error> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let metadata = fs::metadata(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { path: path.clone() },
            _ => Error::Read { path: path.clone(), source: error },
        })?;
        if !metadata.is_file() {
            return Err(Error::NotAFile { path });
        }
        if let Some(digest) = self.digest {
            let actual = self.actual(&path, digest).await?;
            if actual != *digest {
                let location = format!("`{}`", path.display());
                return Err(Error::Mismatch { location, expected: digest.clone(), actual, kept: None });
            }
        }
        Ok(Fetched { path, reused: true })
    }

    async fn actual(&self, path: &Path, expected: &Digest) -> Result<Digest, Error> {
        let hex = self.store.digest_of(path, expected.algorithm, self.events()).await?;
        Ok(Digest { algorithm: expected.algorithm, hex })
    }

    /// `target` is where the user wants the file; without one it stays in the store.
    async fn web(&self, url: &Url, extension: &str, target: Option<PathBuf>) -> Result<Fetched, Error> {
        let entry = self.entry(url.as_str(), extension);
        let _lock = self.store.lock(&entry, self.events()).await?;
        let destination = target.clone().unwrap_or_else(|| entry.clone());
        let left_by_packer = self.digest.map(|digest| self.store.packer_files(digest, extension)).unwrap_or_default();
        for candidate in [destination.clone(), entry].into_iter().chain(left_by_packer) {
            if !self.is_good(&candidate).await? {
                continue;
            }
            if target.is_none() || candidate == destination {
                return Ok(Fetched { path: candidate, reused: true });
            }
            copy(&candidate, &destination, self.events(), self.cleanup()).await?;
            return Ok(Fetched { path: destination, reused: true });
        }
        self.download(url, &destination).await?;
        Ok(Fetched { path: destination, reused: false })
    }

    fn entry(&self, key: &str, extension: &str) -> PathBuf {
        match self.digest {
            Some(digest) => self.store.entry(digest, extension),
            None => self.store.entry_by_url(key, extension),
        }
    }

    /// A path without an extension is a folder, in which the file gets Packer's name.
    fn target(&self, url: &str) -> Result<Option<PathBuf>, Error> {
        let Some(path) = &self.plan.target_path else { return Ok(None) };
        let path = std::path::absolute(path).map_err(|source| Error::Write { path: path.clone(), source })?;
        if path.extension().is_some() {
            return Ok(Some(path));
        }
        let key = self.digest.map_or_else(|| url.to_owned(), Digest::to_string);
        Ok(Some(path.join(Store::packer_name(&key, &self.plan.target_extension))))
    }

    async fn is_good(&self, path: &Path) -> Result<bool, Error> {
        if !path.is_file() {
            return Ok(false);
        }
        match self.digest {
            Some(digest) => Ok(self.actual(path, digest).await? == *digest),
            None => Ok(true),
        }
    }

    async fn download(&self, url: &Url, destination: &Path) -> Result<(), Error> {
        if let Some(folder) = destination.parent() {
            fs::create_dir_all(folder).map_err(Error::write(folder))?;
        }
        let part = with_ending(destination, ".part");
        if self.digest.is_none() {
            // Nothing would tell whether the rest fits to what is there.
            remove(&part)?;
        }
        let (mut resumed, mut actual) = self.read(url, &part).await?;
        if resumed && actual.as_ref() != self.digest {
            // What an earlier run left was at fault, or this: only a download in one piece tells.
            remove(&part)?;
            (resumed, actual) = self.read(url, &part).await?;
        }
        debug_assert!(!resumed || actual.as_ref() == self.digest, "a part that was removed is not resumed");
        match (self.digest, actual) {
            (Some(expected), Some(actual)) if *expected != actual => {
                Err(mismatch(url, &part, destination, expected.clone(), actual))
            }
            _ => self.put_in_place(&part, destination),
        }
    }

    /// Whether an older part was there, and the digest of the whole.
    async fn read(&self, url: &Url, part: &Path) -> Result<(bool, Option<Digest>), Error> {
        let algorithm = self.digest.map(|digest| digest.algorithm);
        let mut partial = Partial::open(part, algorithm.map(Hasher::new), self.events()).await?;
        let resumed = partial.length() > 0;
        // Only here: a host without certificates cannot make one, and an image at hand needs none.
        let client = client::client()?;
        let download = Download { client: &client, url, path: part, patience: self.patience, events: self.events() };
        let run = download.run(&mut partial);
        match self.limit {
            None => run.await?,
            Some(limit) => {
                let in_time = tokio::time::timeout(limit, run).await;
                in_time.map_err(|_| Error::TimeLimit { url: shown(url), limit })??;
            }
        }
        let hex = partial.finish().await.map_err(Error::write(part))?;
        Ok((resumed, algorithm.zip(hex).map(|(algorithm, hex)| Digest { algorithm, hex })))
    }

    fn put_in_place(&self, part: &Path, destination: &Path) -> Result<(), Error> {
        fs::rename(part, destination).map_err(Error::write(destination))?;
        if let Some(digest) = self.digest {
            self.store.remember(destination, digest);
        }
        Ok(())
    }

    /// The content of an archive. It has no checksum of its own, so it is taken from an earlier run only
    /// out of the store, where its name tells which archive it came from.
    async fn unpacked(&self, kind: Kind, archive: &Fetched, key: &str, reusable: bool) -> Result<Fetched, Error> {
        let extension = &self.plan.target_extension;
        let entry = self.entry(key, &format!("unpacked.{extension}"));
        let _lock = self.store.lock(&entry, self.events()).await?;
        let target = self.target(key)?;
        if target.is_none() && reusable && archive.reused && entry.is_file() {
            return Ok(Fetched { path: entry, reused: true });
        }
        let path = target.unwrap_or(entry);
        archive::unpack(kind, &archive.path, &path, self.events(), self.cleanup()).await?;
        Ok(Fetched { path, reused: false })
    }

    fn events(&self) -> &Events {
        &self.context.events
    }

    fn cleanup(&self) -> &CleanupStack {
        &self.context.cleanup
    }
}

/// Puts the download aside, so that the user can look at what came instead (often a page of a proxy).
fn mismatch(url: &Url, part: &Path, destination: &Path, expected: Digest, actual: Digest) -> Error {
    let aside = with_ending(destination, &format!(".wrong-{}-{}", actual.algorithm.name(), actual.hex));
    let kept = fs::rename(part, &aside).is_ok().then_some(aside);
    Error::Mismatch { location: shown(url), expected, actual, kept }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::write(path)(error)),
        _ => Ok(()),
    }
}

/// A copy that appears when it is complete.
async fn copy(from: &Path, to: &Path, events: &Events, cleanup: &CleanupStack) -> Result<(), Error> {
    let (partial, mut output) = PartialFile::create(to, cleanup).map_err(Error::write(to))?;
    let (input, events) = (from.to_owned(), events.clone());
    let work = Work::Write { path: to.to_owned() };
    blocking::run(move |cancelled| {
        let input = fs::File::open(input)?;
        let mut meter = Meter::new(work, input.metadata()?.len(), events, cancelled.clone());
        std::io::copy(&mut meter.reader(input), &mut output)?;
        meter.finish();
        Ok(())
    })
    .await
    .map_err(Error::write(to))?;
    partial.commit().await.map_err(Error::write(to))
}
