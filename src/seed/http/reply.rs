//! Responses, without regard to where their content comes from.

use std::time::SystemTime;

use hyper::header::{
    ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE,
    IF_RANGE, LAST_MODIFIED, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::body::{self, Body};
use super::ranges::{self, Wanted};

/// What stands in front of a body.
pub(super) struct Head {
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    pub(super) content_type: String,
}

/// How much of the body to send.
pub(super) enum Send {
    /// The response is complete as it is.
    Nothing(Response<Body>),
    /// These bytes, in this response.
    Part(std::ops::Range<u64>, hyper::http::response::Builder),
}

/// Decides by the request's conditions what to send of a file or text.
pub(super) fn choose(request: &HeaderMap, head: &Head) -> Send {
    if not_modified(request, head.modified) {
        return Send::Nothing(
            with_modified(Response::builder().status(StatusCode::NOT_MODIFIED), head.modified)
                .body(empty())
                .expect(VALID),
        );
    }
    let builder = with_modified(Response::builder(), head.modified)
        .header(ACCEPT_RANGES, "bytes")
        .header(CONTENT_TYPE, &head.content_type);
    let range = if range_is_current(request, head.modified) { text(request, &RANGE) } else { None };
    match ranges::wanted(range, head.size) {
        Wanted::Whole => Send::Part(0..head.size, builder.header(CONTENT_LENGTH, head.size)),
        Wanted::Unsatisfiable => Send::Nothing(unsatisfiable(head.size)),
        Wanted::Part(part) => {
            let place = format!("bytes {}-{}/{}", part.start, part.end - 1, head.size);
            let builder = builder.status(StatusCode::PARTIAL_CONTENT).header(CONTENT_RANGE, place);
            let length = part.end - part.start;
            Send::Part(part, builder.header(CONTENT_LENGTH, length))
        }
    }
}

/// Header values are made of numbers, dates, escaped links and known types.
pub(super) const VALID: &str = "the parts of the response are valid";

fn with_modified(
    builder: hyper::http::response::Builder,
    modified: Option<SystemTime>,
) -> hyper::http::response::Builder {
    match modified {
        Some(time) => builder.header(LAST_MODIFIED, httpdate::fmt_http_date(time)),
        None => builder,
    }
}

fn not_modified(request: &HeaderMap, modified: Option<SystemTime>) -> bool {
    let since = text(request, &IF_MODIFIED_SINCE).and_then(|text| httpdate::parse_http_date(text).ok());
    since.zip(modified).is_some_and(|(since, modified)| seconds(modified) <= seconds(since))
}

/// A range holds only for the version of the file the client has a part of. We give out no entity tags.
fn range_is_current(request: &HeaderMap, modified: Option<SystemTime>) -> bool {
    let Some(condition) = text(request, &IF_RANGE) else { return true };
    let Ok(seen) = httpdate::parse_http_date(condition) else { return false };
    modified.is_some_and(|modified| seconds(modified) == seconds(seen))
}

/// HTTP dates have whole seconds.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn text<'a>(headers: &'a HeaderMap, name: &hyper::header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn empty() -> Body {
    body::bytes("")
}

/// A short text for people who look at the answer by hand.
fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(body::bytes(format!("{text}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(super) fn not_found(text: &str) -> Response<Body> {
    message(StatusCode::NOT_FOUND, text)
}

pub(super) fn bad_request(text: &str) -> Response<Body> {
    message(StatusCode::BAD_REQUEST, text)
}

pub(super) fn method_not_allowed() -> Response<Body> {
    let mut response = message(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are served");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn unsatisfiable(size: u64) -> Response<Body> {
    let mut response = message(StatusCode::RANGE_NOT_SATISFIABLE, "no such range");
    let place = HeaderValue::from_str(&format!("bytes */{size}")).expect(VALID);
    response.headers_mut().insert(CONTENT_RANGE, place);
    response
}

/// A failure to read a file that may exist.
pub(super) fn read_failure(error: &std::io::Error) -> Response<Body> {
    match error.kind() {
        // A name longer than the file system allows, or a file taken for a folder, is no file either.
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory | std::io::ErrorKind::InvalidFilename => {
            not_found("404 page not found")
        }
        std::io::ErrorKind::PermissionDenied => message(StatusCode::FORBIDDEN, "403 Forbidden"),
        _ => message(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error"),
    }
}

/// To a place that is relative to the request's; the query goes along.
pub(super) fn redirect(location: &str, query: Option<&str>) -> Response<Body> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Response::builder()
        .status(StatusCode::MOVED_PERMANENTLY)
        .header(LOCATION, format!("{location}{query}"))
        .body(empty())
        .expect(VALID)
}
