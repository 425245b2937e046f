//! `min_packer_version` against the Packer version that this program stands for.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::PACKER_VERSION;
use crate::template::version::Version;

pub(super) fn check(wanted: Option<&Spanned<String>>, diagnostics: &mut Diagnostics) {
    let Some(wanted) = wanted.filter(|wanted| !wanted.value.is_empty()) else { return };
    match Version::parse(&wanted.value) {
        None => diagnostics.push(
            Diagnostic::error(format!("`min_packer_version` is not a version: `{}`", wanted.value))
                .at(&wanted.span)
                .help("a version is numbers with dots between them, such as 1.7.0"),
        ),
        Some(version) if is_too_new(&version) => diagnostics.push(
            Diagnostic::error(format!(
                "the template needs Packer {} or newer; this program does what Packer {PACKER_VERSION} does",
                wanted.value
            ))
            .at(&wanted.span),
        ),
        Some(_) => {}
    }
}

fn is_too_new(version: &Version) -> bool {
    version.compare(&Version::own()).is_gt() && !version.is_familiar()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_versions() {
        let newer = |text| Version::parse(text).map(|version| is_too_new(&version));
        assert_eq!(newer("1.7"), Some(false));
        assert_eq!(newer(PACKER_VERSION), Some(false));
        assert_eq!(newer("v1.14.0-beta1"), Some(false));
        assert_eq!(newer("1.14.1"), Some(false), "its templates work here");
        assert_eq!(newer("1.17"), Some(true));
        assert_eq!(newer("2"), Some(true));
        assert_eq!(newer("abc"), None);
        assert_eq!(newer(""), None);
        assert_eq!(newer("1..2"), None);
    }
}
