//! The installer image: where it is and what proves it.

use std::path::{Path, PathBuf};

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::{Checksum, IsoPlan};
use crate::source::{Span, Spanned};

use super::checksum;

pub(super) fn iso(decoder: &mut Decoder<'_>, skip_cache: bool) -> IsoPlan {
    let urls = urls(decoder);
    if urls.is_empty() {
        let key = if decoder.is_set("iso_url") { "iso_url" } else { "iso_urls" };
        let state = if decoder.is_set(key) { "is empty" } else { "or `iso_url` must be set" };
        decoder.reject(key, format!("`{key}` {state}"));
    }
    require_local(decoder, &urls);
    let checksum = checksum(decoder, skip_cache);
    require_checksum_file(decoder, &checksum);
    IsoPlan {
        urls: urls.into_iter().map(|url| url.value).collect(),
        checksum,
        target_path: decoder.path("iso_target_path"),
        target_extension: decoder.string_or("iso_target_extension", "iso").trim_start_matches('.').to_lowercase(),
    }
}

fn urls(decoder: &mut Decoder<'_>) -> Vec<Spanned<String>> {
    let list = decoder.spanned_strings("iso_urls");
    let Some(single) = decoder.string("iso_url") else { return list };
    if !list.is_empty() {
        decoder.exclusive("iso_url", "iso_urls");
    }
    vec![Spanned::new(single, decoder.span("iso_url"))]
}

/// An image that only QEMU reads cannot be checked.
fn checksum(decoder: &mut Decoder<'_>, skip_cache: bool) -> Checksum {
    let text = decoder.string("iso_checksum").unwrap_or_default();
    if skip_cache {
        return Checksum::None;
    }
    checksum::parse(&text).unwrap_or_else(|error| {
        decoder.reject("iso_checksum", format!("`iso_checksum` is wrong: {error}"));
        Checksum::None
    })
}

/// One URL that may still be fetched is enough; only local images can be looked for now.
fn require_local(decoder: &mut Decoder<'_>, urls: &[Spanned<String>]) {
    let mut missing = Vec::new();
    for url in urls {
        let place = Location::of(&url.value);
        let problem = match place {
            Location::Local(path) => decoder.folders().check("the image", &path, Expect::File, &url.span).err(),
            Location::Remote => None,
            Location::Unsupported(scheme) => Some(unsupported(scheme, &url.span)),
        };
        match problem {
            Some(problem) => missing.push(problem),
            None => return,
        }
    }
    for problem in missing {
        decoder.push_for_run(problem);
    }
}

fn require_checksum_file(decoder: &mut Decoder<'_>, checksum: &Checksum) {
    let Checksum::File { location } = checksum else { return };
    let span = decoder.span("iso_checksum");
    match Location::of(location) {
        Location::Local(path) => decoder.require("the checksum file", path, Expect::File, &span),
        Location::Remote => {}
        Location::Unsupported(scheme) => decoder.push(unsupported(scheme, &span)),
    }
}

fn unsupported(scheme: &str, span: &Span) -> Diagnostic {
    let error = Diagnostic::error(format!("`{scheme}` URLs cannot be fetched")).at(span);
    error.help("use a path, or a `file`, `http` or `https` URL")
}

/// Where a text that names an image points.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Location<'a> {
    Local(PathBuf),
    Remote,
    Unsupported(&'a str),
}

impl<'a> Location<'a> {
    fn of(text: &'a str) -> Self {
        match text.split_once("://") {
            None => Self::Local(PathBuf::from(text)),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => Self::Local(file_path(rest)),
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                Self::Remote
            }
            Some((scheme, _)) => Self::Unsupported(scheme),
        }
    }
}

/// The path of a `file://` URL. People write spaces and percent signs as they are, so the text is only
/// decoded when it is no path as it stands.
fn file_path(rest: &str) -> PathBuf {
    let rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    if Path::new(rest).exists() {
        return PathBuf::from(rest);
    }
    let decoded = percent_encoding::percent_decode_str(rest).decode_utf8_lossy();
    PathBuf::from(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_local_from_remote() {
        assert_eq!(Location::of("iso/debian.iso"), Location::Local("iso/debian.iso".into()));
        assert_eq!(Location::of("file:///a/b%20c.iso?archive=false"), Location::Local("/a/b c.iso".into()));
        assert_eq!(Location::of("HTTPS://host/x.iso"), Location::Remote);
        assert_eq!(Location::of("ftp://host/x.iso"), Location::Unsupported("ftp"));
    }
}
