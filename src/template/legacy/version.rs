//! `min_packer_version` against the Packer version that this program stands for.

use std::cmp::Ordering;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::PACKER_VERSION;

/// `1.2.3-beta4+metadata`: numbers, and what marks it as earlier than those numbers alone.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    numbers: Vec<u64>,
    prerelease: Option<String>,
}

pub(super) fn check(wanted: Option<&Spanned<String>>, diagnostics: &mut Diagnostics) {
    let Some(wanted) = wanted.filter(|wanted| !wanted.value.is_empty()) else { return };
    match Version::parse(&wanted.value) {
        None => diagnostics.push(
            Diagnostic::error(format!("`min_packer_version` is not a version: `{}`", wanted.value))
                .at(&wanted.span)
                .help("a version is numbers with dots between them, such as 1.7.0"),
        ),
        Some(version) if is_newer(&version) => diagnostics.push(
            Diagnostic::error(format!(
                "the template needs Packer {} or newer; this program does what Packer {PACKER_VERSION} does",
                wanted.value
            ))
            .at(&wanted.span),
        ),
        Some(_) => {}
    }
}

fn is_newer(version: &Version) -> bool {
    let own = Version::parse(PACKER_VERSION).expect("the constant is a version");
    version.compare(&own).is_gt()
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, _metadata) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, prerelease) = match text.split_once('-') {
            Some((numbers, prerelease)) => (numbers, Some(prerelease.to_owned())),
            None => (text, None),
        };
        let numbers = numbers.split('.').map(number).collect::<Option<Vec<u64>>>()?;
        let is_named = |text: &String| !text.is_empty();
        prerelease.as_ref().is_none_or(is_named).then_some(Self { numbers, prerelease })
    }

    /// Numbers first, missing ones as 0; then a release is later than its prereleases.
    fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let padded = |numbers: &[u64]| -> Vec<u64> { numbers.iter().copied().chain([0; 8]).take(length).collect() };
        padded(&self.numbers).cmp(&padded(&other.numbers)).then_with(|| match (&self.prerelease, &other.prerelease) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(left), Some(right)) => left.cmp(right),
        })
    }
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_versions() {
        let newer = |text| Version::parse(text).map(|version| is_newer(&version));
        assert_eq!(newer("1.7"), Some(false));
        assert_eq!(newer(PACKER_VERSION), Some(false));
        assert_eq!(newer("v1.14.0-beta1"), Some(false));
        assert_eq!(newer("1.14.1"), Some(true));
        assert_eq!(newer("2"), Some(true));
        assert_eq!(newer("abc"), None);
        assert_eq!(newer(""), None);
        assert_eq!(newer("1..2"), None);
    }
}
