//! Which archive and which algorithm an output name asks for.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Archive {
    Tar,
    Zip,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Gzip,
    Bgzf,
    Lz4,
    Xz,
    Bzip2,
}

/// A tar and a zip need no algorithm of their own; a lone file needs no archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) archive: Option<Archive>,
    pub(super) algorithm: Option<Algorithm>,
}

impl Format {
    /// Packer's rule: the last two extensions of the name as written (with `format` behind it) count, and
    /// a name that says nothing gets a gzipped tar.
    pub(super) fn detect(pattern: &str, format: Option<&str>) -> Self {
        let name = match format.filter(|format| !format.is_empty()) {
            Some(format) => format!("{pattern}.{format}"),
            None => pattern.to_owned(),
        };
        let mut extensions = extensions(&name).into_iter().rev();
        let last = extensions.next().unwrap_or_default();
        let of_tar = (extensions.next() == Some("tar")).then_some(Archive::Tar);
        match (last, algorithm(last)) {
            ("tar", _) => Self { archive: Some(Archive::Tar), algorithm: None },
            ("zip", _) => Self { archive: Some(Archive::Zip), algorithm: None },
            (_, Some(algorithm)) => Self { archive: of_tar, algorithm: Some(algorithm) },
            (_, None) => Self { archive: Some(Archive::Tar), algorithm: Some(Algorithm::Gzip) },
        }
    }
}

fn algorithm(extension: &str) -> Option<Algorithm> {
    match extension {
        "gz" => Some(Algorithm::Gzip),
        "bgzf" => Some(Algorithm::Bgzf),
        "lz4" => Some(Algorithm::Lz4),
        "xz" => Some(Algorithm::Xz),
        "bzip2" => Some(Algorithm::Bzip2),
        _ => None,
    }
}

/// What stands behind each dot, as far as it is lower-case letters and digits.
fn extensions(name: &str) -> Vec<&str> {
    let end = |text: &str| text.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).unwrap_or(text.len());
    name.split('.').skip(1).map(|text| &text[..end(text)]).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_extensions_decide() {
        let tar = Some(Archive::Tar);
        let table = [
            ("packer_{{.BuildName}}_{{.BuilderType}}", None, tar, Some(Algorithm::Gzip)),
            ("vm.box", None, tar, Some(Algorithm::Gzip)),
            ("vm.tgz", None, tar, Some(Algorithm::Gzip)),
            ("vm.GZ", None, tar, Some(Algorithm::Gzip)),
            ("vm.bz2", None, tar, Some(Algorithm::Gzip)),
            ("vm.tar", None, tar, None),
            ("vm.zip", None, Some(Archive::Zip), None),
            ("vm.tar.zip", None, Some(Archive::Zip), None),
            ("{{.BuildName}}.tar.gz", None, tar, Some(Algorithm::Gzip)),
            ("vm.tar.lz4", None, tar, Some(Algorithm::Lz4)),
            ("vm.tar.xz", None, tar, Some(Algorithm::Xz)),
            ("vm.tar.bzip2", None, tar, Some(Algorithm::Bzip2)),
            ("vm.tar.bgzf", None, tar, Some(Algorithm::Bgzf)),
            ("vm.gz", None, None, Some(Algorithm::Gzip)),
            ("vm.qcow2.xz", None, None, Some(Algorithm::Xz)),
            ("vm", Some("tar.lz4"), tar, Some(Algorithm::Lz4)),
            ("vm.tar", Some("gz"), tar, Some(Algorithm::Gzip)),
            ("vm.box", Some(""), tar, Some(Algorithm::Gzip)),
        ];
        for (pattern, format, archive, algorithm) in table {
            assert_eq!(Format::detect(pattern, format), Format { archive, algorithm }, "{pattern} {format:?}");
        }
    }
}
