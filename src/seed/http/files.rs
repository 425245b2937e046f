//! The files of a folder (`http_directory`).

use std::fs::Metadata;
use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use fs_err::tokio as fs;
use hyper::Response;
use hyper::header::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::Error;
use super::body::{self, Body};
use super::reply::{self, Head, Send};
use super::request_path::RequestPath;
use super::{listing, media_type};
use crate::event::Events;

/// A folder that is served.
#[derive(Debug)]
pub(super) struct Folder {
    /// Without symbolic links.
    root: PathBuf,
    events: Events,
    warned: AtomicBool,
}

impl Folder {
    pub(super) async fn open(directory: &Path, events: Events) -> Result<Self, Error> {
        let root =
            fs::canonicalize(directory).await.map_err(|source| Error::Read { path: directory.to_owned(), source })?;
        if !root.is_dir() {
            return Err(Error::NotAFolder { path: directory.to_owned() });
        }
        Ok(Self { root, events, warned: AtomicBool::new(false) })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) async fn answer(&self, path: &RequestPath, query: Option<&str>, headers: &HeaderMap) -> Response<Body> {
        if path.names_an_index() {
            return reply::redirect("./", query);
        }
        let answer = self.look_up(path, query, headers).await;
        answer.unwrap_or_else(|error| reply::read_failure(&error))
    }

    async fn look_up(
        &self,
        path: &RequestPath,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> std::io::Result<Response<Body>> {
        let file = path.under(&self.root);
        let metadata = fs::metadata(&file).await?;
        self.warn_if_outside(&file).await?;
        match (metadata.is_dir(), path.names_a_folder()) {
            (true, true) => serve_folder(&file, &metadata, headers).await,
            (true, false) => Ok(reply::redirect(&format!("{}/", path.last_as_link()), query)),
            // `/name/` of a file: one level up, then the name.
            (false, true) => Ok(reply::redirect(&format!("../{}", path.name_as_link()), query)),
            (false, false) => serve_file(&file, &metadata, headers).await,
        }
    }

    /// Links are followed wherever they lead, since templates rely on it; the user is told once.
    async fn warn_if_outside(&self, file: &Path) -> std::io::Result<()> {
        let real = fs::canonicalize(file).await?;
        if !real.starts_with(&self.root) && !self.warned.swap(true, Ordering::Relaxed) {
            self.events.warn(format!(
                "the HTTP server follows a symbolic link out of its folder: {} is {}",
                file.display(),
                real.display()
            ));
        }
        Ok(())
    }
}

async fn serve_folder(folder: &Path, metadata: &Metadata, headers: &HeaderMap) -> std::io::Result<Response<Body>> {
    let index = folder.join("index.html");
    if let Ok(found) = fs::metadata(&index).await
        && found.is_file()
    {
        return serve_file(&index, &found, headers).await;
    }
    let folder = folder.to_owned();
    let page = tokio::task::spawn_blocking(move || listing::page(&folder)).await.map_err(std::io::Error::other)??;
    let head = Head {
        size: page.len() as u64,
        modified: metadata.modified().ok(),
        content_type: "text/html; charset=utf-8".to_owned(),
    };
    // A part of a listing is of no use, so all of it is sent.
    Ok(match reply::choose(&without_range(headers), &head) {
        Send::Nothing(response) => response,
        Send::Part(_, builder) => builder.body(body::bytes(page)).expect(reply::VALID),
    })
}

fn without_range(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.remove(hyper::header::RANGE);
    headers
}

async fn serve_file(path: &Path, metadata: &Metadata, headers: &HeaderMap) -> std::io::Result<Response<Body>> {
    if !metadata.is_file() {
        // To open a pipe or a device could block for ever.
        return Ok(reply::not_found("404 page not found"));
    }
    let mut file = fs::File::open(path).await?;
    let content_type = match media_type::by_extension(path) {
        Some(known) => known,
        None => sniff(&mut file).await?,
    };
    let head = Head { size: metadata.len(), modified: metadata.modified().ok(), content_type };
    Ok(match reply::choose(headers, &head) {
        Send::Nothing(response) => response,
        Send::Part(part, builder) => {
            file.seek(SeekFrom::Start(part.start)).await?;
            builder.body(body::file(file, part.end - part.start)).expect(reply::VALID)
        }
    })
}

async fn sniff(file: &mut fs::File) -> std::io::Result<String> {
    let mut start = Vec::with_capacity(media_type::SNIFFED_BYTES);
    file.take(media_type::SNIFFED_BYTES as u64).read_to_end(&mut start).await?;
    Ok(media_type::by_content(&start))
}
