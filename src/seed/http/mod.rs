//! The HTTP server that a guest reads its seed from: the files of one folder, or texts of the template.
//!
//! It behaves as Go's file server does where a guest can tell the difference, and reports each request.

mod body;
mod connection;
mod content;
mod files;
mod listing;
mod media_type;
mod ranges;
mod reply;
mod request_path;

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::{Method, Request, Response};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::Error;
use crate::event::{Event, Events};
use crate::plan::HttpPlan;
use body::Body;
use content::Content;
use files::Folder;
use request_path::RequestPath;

/// A running server. It and all its connections end when it is dropped.
#[derive(Debug)]
pub struct HttpServer {
    address: SocketAddr,
    tasks: JoinSet<()>,
}

impl HttpServer {
    /// Serves on `listener`, whose port the caller has leased.
    pub async fn start(plan: &HttpPlan, listener: std::net::TcpListener, events: Events) -> Result<Self, Error> {
        let site = Arc::new(Site::open(plan, &events).await?);
        let (listener, address) = adopt(listener).map_err(|source| Error::Listen { source })?;
        events.send(Event::HttpServing { address: format!("http://{address}"), root: site.describe() });
        let mut tasks = JoinSet::new();
        tasks.spawn(connection::accept_all(listener, site, events));
        Ok(Self { address, tasks })
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends the server; done when its port is free again.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }
}

fn adopt(listener: std::net::TcpListener) -> std::io::Result<(TcpListener, SocketAddr)> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// What a server serves.
#[derive(Debug)]
enum Site {
    Folder(Folder),
    Content(Content),
}

impl Site {
    async fn open(plan: &HttpPlan, events: &Events) -> Result<Self, Error> {
        match &plan.directory {
            Some(directory) => Folder::open(directory, events.clone()).await.map(Self::Folder),
            None => Ok(Self::Content(Content::new(&plan.content))),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Folder(folder) => folder.root().display().to_string(),
            Self::Content(_) => "http_content".to_owned(),
        }
    }

    async fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return reply::method_not_allowed();
        }
        let Some(path) = RequestPath::parse(request.uri().path()) else {
            return reply::bad_request("the path cannot be a file's name");
        };
        match self {
            Self::Folder(folder) => folder.answer(&path, request.uri().query(), request.headers()).await,
            Self::Content(content) => content.answer(&path, request.headers()),
        }
    }
}

#[cfg(test)]
mod tests;
