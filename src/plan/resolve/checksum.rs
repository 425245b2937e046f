//! The forms of `iso_checksum`.

use crate::plan::{Algorithm, Checksum};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("it is empty; write `none` to go without one")]
    Empty,
    #[error("it names an image, not a checksum")]
    Image,
    #[error("unknown algorithm `{0}`; use md5, sha1, sha224, sha256, sha384, sha512, or `file:` with a checksum file")]
    Algorithm(String),
    #[error("`{0}` is not hexadecimal")]
    NotHexadecimal(String),
    #[error("{digits} digits belong to no algorithm; md5 has 32, sha1 40, sha256 64, sha512 128")]
    Length { digits: usize },
    #[error("{algorithm} has {expected} digits, this has {digits}")]
    WrongLength { algorithm: &'static str, expected: usize, digits: usize },
    #[error("`file:` is followed by no path")]
    NoFile,
}

pub(super) fn parse(text: &str) -> Result<Checksum, Error> {
    if text.is_empty() {
        return Err(Error::Empty);
    }
    if text == "none" {
        return Ok(Checksum::None);
    }
    let (kind, rest) = text.split_once(':').unwrap_or(("", text));
    if kind.eq_ignore_ascii_case("none") {
        // What old templates say with a variable for `iso_checksum_type`.
        return Ok(Checksum::None);
    }
    if kind.eq_ignore_ascii_case("file") {
        let location = rest.to_owned();
        return if rest.is_empty() { Err(Error::NoFile) } else { Ok(Checksum::File { location }) };
    }
    if text.to_ascii_lowercase().ends_with(".iso") {
        return Err(Error::Image);
    }
    if kind.is_empty() { bare(rest) } else { typed(kind, rest) }
}

fn bare(hex: &str) -> Result<Checksum, Error> {
    let hex = hexadecimal(hex)?;
    let algorithm = Algorithm::by_length(hex.len()).ok_or(Error::Length { digits: hex.len() })?;
    Ok(Checksum::Digest { algorithm, hex })
}

fn typed(kind: &str, hex: &str) -> Result<Checksum, Error> {
    let algorithm = Algorithm::by_name(kind).ok_or_else(|| Error::Algorithm(kind.to_owned()))?;
    let hex = hexadecimal(hex)?;
    let expected = algorithm.hex_digits();
    if hex.len() != expected {
        return Err(Error::WrongLength { algorithm: algorithm.name(), expected, digits: hex.len() });
    }
    Ok(Checksum::Digest { algorithm, hex })
}

fn hexadecimal(text: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Err(Error::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::NotHexadecimal(text.to_owned()));
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        let md5 = "0123456789ABCDEF0123456789abcdef";
        let digest = |algorithm| Ok(Checksum::Digest { algorithm, hex: md5.to_ascii_lowercase() });
        assert_eq!(parse("none"), Ok(Checksum::None));
        assert_eq!(parse("None:0123"), Ok(Checksum::None));
        assert_eq!(parse(md5), digest(Algorithm::Md5));
        assert_eq!(parse(&format!("MD5:{md5}")), digest(Algorithm::Md5));
        let file = |location: &str| Ok(Checksum::File { location: location.to_owned() });
        assert_eq!(parse("file:./SHA256SUMS"), file("./SHA256SUMS"));
        assert_eq!(parse("file:http://host/sums.iso"), file("http://host/sums.iso"));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(parse(""), Err(Error::Empty));
        assert_eq!(parse("md5:"), Err(Error::Empty));
        assert_eq!(parse("debian.ISO"), Err(Error::Image));
        assert_eq!(parse("crc:12"), Err(Error::Algorithm("crc".to_owned())));
        assert_eq!(parse("sha256:xyz"), Err(Error::NotHexadecimal("xyz".to_owned())));
        assert_eq!(parse("abcd"), Err(Error::Length { digits: 4 }));
        let expected = Error::WrongLength { algorithm: "sha256", expected: 64, digits: 2 };
        assert_eq!(parse("sha256:ab"), Err(expected));
    }
}
