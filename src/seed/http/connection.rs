//! Connections: taken in, bounded in number and time, and reported.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Site;
use super::body::Reported;
use crate::event::Events;

/// More at once than any installer opens.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a request's head may be, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// Pause after a failed accept, which is mostly a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until it is dropped; its connections end with it.
pub(super) async fn accept_all(listener: TcpListener, site: Arc<Site>, events: Events) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&site), events.clone()));
                }
                Err(error) => {
                    events.debug(format!("HTTP server: cannot accept a connection: {error}"));
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, site: Arc<Site>, events: Events) {
    let service = service_fn(|request| answer(request, &site, &events));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES)
        // Boot loaders such as GRUB compare header names by case.
        .title_case_headers(true)
        // Simple clients close their side as soon as the request is sent.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        events.debug(format!("HTTP server: a connection ended early: {error}"));
    }
}

async fn answer(request: Request<Incoming>, site: &Site, events: &Events) -> Result<Response<Reported>, Infallible> {
    let response = site.answer(&request).await;
    let status = response.status().as_u16();
    Ok(response.map(|body| Reported {
        body,
        events: events.clone(),
        method: request.method().to_string(),
        path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        status,
        bytes: 0,
    }))
}
