//! Requests over HTTP, and logging in.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use std::time::Duration;
use tokio::sync::Mutex;

use super::answer::{Complaint, complaint};
use super::envelope::Request;
use super::ntlm;
use crate::comm::Error;
use crate::io::tls;
use crate::plan::communicator::WinRmPlan;

const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// The guest answers within the time that a request asks for (20 s); an emulated one may take longer.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// Largest answer that is taken, in bytes: many times what we ask for.
const ANSWER_SIZE: usize = 4 * 1024 * 1024;

/// Why a request got no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection, or it was cut.
    Unreachable(String),
    Refused,
    NothingYet,
    Complaint(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(reason) => f.write_str(reason),
            Self::Refused => f.write_str("the guest refuses the user or the password"),
            Self::NothingYet => f.write_str("the guest did not answer in time"),
            Self::Complaint(text) => write!(f, "the guest says: {text}"),
        }
    }
}

#[derive(Debug)]
pub(super) struct Transport {
    client: Client,
    pub(super) endpoint: String,
    plan: WinRmPlan,
    /// NTLM logs a connection in: requests go one after another over the same one.
    turn: Mutex<()>,
}

impl Transport {
    pub(super) fn new(plan: &WinRmPlan, address: &(String, u16)) -> Result<Self, Error> {
        tls::install_crypto();
        let builder = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ANSWER_LIMIT)
            .pool_max_idle_per_host(1)
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(plan.insecure);
        let builder = if plan.no_proxy || is_this_host(&address.0) { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| Error::Setup { message: format!("WinRM: {error}") })?;
        let scheme = if plan.use_ssl { "https" } else { "http" };
        let host = if address.0.contains(':') { format!("[{}]", address.0) } else { address.0.clone() };
        let endpoint = format!("{scheme}://{host}:{}/wsman", address.1);
        Ok(Self { client, endpoint, plan: plan.clone(), turn: Mutex::new(()) })
    }

    /// The XML of the answer.
    pub(super) async fn ask(&self, request: Request<'_>) -> Result<String, Failure> {
        let xml = request.to_xml(&self.endpoint);
        let _turn = self.turn.lock().await;
        let response =
            if self.plan.use_ntlm { self.send_by_ntlm(&xml).await? } else { self.send_by_basic(&xml).await? };
        let status = response.status();
        let text = body(response).await?;
        match status {
            StatusCode::OK => Ok(text),
            StatusCode::UNAUTHORIZED => Err(Failure::Refused),
            _ => match complaint(&text) {
                Complaint::NothingYet => Err(Failure::NothingYet),
                Complaint::Other(line) => Err(Failure::Complaint(format!("{line} (HTTP {})", status.as_u16()))),
            },
        }
    }

    fn post(&self, xml: &str) -> RequestBuilder {
        let post = self.client.post(&self.endpoint);
        post.header(CONTENT_TYPE, "application/soap+xml;charset=UTF-8").body(xml.to_owned())
    }

    fn password(&self) -> &str {
        self.plan.password.as_ref().map_or("", |password| password.reveal())
    }

    async fn send_by_basic(&self, xml: &str) -> Result<Response, Failure> {
        send(self.post(xml).basic_auth(&self.plan.username, Some(self.password()))).await
    }

    /// A connection that is logged in already needs nothing more.
    async fn send_by_ntlm(&self, xml: &str) -> Result<Response, Failure> {
        let first = send(self.post(xml)).await?;
        if first.status() != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        // Read to its end, so that the connection is used again.
        body(first).await?;
        let offered = send(authorized(self.post(""), &ntlm::negotiate())).await?;
        let challenge = challenge(&offered).ok_or(Failure::Refused)?;
        body(offered).await?;
        let login = ntlm::Login::new(&self.plan.username, self.password());
        let answer = ntlm::authenticate(&challenge, login).ok_or(Failure::Refused)?;
        send(authorized(self.post(xml), &answer)).await
    }
}

fn authorized(request: RequestBuilder, token: &[u8]) -> RequestBuilder {
    request.header(AUTHORIZATION, format!("Negotiate {}", BASE64_STANDARD.encode(token)))
}

fn challenge(response: &Response) -> Option<Vec<u8>> {
    let mut offers = response.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let token = offers.find_map(|value| value.strip_prefix("Negotiate "))?;
    BASE64_STANDARD.decode(token.trim()).ok()
}

async fn send(request: RequestBuilder) -> Result<Response, Failure> {
    request.send().await.map_err(unreachable_because)
}

async fn body(mut response: Response) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable_because)? {
        if bytes.len() + chunk.len() > ANSWER_SIZE {
            return Err(Failure::Complaint(format!("more than {ANSWER_SIZE} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The innermost cause says it best.
fn unreachable_because(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Failure::Unreachable(cause.to_string())
}

/// A proxy leads elsewhere.
fn is_this_host(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
