//! Durations as Go writes them: `1h2m3.5s`.

use std::time::Duration;

/// A duration with its sign; Go has negative ones, and `boot_wait` gives them a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    pub negative: bool,
    pub length: Duration,
}

impl Signed {
    /// From nanoseconds, which is what a bare number means.
    pub fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self { negative: nanoseconds < 0, length: Duration::from_nanos(nanoseconds.unsigned_abs()) }
    }

    /// `None` below zero.
    pub fn positive(self) -> Option<Duration> {
        (!self.negative || self.length.is_zero()).then_some(self.length)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("`{text}` has no unit; write `{text}s` for seconds")]
    NoUnit { text: String },
    #[error("unknown unit `{unit}` in `{text}`; units are ns, us, ms, s, m, h")]
    Unit { unit: String, text: String },
    #[error("`{text}` is no duration")]
    Form { text: String },
    #[error("`{text}` is too long")]
    Range { text: String },
}

const NANOSECONDS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Parses signed decimal numbers with units; only `0` may stand without one.
pub fn parse(text: &str) -> Result<Signed, Error> {
    let form = || Error::Form { text: text.to_owned() };
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Signed { negative: false, length: Duration::ZERO });
    }
    if rest.is_empty() {
        return Err(form());
    }
    let mut nanoseconds: u64 = 0;
    while !rest.is_empty() {
        let (number, after) = split(rest, |character| character.is_ascii_digit() || character == '.');
        let (unit, after) = split(after, |character| !character.is_ascii_digit() && character != '.');
        let part = scaled(number, factor(unit, text)?).ok_or_else(form)?;
        nanoseconds = nanoseconds.checked_add(part).ok_or_else(|| Error::Range { text: text.to_owned() })?;
        rest = after;
    }
    if i64::try_from(nanoseconds).is_err() {
        return Err(Error::Range { text: text.to_owned() });
    }
    Ok(Signed { negative, length: Duration::from_nanos(nanoseconds) })
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|character| !belongs(character)).unwrap_or(text.len()))
}

fn factor(unit: &str, text: &str) -> Result<u64, Error> {
    if unit.is_empty() {
        return Err(Error::NoUnit { text: text.to_owned() });
    }
    let found = NANOSECONDS.iter().find(|(name, _)| *name == unit);
    found.map(|(_, factor)| *factor).ok_or_else(|| Error::Unit { unit: unit.to_owned(), text: text.to_owned() })
}

/// `number` (digits with at most one point) times `factor`, rounded down.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    // Beyond 18 digits there is nothing left to count, even in an hour.
    let digits = &fraction[..fraction.len().min(18)];
    let tail = if digits.is_empty() { 0 } else { digits.parse::<u128>().ok()? };
    let scale = 10_u128.pow(u32::try_from(digits.len()).ok()?);
    let part = u64::try_from(tail * u128::from(factor) / scale).ok()?;
    whole.checked_mul(factor)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> f64 {
        let duration = parse(text).unwrap();
        let length = duration.length.as_secs_f64();
        if duration.negative { -length } else { length }
    }

    #[test]
    fn reads_what_go_reads() {
        for (text, expected) in [
            ("5s", 5.0),
            ("1m30s", 90.0),
            ("1h2m3.5s", 3723.5),
            ("-1s", -1.0),
            ("0", 0.0),
            (".5s", 0.5),
            ("250ms", 0.25),
            ("10000s", 10_000.0),
            ("+2m", 120.0),
        ] {
            assert!((seconds(text) - expected).abs() < 1e-9, "{text}");
        }
        assert_eq!(parse("1.5µs").unwrap().length, Duration::from_nanos(1500));
    }

    #[test]
    fn says_what_is_wrong() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(message("5"), "`5` has no unit; write `5s` for seconds");
        assert_eq!(message("5 s"), "unknown unit ` s` in `5 s`; units are ns, us, ms, s, m, h");
        assert_eq!(message(""), "`` is no duration");
        assert_eq!(message("1.2.3s"), "`1.2.3s` is no duration");
        assert_eq!(message("9999999999h"), "`9999999999h` is no duration");
        assert_eq!(message("2562047h2562047h"), "`2562047h2562047h` is too long");
    }
}
