//! Checksum files, as `sha256sum` (GNU) and BSD's `sha256` write them.

use std::path::{Component, Path, PathBuf};

use crate::cache::digest::Digest;
use crate::plan::Algorithm;

/// One usable line.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    digest: Digest,
    /// `None`: the line names no file, so it is for any.
    name: Option<&'a str>,
}

/// The digest of `image` in the text of a checksum file that lies at `file`. A line with its exact name
/// wins over one whose name is part of its path, and that over one without a name.
pub(super) fn find(text: &str, file: &Path, image: &Path) -> Option<Digest> {
    let lines: Vec<_> = text.lines().filter_map(parse).collect();
    let names = names(file, image);
    let image = image.to_string_lossy();
    let exact = |line: &&Line<'_>| line.name.is_some_and(|name| names.iter().any(|known| known == name));
    let part = |line: &&Line<'_>| line.name.is_some_and(|name| image.contains(bare(name)));
    let anonymous = |line: &&Line<'_>| line.name.is_none();
    let found = lines.iter().find(exact).or_else(|| lines.iter().find(part)).or_else(|| lines.iter().find(anonymous));
    found.map(|line| line.digest.clone())
}

/// A name in a line without the marks in front of it.
fn bare(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

fn parse(line: &str) -> Option<Line<'_>> {
    if line.starts_with(['#', '/', '-']) {
        return None;
    }
    let fields: Vec<_> = line.split_whitespace().collect();
    let (hex, name) = match fields.as_slice() {
        [] => return None,
        [hex, name] => (*hex, Some(*name)),
        [algorithm, name, "=", hex] => {
            let algorithm = Algorithm::by_name(algorithm)?;
            let name = name.strip_prefix('(').and_then(|name| name.strip_suffix(')'))?;
            let digest = digest(hex).filter(|digest| digest.algorithm == algorithm)?;
            return Some(Line { digest, name: Some(name) });
        }
        [hex, ..] => (*hex, None),
    };
    Some(Line { digest: digest(hex)?, name })
}

fn digest(hex: &str) -> Option<Digest> {
    let algorithm = Algorithm::by_length(hex.len())?;
    let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| Digest { algorithm, hex: hex.to_ascii_lowercase() })
}

/// All the ways in which a line may name the image. `*` marks binary mode, `?` text mode.
fn names(file: &Path, image: &Path) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(base) = image.file_name().map(|name| name.to_string_lossy()) {
        names.extend([base.to_string(), format!("*{base}"), format!("?{base}")]);
    }
    if let Some(relative) = file.parent().and_then(|folder| relative(folder, image)) {
        let relative = relative.to_string_lossy();
        names.extend([relative.to_string(), format!("./{relative}")]);
    }
    names.push(image.to_string_lossy().into_owned());
    names
}

/// The way from a folder to a file, upwards where it must be.
fn relative(folder: &Path, file: &Path) -> Option<PathBuf> {
    let parts = |path: &Path| -> Vec<_> {
        path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned()).collect()
    };
    if folder.is_absolute() != file.is_absolute() {
        return None;
    }
    let (folder, file) = (parts(folder), parts(file));
    let common = folder.iter().zip(&file).take_while(|(left, right)| left == right).count();
    let up = std::iter::repeat_n("..".into(), folder.len() - common);
    Some(up.chain(file[common..].iter().cloned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

    fn hex(text: &str, file: &str, image: &str) -> Option<String> {
        find(text, Path::new(file), Path::new(image)).map(|digest| digest.hex)
    }

    #[test]
    fn names_are_found_in_every_form() {
        for name in ["x.iso", "*x.iso", "?x.iso", "isos/x.iso", "./isos/x.iso", "/srv/isos/x.iso"] {
            let text = format!("# comment\n\n{A}  other.iso\n{B}  {name}\n");
            assert_eq!(hex(&text, "/srv/SUMS", "/srv/isos/x.iso"), Some(B.to_lowercase()), "{name}");
        }
        assert_eq!(hex(&format!("{A} ../isos/x.iso\n"), "/srv/sums/SUMS", "/srv/isos/x.iso"), Some(A.to_owned()));
    }

    #[test]
    fn bsd_lines_and_a_last_line_without_newline() {
        let text = format!("MD5 (x.iso) = {}\nSHA256 (y.iso) = {A}\nSHA256 (x.iso) = {B}", "c".repeat(64));
        assert_eq!(hex(&text, "SUMS", "x.iso"), Some(B.to_lowercase()));
    }

    #[test]
    fn one_word_is_for_any_file() {
        assert_eq!(hex(A, "x.sha256", "x.iso"), Some(A.to_owned()));
        let md5 = "0123456789abcdef0123456789abcdef";
        assert_eq!(find(md5, Path::new("f"), Path::new("x")).unwrap().algorithm, Algorithm::Md5);
    }

    #[test]
    fn the_exact_name_wins_over_a_part_of_the_path() {
        let text = format!("{A}  netinst.iso\n{B}  debian-netinst.iso\n");
        assert_eq!(hex(&text, "SUMS", "debian-netinst.iso"), Some(B.to_lowercase()));
        assert_eq!(hex(&text, "SUMS", "other-netinst.iso"), Some(A.to_owned()));
        assert_eq!(hex(&text, "SUMS", "none.iso"), None);
    }

    #[test]
    fn signed_files_are_read() {
        let text = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{A} *x.iso\n-----BEGIN PGP SIGNATURE-----\niQEzBAEBCAAdFiEE\n"
        );
        assert_eq!(hex(&text, "SUMS", "x.iso"), Some(A.to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,200}", name in ".{0,20}") {
            find(&text, Path::new("SUMS"), Path::new(&name));
        }
    }
}
