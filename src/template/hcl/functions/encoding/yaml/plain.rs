//! Texts without quotes that YAML 1.1 takes for something else (<https://yaml.org/type/>). The library
//! follows YAML 1.2, which has fewer of them.

use crate::template::hcl::functions::dates::Moment;
use crate::template::hcl::value::Value;

pub(super) fn resolve(text: &str) -> Option<Value> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Value::Bool(false)),
        _ if text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
            time(text).or_else(|| lax_number(text))
        }
        _ => None,
    }
}

/// With underscores between the digits or zeros in front of them. What the library takes for a number but
/// gives as a text has a tag that says so.
fn lax_number(text: &str) -> Option<Value> {
    let digits = text.trim_start_matches(['+', '-']);
    let has_zeros = digits.starts_with('0') && digits[1..].starts_with(|second: char| second.is_ascii_digit());
    let is_lax = has_zeros || text.contains('_');
    is_lax.then(|| number(&text.trim_start_matches('+').replace('_', ""))).flatten()
}

/// Decimal digits; the result has them all.
pub(super) fn number(digits: &str) -> Option<Value> {
    digits.parse().ok().map(Value::Number)
}

/// A date alone is its midnight in UTC, a time behind a space is in UTC. Months and days may have one digit.
fn time(text: &str) -> Option<Value> {
    let (date, time) = text.split_at(text.find(['T', 't', ' ']).unwrap_or(text.len()));
    let time = match time.chars().next() {
        None => String::from("T00:00:00Z"),
        Some(' ') => format!("T{}Z", &time[1..]),
        Some(_) => format!("T{}", &time[1..]),
    };
    let [year, month, day] = date.split('-').collect::<Vec<_>>()[..] else { return None };
    let moment = Moment::read(&format!("{year}-{month:0>2}-{day:0>2}{time}"), &['T'])?;
    Some(Value::string(moment.to_string()))
}
