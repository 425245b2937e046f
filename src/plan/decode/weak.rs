//! Weak typing: which values of a template stand for which type. Variables are always texts, so every
//! option takes one.

use crate::source::Spanned;
use crate::template::value::{Kind, Value};

use super::duration::{self, Signed};
use super::typing::{Mismatch, Pair};

/// How a text shows that is known only later.
pub(super) const UNKNOWN: &str = "<unknown>";

pub(super) fn string(value: &Value) -> Result<String, Mismatch> {
    match &value.kind {
        Kind::Null => Ok(String::new()),
        Kind::String(text) => Ok(text.clone()),
        Kind::Number(number) => Ok(decimal(number)),
        Kind::Bool(flag) => Ok(String::from(if *flag { "1" } else { "0" })),
        Kind::Unknown | Kind::Deferred(_) => Ok(String::from(UNKNOWN)),
        Kind::List(_) | Kind::Map(_) => Err(Mismatch::Kind),
    }
}

pub(super) fn boolean(value: &Value) -> Result<bool, Mismatch> {
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(false),
        Kind::Bool(flag) => Ok(*flag),
        Kind::Number(number) => Ok(number.parse::<f64>().is_ok_and(|number| number != 0.0)),
        Kind::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            other => Err(Mismatch::Text(format!("`{other}` is neither `true` nor `false`"))),
        },
        Kind::List(_) | Kind::Map(_) => Err(Mismatch::Kind),
    }
}

pub(super) fn integer(value: &Value) -> Result<i64, Mismatch> {
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(0),
        Kind::Bool(flag) => Ok(i64::from(*flag)),
        Kind::Number(number) => whole(number).ok_or_else(|| out_of_range(number)),
        Kind::String(text) if text.is_empty() => Ok(0),
        Kind::String(text) => {
            prefixed(text).ok_or_else(|| Mismatch::Text(format!("`{text}` does not read as an integer")))
        }
        Kind::List(_) | Kind::Map(_) => Err(Mismatch::Kind),
    }
}

/// Hundreds of digits are not repeated: they stand in the line that is shown.
pub(super) fn out_of_range(number: &str) -> Mismatch {
    const SHOWN: usize = 40;
    let number = if number.len() > SHOWN { "this number".to_owned() } else { format!("`{number}`") };
    Mismatch::Text(format!("{number} is out of range"))
}

/// A bare number counts nanoseconds.
pub(super) fn duration(value: &Value) -> Result<Signed, Mismatch> {
    match &value.kind {
        Kind::String(text) => duration::parse(text).map_err(|error| Mismatch::Text(error.to_string())),
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(Signed::from_nanoseconds(0)),
        Kind::Number(_) | Kind::Bool(_) => integer(value).map(Signed::from_nanoseconds),
        Kind::List(_) | Kind::Map(_) => Err(Mismatch::Kind),
    }
}

/// A text is split at its commas, an empty map is an empty list, and anything else that is no list is its only element.
pub(super) fn strings(value: &Value) -> Result<Vec<Spanned<String>>, Mismatch> {
    let spanned = |text: &str| Spanned::new(text.to_owned(), value.span.clone());
    match &value.kind {
        Kind::String(text) if text.is_empty() => Ok(Vec::new()),
        Kind::String(text) => Ok(text.split(',').map(spanned).collect()),
        Kind::List(list) => list.iter().map(|item| Ok(Spanned::new(string(item)?, item.span.clone()))).collect(),
        Kind::Map(map) if map.entries.is_empty() => Ok(Vec::new()),
        _ => Ok(vec![spanned(&string(value)?)]),
    }
}

pub(super) fn integers(value: &Value) -> Result<Vec<i64>, Mismatch> {
    match &value.kind {
        Kind::List(list) => list.iter().map(integer).collect(),
        Kind::Map(map) if map.entries.is_empty() => Ok(Vec::new()),
        Kind::String(text) => {
            let part = |part: &str| Value { kind: Kind::String(part.to_owned()), span: value.span.clone() };
            text.split(',').filter(|_| !text.is_empty()).map(|text| integer(&part(text))).collect()
        }
        _ => Ok(vec![integer(value)?]),
    }
}

