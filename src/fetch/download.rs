//! One download: into a partial file, resumed where it broke off, hashed on the way.

use std::io::SeekFrom;
use std::path::Path;
use std::time::{Duration, Instant};

use fs_err::tokio as fs;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{Client, Response, StatusCode};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use url::Url;

use super::location::shown;
use super::{Error, client};
use crate::cache::digest::{Hasher, feed};
use crate::event::{Event, Events, Work};

/// Between two progress reports.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// How long to go on with a server that fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// In a row without a byte gained.
    pub(super) attempts: u32,
    /// Doubled after each attempt.
    pub(super) pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 4, pause: Duration::from_secs(1) }
    }
}

/// A file that is not complete yet.
pub(super) struct Partial {
    file: fs::File,
    length: u64,
    hasher: Option<Hasher>,
    /// Tells the version that `length` bytes are there of; unknown for a part that an earlier run left.
    version: Option<HeaderValue>,
    /// The server was there once.
    answered: bool,
}

impl Partial {
    /// Goes on with what is there. The caller holds the lock.
    pub(super) async fn open(path: &Path, hasher: Option<Hasher>, events: &Events) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let mut file =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).await.map_err(failed)?;
        let length = file.seek(SeekFrom::End(0)).await.map_err(failed)?;
        let hasher = match hasher {
            Some(hasher) if length > 0 => Some(feed(path, hasher, events).await.map_err(failed)?),
            hasher => hasher,
        };
        Ok(Self { file, length, hasher, version: None, answered: false })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    async fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes).await?;
        self.length += bytes.len() as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        Ok(())
    }

    pub(super) async fn clear(&mut self) -> std::io::Result<()> {
        self.file.set_len(0).await?;
        self.file.seek(SeekFrom::Start(0)).await?;
        self.length = 0;
        self.version = None;
        if let Some(hasher) = &mut self.hasher {
            hasher.reset();
        }
        Ok(())
    }

    /// On disk, so that the name it gets next never stands for less. Gives the digest, if it was asked for.
    pub(super) async fn finish(self) -> std::io::Result<Option<String>> {
        self.file.sync_all().await?;
        Ok(self.hasher.map(Hasher::finish))
    }
}

/// A URL that is read.
pub(super) struct Download<'a> {
    pub(super) client: &'a Client,
    pub(super) url: &'a Url,
    /// Where the bytes go, for messages.
    pub(super) path: &'a Path,
    pub(super) patience: Patience,
    pub(super) events: &'a Events,
}

/// Whether another attempt can help.
enum Failure {
    Lasting(Error),
    Passing(Error),
}

