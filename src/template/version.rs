//! Packer versions and constraints on them.

use std::cmp::Ordering;

use super::PACKER_VERSION;

/// `1.2.3-beta4+metadata`: numbers, and what marks it as earlier than those numbers alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    numbers: Vec<u64>,
    prerelease: Option<String>,
}

impl Version {
    /// The one that this program stands for.
    pub(super) fn own() -> Self {
        Self::parse(PACKER_VERSION).expect("the constant is a version")
    }

    fn of<const N: usize>(numbers: [u64; N]) -> Self {
        Self { numbers: numbers.to_vec(), prerelease: None }
    }

    /// Whether templates for this release work here.
    pub(super) fn is_familiar(&self) -> bool {
        self.numbers.first().is_some_and(|major| *major <= 1) && self.compare(&Self::of([1, LAST_MINOR + 1])).is_lt()
    }

    pub(super) fn is_prerelease(&self) -> bool {
        self.prerelease.is_some()
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
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
    pub(super) fn compare(&self, other: &Self) -> Ordering {
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

/// Templates for releases from 1.0 to 1.16 work here.
const LAST_MINOR: u64 = 16;
/// No minor release had more patches.
const LAST_PATCH: u64 = 13;

/// A list such as `>= 1.7.0, < 2`: all of it must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraints(Vec<(Operator, Version)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    /// At least this, and the same but for the last number written.
    Pessimistic,
}

const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::NotEqual),
    ("~>", Operator::Pessimistic),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

impl Constraints {
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.split(',').map(constraint).collect::<Option<_>>().map(Self)
    }

    pub(super) fn admit(&self, version: &Version) -> bool {
        self.0.iter().all(|(operator, bound)| holds(*operator, version, bound))
    }

    /// Whether they hold for some release whose templates work here. People pin the release they have, and
    /// nothing in a template depends on the difference.
    pub(super) fn admit_a_release(&self) -> bool {
        let minors =
            (0..=LAST_MINOR).flat_map(|minor| (0..LAST_PATCH).map(move |patch| Version::of([1, minor, patch])));
        let named = self.0.iter().map(|(_, bound)| bound.clone()).filter(Version::is_familiar);
        minors.chain(named).any(|version| self.admit(&version))
    }

    pub(super) fn name_a_prerelease(&self) -> bool {
        self.0.iter().any(|(_, version)| version.is_prerelease())
    }
}

fn constraint(text: &str) -> Option<(Operator, Version)> {
    let text = text.trim();
    let known = OPERATORS.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
    let (operator, version) = known.unwrap_or((Operator::Equal, text));
    Some((operator, Version::parse(version)?))
}

fn holds(operator: Operator, version: &Version, bound: &Version) -> bool {
    let order = version.compare(bound);
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Pessimistic => {
            let same = bound.numbers.len().saturating_sub(1).max(1);
            let numbers = version.numbers.iter().copied().chain(std::iter::repeat(0));
            order.is_ge() && numbers.zip(&bound.numbers).take(same).all(|(left, right)| left == *right)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_or_not() {
        let version = Version::parse("1.14.0").expect("a version");
        for (text, expected) in [
            (">= 1.7.0", true),
            (">= 1.7.0, < 2", true),
            (">= 1.7.0, < 1.14", false),
            ("~> 1.7", true),
            ("~> 1.7.0", false),
            ("~> 1.14.0", true),
            ("~> 1", true),
            ("~> 2", false),
            ("1.14", true),
            ("= 1.14.1", false),
            ("!= 1.14.0", false),
            ("> 1.13.9", true),
            ("<= 1.14.0", true),
        ] {
            let constraints = Constraints::parse(text).expect(text);
            assert_eq!(constraints.admit(&version), expected, "{text}");
        }
    }

    #[test]
    fn pins_of_familiar_releases_are_no_obstacle() {
        for (text, expected) in
            [("= 1.11.1", true), (">= 1.15.1", true), ("< 1.5", true), (">= 2", false), ("1.17.0", false)]
        {
            assert_eq!(Constraints::parse(text).expect(text).admit_a_release(), expected, "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_constraint() {
        for text in ["", ">=", "a.b", ">= 1.7.0,", "=> 1.0"] {
            assert_eq!(Constraints::parse(text), None, "{text}");
        }
    }
}
