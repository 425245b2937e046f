//! The path of a request, decoded and cleaned, so that no form of `..` leads above the root.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What is escaped in a link: all but the unreserved characters of RFC 3986. A colon must be among them,
/// since `a:b` at the start of a relative link would be read as a scheme.
const LINK: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A decoded path. Names are bytes, as they are on disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequestPath {
    /// Without empty parts, `.` and `..`.
    names: Vec<Vec<u8>>,
    /// The last part as it was asked for; relative links start from it.
    last: Vec<u8>,
}

impl RequestPath {
    /// `None` when a name holds a byte that no file name can.
    pub(super) fn parse(path: &str) -> Option<Self> {
        // Decoded first, so that an encoded slash or dot is treated like a plain one.
        let decoded: Vec<u8> = percent_decode_str(path).collect();
        if decoded.contains(&0) {
            return None;
        }
        let mut names: Vec<Vec<u8>> = Vec::new();
        for part in decoded.split(|&byte| byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => drop(names.pop()),
                name => names.push(name.to_owned()),
            }
        }
        let last = decoded.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_owned();
        Some(Self { names, last })
    }

    /// The path ended with a slash.
    pub(super) fn names_a_folder(&self) -> bool {
        self.last.is_empty()
    }

    pub(super) fn names_an_index(&self) -> bool {
        self.last == b"index.html"
    }

    /// The last part, escaped for a link that is relative to this path.
    pub(super) fn last_as_link(&self) -> String {
        link(&self.last)
    }

    pub(super) fn under(&self, root: &Path) -> PathBuf {
        self.names.iter().fold(root.to_owned(), |path, name| path.join(OsStr::from_bytes(name)))
    }

    /// With a slash before each name, and no slash at the end but for the root's.
    pub(super) fn to_text(&self) -> String {
        let joined = self.names.join(&b'/');
        format!("/{}", String::from_utf8_lossy(&joined))
    }

    /// The name of the file or folder itself, escaped for a link.
    pub(super) fn name_as_link(&self) -> String {
        link(self.names.last().map_or(b"", Vec::as_slice))
    }
}

/// A name, escaped for use in a link.
pub(super) fn link(name: &[u8]) -> String {
    percent_encode(name, LINK).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> String {
        RequestPath::parse(path).unwrap().to_text()
    }

    #[test]
    fn every_form_of_dots_stays_below_the_root() {
        for path in
            ["/../etc", "/%2e%2e/etc", "/a/..%2f..%2fetc", "/./.%2E/etc", "//..//etc", "/a/../../etc", "/..%2Fetc"]
        {
            assert_eq!(text(path), "/etc", "{path}");
        }
        assert_eq!(text("/.."), "/");
        assert_eq!(text("/%252e%252e/a"), "/%2e%2e/a", "decoded once only");
        assert_eq!(text("/...a"), "/...a");
    }

    #[test]
    fn a_path_without_a_possible_file_is_refused() {
        assert_eq!(RequestPath::parse("/a%00b"), None);
    }

    #[test]
    fn the_end_of_the_path_tells_what_was_asked_for() {
        assert!(RequestPath::parse("/a/").unwrap().names_a_folder());
        assert!(!RequestPath::parse("/a").unwrap().names_a_folder());
        assert!(RequestPath::parse("/a/index.html").unwrap().names_an_index());
        assert_eq!(RequestPath::parse("/a b:c").unwrap().last_as_link(), "a%20b%3Ac");
    }

    proptest::proptest! {
        #[test]
        fn no_path_leaves_the_root(path in "/[a-z./%2eE5cF]{0,40}") {
            if let Some(path) = RequestPath::parse(&path) {
                let root = Path::new("/srv/root");
                proptest::prop_assert!(path.under(root).starts_with(root));
                proptest::prop_assert!(!path.under(root).components().any(|part| part.as_os_str() == ".."));
            }
        }
    }
}