impl Download<'_> {
    /// Reads until the file is complete. What was read is in the file, however it ends.
    pub(super) async fn run(&self, partial: &mut Partial) -> Result<(), Error> {
        let read = self.try_again(partial).await;
        partial.file.flush().await.map_err(|source| Error::Write { path: self.path.to_owned(), source })?;
        read
    }

    async fn try_again(&self, partial: &mut Partial) -> Result<(), Error> {
        let mut failed = 0;
        loop {
            let before = partial.length;
            let error = match self.attempt(partial).await {
                Ok(()) => return Ok(()),
                Err(Failure::Lasting(error)) => return Err(error),
                Err(Failure::Passing(error)) => error,
            };
            failed = if partial.length > before { 0 } else { failed + 1 };
            if failed >= self.patience.attempts {
                return Err(error);
            }
            self.events.debug(format!("download goes on at byte {}: {}", partial.length, crate::error::chain(&error)));
            tokio::time::sleep(self.patience.pause * 2_u32.pow(failed.min(8))).await;
        }
    }

    /// One request. A range is asked for at once, without a HEAD before it: some servers refuse HEAD, and
    /// the status tells whether the range was understood.
    async fn attempt(&self, partial: &mut Partial) -> Result<(), Failure> {
        let mut request = client::get(self.client, self.url);
        if partial.length > 0 {
            request = request.header(RANGE, format!("bytes={}-", partial.length));
            if let Some(version) = &partial.version {
                request = request.header(IF_RANGE, version);
            }
        }
        let response = request.send().await.map_err(|source| self.request_failed(source, partial))?;
        partial.answered = true;
        match response.status() {
            StatusCode::OK => self.restart(response, partial).await,
            StatusCode::PARTIAL_CONTENT => self.go_on(response, partial).await,
            StatusCode::RANGE_NOT_SATISFIABLE if partial.length > 0 => self.past_end(&response, partial).await,
            status => Err(self.bad_status(status)),
        }
    }

    async fn restart(&self, response: Response, partial: &mut Partial) -> Result<(), Failure> {
        self.clear(partial).await?;
        partial.version = version(response.headers());
        let total = response.content_length();
        self.read(response, partial, total).await
    }

    async fn go_on(&self, response: Response, partial: &mut Partial) -> Result<(), Failure> {
        let Some((start, total)) = response.headers().get(CONTENT_RANGE).and_then(content_range) else {
            return Err(self.bad_status(StatusCode::PARTIAL_CONTENT));
        };
        if start != Some(partial.length) {
            self.clear(partial).await?;
            return Err(Failure::Passing(self.status(StatusCode::PARTIAL_CONTENT)));
        }
        if partial.version.is_none() {
            partial.version = version(response.headers());
        }
        self.read(response, partial, total).await
    }

    /// What is there is the whole file, or is something else.
    async fn past_end(&self, response: &Response, partial: &mut Partial) -> Result<(), Failure> {
        let total = response.headers().get(CONTENT_RANGE).and_then(content_range).and_then(|(_, total)| total);
        if total == Some(partial.length) {
            return Ok(());
        }
        self.clear(partial).await?;
        Err(Failure::Passing(self.status(StatusCode::RANGE_NOT_SATISFIABLE)))
    }

    async fn read(&self, mut response: Response, partial: &mut Partial, total: Option<u64>) -> Result<(), Failure> {
        let mut reported = Instant::now();
        while let Some(chunk) = response.chunk().await.map_err(|source| self.request_failed(source, partial))? {
            partial.append(&chunk).await.map_err(|source| self.write_failed(source))?;
            if reported.elapsed() >= REPORT_INTERVAL {
                self.report(partial.length, total);
                reported = Instant::now();
            }
        }
        match total {
            Some(expected) if partial.length < expected => {
                Err(Failure::Passing(Error::Truncated { url: shown(self.url), got: partial.length, expected }))
            }
            _ => {
                self.report(partial.length, Some(partial.length));
                Ok(())
            }
        }
    }

    fn report(&self, done: u64, total: Option<u64>) {
        self.events.send(Event::Progress { work: Work::Download { url: shown(self.url) }, done, total });
    }

    async fn clear(&self, partial: &mut Partial) -> Result<(), Failure> {
        partial.clear().await.map_err(|source| self.write_failed(source))
    }

    fn write_failed(&self, source: std::io::Error) -> Failure {
        Failure::Lasting(Error::Write { path: self.path.to_owned(), source })
    }

    /// A redirect that leads nowhere will not change, and where no server is, a mirror is the better choice.
    /// A server that was there may come back.
    fn request_failed(&self, source: reqwest::Error, partial: &Partial) -> Failure {
        let absent = source.is_connect() && !partial.answered;
        let lasting = absent || source.is_redirect() || source.is_builder();
        let error = Error::Request { url: shown(self.url), source: source.without_url() };
        if lasting { Failure::Lasting(error) } else { Failure::Passing(error) }
    }

    fn bad_status(&self, status: StatusCode) -> Failure {
        let passing =
            status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        let error = self.status(status);
        if passing { Failure::Passing(error) } else { Failure::Lasting(error) }
    }

    fn status(&self, status: StatusCode) -> Error {
        Error::Status { url: shown(self.url), status: status.as_u16() }
    }
}

/// What `If-Range` takes: a strong tag, or the date of the last change.
fn version(headers: &HeaderMap) -> Option<HeaderValue> {
    let tag = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    tag.or_else(|| headers.get(LAST_MODIFIED)).cloned()
}

/// The start and the total length in `bytes 5-9/10`, `bytes */10` or `bytes 5-9/*`.
fn content_range(header: &HeaderValue) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = header.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.trim().parse().ok());
    Some((start, total.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read() {
        let read = |text: &'static str| content_range(&HeaderValue::from_static(text));
        assert_eq!(read("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(read("bytes */10"), Some((None, Some(10))));
        assert_eq!(read("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(read("lines 5-9/10"), None);
    }

    #[test]
    fn weak_tags_tell_no_version() {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("W/\"a\""));
        assert_eq!(version(&headers), None);
        headers.insert(ETAG, HeaderValue::from_static("\"a\""));
        assert_eq!(version(&headers).unwrap(), "\"a\"");
    }
}
