//! Texts of the template by request path (`http_content`).

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::Response;
use hyper::header::HeaderMap;

use super::body::{self, Body};
use super::media_type;
use super::reply::{self, Head, Send};
use super::request_path::RequestPath;
use crate::diag::closest;

/// Texts by cleaned path.
pub(super) struct Content(BTreeMap<String, Bytes>);

impl Content {
    pub(super) fn new(content: &BTreeMap<String, String>) -> Self {
        Self(content.iter().map(|(path, text)| (clean(path), Bytes::from(text.clone()))).collect())
    }

    pub(super) fn answer(&self, path: &RequestPath, headers: &HeaderMap) -> Response<Body> {
        let path = path.to_text();
        let Some(text) = self.0.get(&path) else { return self.not_found(&path) };
        let head = Head { size: text.len() as u64, modified: None, content_type: media_type::by_content(text) };
        match reply::choose(headers, &head) {
            Send::Nothing(response) => response,
            Send::Part(part, builder) => builder.body(body::bytes(slice(text, part))).expect(reply::VALID),
        }
    }

    fn not_found(&self, path: &str) -> Response<Body> {
        let suggestion = closest(path, self.0.keys().map(String::as_str));
        let suggestion = suggestion.map(|near| format!(" Did you mean {near:?}?")).unwrap_or_default();
        reply::not_found(&format!("{path} not found.{suggestion}"))
    }
}

/// The keys are plain text, so nothing in them is decoded.
fn clean(key: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for part in key.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

fn slice(text: &Bytes, part: std::ops::Range<u64>) -> Bytes {
    let at = |place: u64| usize::try_from(place).expect("the text is in memory");
    text.slice(at(part.start)..at(part.end))
}

/// The texts may hold passwords.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
