//! The HTTP client.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use url::Url;

use super::{Error, netrc};
use crate::io::tls;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// A download may take as long as it likes while bytes come in.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// A client that honours the proxy variables and follows redirects.
pub(super) fn client() -> Result<Client, Error> {
    tls::install_crypto();
    Client::builder()
        .user_agent(concat!("boxwright/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(STALL_TIMEOUT)
        .build()
        .map_err(|source| Error::Client { source })
}

/// A request, with what the user's `.netrc` says of the host. A name in the URL wins. On a redirect to
/// another host the client sends none of it.
pub(super) fn get(client: &Client, url: &Url) -> RequestBuilder {
    let request = client.get(url.clone());
    match url.host_str().filter(|_| url.username().is_empty()).and_then(netrc::login) {
        Some(login) => request.basic_auth(login.name, Some(login.password.reveal())),
        None => request,
    }
}
