//! A time with its offset from UTC, as RFC 3339 writes it.

use std::fmt::{Display, Formatter};

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

#[derive(Clone, Copy, Debug)]
pub(in crate::template::hcl::functions) struct Moment {
    /// At the place with the offset.
    pub(super) civil: DateTime,
    pub(super) offset: Offset,
}

impl Moment {
    /// In UTC.
    pub(super) fn of(time: Timestamp) -> Self {
        Self { civil: Offset::UTC.to_datetime(time), offset: Offset::UTC }
    }

    /// Nothing may be left out but the fraction of the second. `separators` stand before the hours.
    pub(in crate::template::hcl::functions) fn read(text: &str, separators: &[char]) -> Option<Self> {
        let (date, rest) = text.split_once(separators)?;
        let (year, date) = digits(date, 4)?;
        let (month, date) = digits(date.strip_prefix('-')?, 2)?;
        let (day, date) = digits(date.strip_prefix('-')?, 2)?;
        let (hour, rest) = digits(rest, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
        let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
        let (nanosecond, rest) = fraction(rest)?;
        let offset = offset(rest).filter(|_| date.is_empty())?;
        let small = |number: i32| i8::try_from(number).ok();
        let year = i16::try_from(year).ok()?;
        let civil =
            DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, nanosecond);
        civil.ok().map(|civil| Self { civil, offset })
    }

    pub(super) fn plus(&self, duration: SignedDuration) -> Option<Self> {
        self.civil.checked_add(duration).ok().map(|civil| Self { civil, ..*self })
    }

    /// Seconds since 1970.
    pub(super) fn unix(&self) -> i64 {
        let utc = Offset::UTC.to_timestamp(self.civil).map_or(0, Timestamp::as_second);
        utc - i64::from(self.offset.seconds())
    }

    /// `+05:30` with a separator.
    pub(super) fn offset_text(&self, separator: &str) -> String {
        let minutes = self.offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}{separator}{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }

    pub(super) fn month_name(&self) -> String {
        self.civil.strftime("%B").to_string()
    }

    pub(super) fn weekday_name(&self) -> String {
        self.civil.strftime("%A").to_string()
    }
}

/// RFC 3339 without a fraction.
impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let time = &self.civil;
        write!(f, "{:04}-{:02}-{:02}T", time.year(), time.month(), time.day())?;
        write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        if self.offset == Offset::UTC { f.write_str("Z") } else { f.write_str(&self.offset_text(":")) }
    }
}

/// A number of exactly so many digits, and what follows.
fn digits(text: &str, count: usize) -> Option<(i32, &str)> {
    let number = text.get(..count).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((number.parse().ok()?, &text[count..]))
}

/// Digits behind a point as nanoseconds; more than nine are cut.
fn fraction(text: &str) -> Option<(i32, &str)> {
    let Some(text) = text.strip_prefix('.') else { return Some((0, text)) };
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = &text[..text.len() - rest.len()];
    if digits.is_empty() {
        return None;
    }
    let nanoseconds: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
    Some((nanoseconds.parse().ok()?, rest))
}

/// `Z`, or hours and minutes with a sign.
fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z") {
        return Some(Offset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = digits(text.strip_prefix(['+', '-'])?, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let is_valid = rest.is_empty() && hours < 24 && minutes < 60;
    is_valid.then(|| Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok()).flatten()
}
