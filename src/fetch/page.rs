//! One page, for the data source `http`.

use std::time::Duration;

use reqwest::Method;
use url::Url;

use super::{Error, client};
use crate::plan::data::HttpRequest;

/// A page becomes a text in a template.
const PAGE_MAX: usize = 16 * 1024 * 1024;
const PAGE_TIMEOUT: Duration = Duration::from_secs(60);

/// The body of the answer. Anything but a success is an error.
pub async fn page(request: &HttpRequest) -> Result<String, Error> {
    let url = Url::parse(&request.url).map_err(|source| Error::Url { location: request.url.clone(), source })?;
    let failed = |source: reqwest::Error| Error::Request { url: shown(&url), source: source.without_url() };
    let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
    let mut asking = client::client()?.request(method, url.clone()).timeout(PAGE_TIMEOUT);
    for (name, value) in &request.headers {
        asking = asking.header(name, value);
    }
    if let Some(body) = &request.body {
        asking = asking.body(body.clone());
    }
    let mut response = asking.send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(Error::Status { url: shown(&url), status: response.status().as_u16() });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > PAGE_MAX {
            return Err(Error::PageTooLong { url: shown(&url), limit: PAGE_MAX });
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Without a password.
fn shown(url: &Url) -> String {
    super::location::shown(url)
}
