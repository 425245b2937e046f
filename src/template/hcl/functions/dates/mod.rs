//! Times as text in the form of RFC 3339.

mod letters;
mod moment;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::template::hcl::value::Value;
use crate::template::interpolate::time;

use super::CallError;
use super::arguments::{Arguments, quoted};
use super::table::{Function, number, text};
pub(super) use moment::Moment;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", &[text("format"), text("time")], format_date),
    Function::always("legacy_isotime", &[], legacy_isotime).and_maybe(text("format")),
    Function::always("legacy_strftime", &[], legacy_strftime).and_maybe(text("format")),
    Function::new("rfc3339_parse", &[text("timestamp")], rfc3339_parse),
    Function::new("timeadd", &[text("timestamp"), text("duration")], time_add),
    Function::always("timestamp", &[], |_| Value::string(time::rfc3339(Timestamp::now()))),
    Function::new("unix_timestamp_parse", &[number("unix_timestamp")], unix_timestamp_parse),
];

fn moment(arguments: &Arguments<'_>, index: usize) -> Result<Moment, CallError> {
    let text = arguments.text(index);
    let wrong = || CallError::of(index, format!("{} is not a time such as 2026-01-02T15:04:05Z", quoted(text)));
    Moment::read(text, &['T']).ok_or_else(wrong)
}

fn format_date(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let moment = moment(arguments, 1)?;
    letters::format(arguments.text(0), &moment).map(Value::string).map_err(|message| CallError::of(0, message))
}

fn time_add(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (moment, text) = (moment(arguments, 0)?, arguments.text(1));
    let wrong = || CallError::of(1, format!("{} is not a duration such as 1h30m or -10s", quoted(text)));
    let duration = duration(text).ok_or_else(wrong)?;
    let moved = moment.plus(duration).ok_or_else(|| CallError::new("the result is out of the range of years"))?;
    Ok(Value::string(moved.to_string()))
}

/// Go's way: numbers with units, in any order, without spaces.
fn duration(text: &str) -> Option<SignedDuration> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let length = match unsigned {
        "0" => SignedDuration::ZERO,
        "" => return None,
        _ => parts_of_duration(unsigned)?,
    };
    if text.starts_with('-') { length.checked_neg() } else { Some(length) }
}

fn parts_of_duration(mut rest: &str) -> Option<SignedDuration> {
    let is_number = |character: char| character.is_ascii_digit() || character == '.';
    let mut sum = SignedDuration::ZERO;
    while !rest.is_empty() {
        let unit = rest.find(|character| !is_number(character))?;
        let end = rest[unit..].find(is_number).map_or(rest.len(), |end| unit + end);
        let (number, unit) = (&rest[..unit], &rest[unit..end]);
        if number.is_empty() || !matches!(unit, "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h") {
            return None;
        }
        // The library wants a digit before the point.
        sum = sum.checked_add(format!("0{number}{unit}").parse().ok()?)?;
        rest = &rest[end..];
    }
    Some(sum)
}

/// The start of the program, as the templates of texts show it.
fn legacy_isotime(arguments: &Arguments<'_>) -> Value {
    let started = arguments.context.started;
    Value::string(match arguments.len() {
        0 => time::rfc3339(started),
        _ => time::layout(started, arguments.text(0)),
    })
}

fn legacy_strftime(arguments: &Arguments<'_>) -> Value {
    let started = arguments.context.started;
    Value::string(match arguments.len() {
        0 => time::rfc3339(started),
        _ => time::strftime(started, arguments.text(0)),
    })
}

fn rfc3339_parse(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let text = arguments.text(0);
    let wrong = || CallError::of(0, format!("{} is not a time such as 2026-01-02T15:04:05Z", quoted(text)));
    let moment = Moment::read(text, &['T', 't', ' ']).ok_or_else(wrong)?;
    let mut parts = parts(&moment);
    parts.insert(String::from("unix"), Value::integer(moment.unix()));
    Ok(Value::map(parts))
}

fn unix_timestamp_parse(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let out_of_range = |_| CallError::of(0, "the time is out of the range of years");
    let moment = Moment::of(Timestamp::from_second(arguments.integer(0)?).map_err(out_of_range)?);
    let mut parts = parts(&moment);
    parts.insert(String::from("rfc3339"), Value::string(moment.to_string()));
    Ok(Value::map(parts))
}

fn parts(moment: &Moment) -> BTreeMap<String, Value> {
    let time = moment.civil;
    let week = time.date().iso_week_date();
    let numbers = [
        ("year", i64::from(time.year())),
        ("year_day", i64::from(time.day_of_year())),
        ("month", i64::from(time.month())),
        ("day", i64::from(time.day())),
        ("weekday", i64::from(time.weekday().to_sunday_zero_offset())),
        ("hour", i64::from(time.hour())),
        ("minute", i64::from(time.minute())),
        ("second", i64::from(time.second())),
        ("iso_year", i64::from(week.year())),
        ("iso_week", i64::from(week.week())),
    ];
    let names = [("month_name", moment.month_name()), ("weekday_name", moment.weekday_name())];
    let numbers = numbers.into_iter().map(|(name, number)| (name.to_owned(), Value::integer(number)));
    let names = names.into_iter().map(|(name, text)| (name.to_owned(), Value::string(text)));
    numbers.chain(names).collect()
}
