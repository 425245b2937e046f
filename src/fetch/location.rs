//! What the text of a URL or path means.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

use super::Error;

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// On this host, relative to the current folder. Nothing is expanded in it.
    Host(PathBuf),
    Web(Url),
}

impl Location {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        if let Some((forced, _)) = text.split_once("::").filter(|(forced, _)| is_scheme(forced)) {
            return Err(Error::Scheme { scheme: forced.to_owned() });
        }
        let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
            return Ok(Self::Host(PathBuf::from(text.strip_prefix("file:").unwrap_or(text))));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "file" => Ok(Self::Host(decoded(rest))),
            "http" | "https" => {
                Url::parse(text).map(Self::Web).map_err(|source| Error::Url { location: text.to_owned(), source })
            }
            _ => Err(Error::Scheme { scheme: scheme.to_owned() }),
        }
    }

    /// The path part, for the name of a file and its extension.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Host(path) => path.clone(),
            Self::Web(url) => decoded(url.path()),
        }
    }
}

/// For messages: without the name and password that a URL may hold.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both only fail for URLs that cannot have them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// A text that may be a URL, for messages.
pub(super) fn shown_text(text: &str) -> String {
    match Location::parse(text) {
        Ok(Location::Web(url)) => shown(&url),
        _ => text.to_owned(),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.'))
}

/// A path in a URL; one that really has a percent sign in its name may be written as it is.
fn decoded(path: &str) -> PathBuf {
    let plain = Path::new(path);
    if plain.exists() {
        return plain.to_owned();
    }
    percent_decode_str(path).decode_utf8().map_or_else(|_| plain.to_owned(), |text| PathBuf::from(text.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_urls() {
        for (text, path) in [
            ("iso/a.iso", "iso/a.iso"),
            ("~/a.iso", "~/a.iso"),
            ("file:///srv/a%20b.iso", "/srv/a b.iso"),
            ("file://./a.iso", "./a.iso"),
            ("file:a.iso", "a.iso"),
            ("a:b.iso", "a:b.iso"),
        ] {
            assert_eq!(Location::parse(text).unwrap(), Location::Host(path.into()), "{text}");
        }
        assert!(matches!(Location::parse("HTTPS://host/a.iso").unwrap(), Location::Web(_)));
        for text in ["s3://bucket/a.iso", "git::https://host/a", "smb://host/a.iso"] {
            assert!(matches!(Location::parse(text), Err(Error::Scheme { .. })), "{text}");
        }
        assert!(matches!(Location::parse("http://[bad/a.iso"), Err(Error::Url { .. })));
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(shown_text("http://me:hunter2@host/a.iso"), "http://host/a.iso");
    }
}
