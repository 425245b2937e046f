//! The page that lists a folder.

use std::fmt::Write;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use fs_err as fs;

use super::request_path::link;

/// The names in a folder as a page of links, folders with a slash, in the order of their bytes.
pub(super) fn page(folder: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let mut name = entry.file_name().as_bytes().to_owned();
        // A link to a folder is shown as a link, as Go's server does; following it works all the same.
        if entry.file_type()?.is_dir() {
            name.push(b'/');
        }
        names.push(name);
    }
    names.sort();
    Ok(render(&names))
}

fn render(names: &[Vec<u8>]) -> String {
    let mut page = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n".to_owned();
    for name in names {
        let (bare, slash) = match name.strip_suffix(b"/") {
            Some(bare) => (bare, "/"),
            None => (name.as_slice(), ""),
        };
        let shown = escape(&String::from_utf8_lossy(bare));
        writeln!(page, "<a href=\"{}{slash}\">{shown}{slash}</a>", link(bare)).expect("a string takes all text");
    }
    page.push_str("</pre>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_escaped() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("<b> & c"), "").unwrap();
        let page = page(folder.path()).unwrap();
        let links: Vec<_> = page.lines().filter(|line| line.starts_with("<a")).collect();
        assert_eq!(links, ["<a href=\"%3Cb%3E%20%26%20c\">&lt;b&gt; &amp; c</a>", "<a href=\"sub/\">sub/</a>"]);
    }
}