/// A list of maps is one map, in which the last of equal names counts.
pub(super) fn pairs(value: &Value) -> Result<Vec<Pair>, Mismatch> {
    match &value.kind {
        Kind::Map(map) => map
            .entries
            .iter()
            .map(|(key, value)| Ok((key.clone(), Spanned::new(string(value)?, value.span.clone()))))
            .collect(),
        Kind::List(list) => list.iter().map(pairs).collect::<Result<Vec<_>, _>>().map(|maps| maps.concat()),
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(Vec::new()),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Err(Mismatch::Kind),
    }
}

/// A number in decimal, without exponent and without trailing zeros of a fraction.
pub(super) fn decimal(number: &str) -> String {
    if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return number.to_owned();
    }
    number.parse::<f64>().map_or_else(|_| number.to_owned(), |value| value.to_string())
}

/// A JSON number without its fraction.
fn whole(number: &str) -> Option<i64> {
    let text = decimal(number);
    text.split_once('.').map_or(text.as_str(), |(whole, _)| whole).parse().ok()
}

/// A number as Go's source text has it: `0x1f`, `0b11`, `0o17`, `017`, `1_000`.
fn prefixed(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.starts_with(['-', '+']) {
        return None;
    }
    let lower = digits.to_ascii_lowercase().replace('_', "");
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    i64::from_str_radix(&format!("{sign}{digits}"), base).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::template::value::Object;

    fn value(kind: Kind) -> Value {
        Value { kind, span: Span::whole("test", "") }
    }

    fn text(text: &str) -> Value {
        value(Kind::String(text.to_owned()))
    }

    fn number(text: &str) -> Value {
        value(Kind::Number(text.to_owned()))
    }

    #[test]
    fn numbers_become_decimal_texts() {
        for (written, expected) in [("40000", "40000"), ("1.50", "1.5"), ("1e3", "1000"), ("-7", "-7")] {
            assert_eq!(string(&number(written)).unwrap(), expected);
        }
        assert_eq!(string(&value(Kind::Bool(true))).unwrap(), "1");
        assert_eq!(string(&value(Kind::List(vec![]))), Err(Mismatch::Kind));
    }

    #[test]
    fn texts_become_booleans() {
        for (written, expected) in [("true", true), ("T", true), ("1", true), ("", false), ("False", false)] {
            assert_eq!(boolean(&text(written)).unwrap(), expected, "{written}");
        }
        assert!(boolean(&number("2")).unwrap());
        assert!(matches!(boolean(&text("yes")), Err(Mismatch::Text(_))));
    }

    #[test]
    fn texts_become_integers_in_any_base() {
        for (written, expected) in [("50", 50), ("0x1F", 31), ("017", 15), ("0b101", 5), ("-3", -3), ("", 0), ("0", 0)]
        {
            assert_eq!(integer(&text(written)).unwrap(), expected, "{written}");
        }
        assert_eq!(integer(&number("8.9")).unwrap(), 8);
        for wrong in ["x", "1.5", "08", "--1", "5 "] {
            assert!(matches!(integer(&text(wrong)), Err(Mismatch::Text(_))), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_split_at_commas_and_a_scalar_is_one_element() {
        let words = |value: &Value| strings(value).unwrap().into_iter().map(|word| word.value).collect::<Vec<_>>();
        assert_eq!(words(&text("echo a, b")), ["echo a", " b"]);
        assert_eq!(words(&number("20")), ["20"]);
        assert!(words(&text("")).is_empty());
        assert_eq!(integers(&text("0,143")).unwrap(), [0, 143]);
        assert_eq!(integers(&number("3")).unwrap(), [3]);
    }

    #[test]
    fn a_bare_number_is_nanoseconds() {
        assert_eq!(duration(&number("5000000000")).unwrap().length.as_secs(), 5);
    }

    #[test]
    fn an_empty_map_is_an_empty_list() {
        let empty = value(Kind::Map(Object { entries: Vec::new(), span: Span::whole("test", "{}") }));
        assert_eq!((strings(&empty), integers(&empty)), (Ok(Vec::new()), Ok(Vec::new())));
    }
}
