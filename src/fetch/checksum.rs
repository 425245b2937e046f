//! What checksum is expected of the image.

use std::path::Path;
use std::time::Duration;

use fs_err::tokio as fs;
use url::Url;

use super::location::{Location, shown, shown_text};
use super::{Error, checksum_file, client};
use crate::cache::digest::Digest;
use crate::plan::Checksum;

/// A list of a whole mirror is shorter.
const FILE_MAX: usize = 16 << 20;
const FILE_TIMEOUT: Duration = Duration::from_secs(120);

/// The digest that an image from one of `urls` must have; `None` when nothing is to be checked. A checksum
/// file is read, from wherever it is.
pub async fn resolve(checksum: &Checksum, urls: &[String]) -> Result<Option<Digest>, Error> {
    match checksum {
        Checksum::None => Ok(None),
        Checksum::Digest { algorithm, hex } => {
            Ok(Some(Digest { algorithm: *algorithm, hex: hex.to_ascii_lowercase() }))
        }
        Checksum::File { location } => find_in_file(location, urls).await.map(Some),
    }
}

async fn find_in_file(location: &str, urls: &[String]) -> Result<Digest, Error> {
    let file = Location::parse(location)?;
    let text = match &file {
        Location::Host(path) => read(path).await?,
        Location::Web(url) => get(url).await?,
    };
    let images =
        urls.iter().map(|url| Location::parse(url).map(|image| image.path())).collect::<Result<Vec<_>, _>>()?;
    let found = images.iter().find_map(|image| checksum_file::find(&text, &file.path(), image));
    found.ok_or_else(|| Error::NotListed {
        location: shown_text(location),
        names: images
            .iter()
            .map(|image| image.file_name().unwrap_or_default().to_string_lossy().into_owned())
            .collect(),
    })
}

async fn read(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).await.map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn get(url: &Url) -> Result<String, Error> {
    let failed = |source: reqwest::Error| Error::Request { url: shown(url), source: source.without_url() };
    let mut response = client::get(&client::client()?, url).timeout(FILE_TIMEOUT).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(Error::Status { url: shown(url), status: response.status().as_u16() });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FILE_MAX {
            return Err(Error::ChecksumFileTooLong { location: shown(url) });
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
