//! Strict typing: which values of an HCL2 template stand for which type. A number or a boolean stands for the
//! text of it and back; lists and maps stand only for themselves.

use crate::source::Spanned;
use crate::template::value::{Kind, Value};

use super::duration::{self, Signed};
use super::typing::{Mismatch, Pair};
use super::weak::{UNKNOWN, decimal, out_of_range};

pub(super) fn string(value: &Value) -> Result<String, Mismatch> {
    match &value.kind {
        Kind::Null => Ok(String::new()),
        Kind::String(text) => Ok(text.clone()),
        Kind::Number(number) => Ok(decimal(number)),
        Kind::Bool(flag) => Ok(flag.to_string()),
        Kind::Unknown | Kind::Deferred(_) => Ok(String::from(UNKNOWN)),
        _ => Err(Mismatch::Kind),
    }
}

pub(super) fn boolean(value: &Value) -> Result<bool, Mismatch> {
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(false),
        Kind::Bool(flag) => Ok(*flag),
        Kind::String(text) => match text.as_str() {
            "1" | "true" => Ok(true),
            "0" | "false" => Ok(false),
            other => Err(Mismatch::Text(format!("`{other}` is neither `true` nor `false`"))),
        },
        _ => Err(Mismatch::Kind),
    }
}

pub(super) fn integer(value: &Value) -> Result<i64, Mismatch> {
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(0),
        Kind::Number(number) | Kind::String(number) => whole(number),
        _ => Err(Mismatch::Kind),
    }
}

/// A decimal number without a fraction; an exponent is allowed.
fn whole(text: &str) -> Result<i64, Mismatch> {
    let is_decimal = !text.starts_with('+') && text.bytes().all(|byte| b"0123456789+-.eE".contains(&byte));
    let number = if is_decimal { text.parse::<f64>().ok() } else { None };
    let number = number.ok_or_else(|| Mismatch::Text(format!("`{text}` does not read as a number")))?;
    if number.is_finite() && number.fract() != 0.0 {
        return Err(Mismatch::Text(format!("`{text}` is not a whole number")));
    }
    decimal(text).parse().map_err(|_| out_of_range(text))
}

/// A number has no unit, so only 0 stands for a duration.
pub(super) fn duration(value: &Value) -> Result<Signed, Mismatch> {
    let parse = |text: &str| duration::parse(text).map_err(|error| Mismatch::Text(error.to_string()));
    match &value.kind {
        Kind::String(text) => parse(text),
        Kind::Number(number) => parse(&decimal(number)),
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(Signed::from_nanoseconds(0)),
        _ => Err(Mismatch::Kind),
    }
}

pub(super) fn strings(value: &Value) -> Result<Vec<Spanned<String>>, Mismatch> {
    elements(value, |item| Ok(Spanned::new(string(item)?, item.span.clone())))
}

pub(super) fn integers(value: &Value) -> Result<Vec<i64>, Mismatch> {
    elements(value, integer)
}

fn elements<T>(value: &Value, read: impl Fn(&Value) -> Result<T, Mismatch>) -> Result<Vec<T>, Mismatch> {
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(Vec::new()),
        Kind::List(list) => list.iter().map(|item| read(not_null(item)?)).collect(),
        _ => Err(Mismatch::Kind),
    }
}

pub(super) fn pairs(value: &Value) -> Result<Vec<Pair>, Mismatch> {
    let pair = |key: &Spanned<String>, value: &Value| {
        Ok((key.clone(), Spanned::new(string(not_null(value)?)?, value.span.clone())))
    };
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Ok(Vec::new()),
        Kind::Map(map) => map.entries.iter().map(|(key, value)| pair(key, value)).collect(),
        _ => Err(Mismatch::Kind),
    }
}

/// Null stands for an option that is not set, not for an element.
pub(super) fn not_null(value: &Value) -> Result<&Value, Mismatch> {
    match value.kind {
        Kind::Null => Err(Mismatch::Text(String::from("an element is null"))),
        _ => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn value(kind: Kind) -> Value {
        Value { kind, span: Span::whole("test", "") }
    }

    fn text(text: &str) -> Value {
        value(Kind::String(text.to_owned()))
    }

    fn number(text: &str) -> Value {
        value(Kind::Number(text.to_owned()))
    }

    fn flag(flag: bool) -> Value {
        value(Kind::Bool(flag))
    }

    fn list(items: Vec<Value>) -> Value {
        value(Kind::List(items))
    }

    #[test]
    fn numbers_and_booleans_become_texts() {
        for (written, expected) in [(number("1.50"), "1.5"), (flag(true), "true"), (text("a"), "a")] {
            assert_eq!(string(&written).unwrap(), expected);
        }
        assert_eq!(string(&list(vec![])), Err(Mismatch::Kind));
    }

    #[test]
    fn few_texts_become_booleans_and_no_number_does() {
        for (written, expected) in [("true", true), ("1", true), ("false", false), ("0", false)] {
            assert_eq!(boolean(&text(written)), Ok(expected));
        }
        for wrong in ["t", "True", "", "yes"] {
            assert!(matches!(boolean(&text(wrong)), Err(Mismatch::Text(_))), "{wrong}");
        }
        assert_eq!(boolean(&number("1")), Err(Mismatch::Kind));
    }

    #[test]
    fn integers_are_whole_and_decimal() {
        for (written, expected) in [("512", 512), ("5e2", 500), ("-1", -1), ("9007199254740993", 9_007_199_254_740_993)]
        {
            assert_eq!(integer(&text(written)), Ok(expected));
            assert_eq!(integer(&number(written)), Ok(expected));
        }
        for wrong in ["", "0x200", "512.5", " 512", "inf", "99999999999999999999"] {
            assert!(matches!(integer(&text(wrong)), Err(Mismatch::Text(_))), "{wrong}");
        }
        assert_eq!(integer(&flag(true)), Err(Mismatch::Kind));
    }

    #[test]
    fn a_duration_needs_a_unit() {
        assert_eq!(duration(&text("5s")).unwrap().length.as_secs(), 5);
        assert!(duration(&number("0")).unwrap().length.is_zero());
        assert!(matches!(duration(&number("5")), Err(Mismatch::Text(reason)) if reason.contains("no unit")));
        assert!(matches!(duration(&text("")), Err(Mismatch::Text(_))));
    }

    #[test]
    fn what_is_known_later_is_no_mistake() {
        let unknown = value(Kind::Unknown);
        assert_eq!(string(&unknown).unwrap(), UNKNOWN);
        assert_eq!((boolean(&unknown), integer(&unknown)), (Ok(false), Ok(0)));
        assert_eq!(strings(&list(vec![unknown.clone()])).unwrap()[0].value, UNKNOWN);
        assert!(strings(&unknown).unwrap().is_empty() && pairs(&unknown).unwrap().is_empty());
    }

    #[test]
    fn lists_and_maps_stand_only_for_themselves() {
        let words = strings(&list(vec![text("a,b"), number("1"), flag(true)])).unwrap();
        assert_eq!(words.into_iter().map(|word| word.value).collect::<Vec<_>>(), ["a,b", "1", "true"]);
        for wrong in [text("a"), number("1")] {
            assert_eq!(strings(&wrong), Err(Mismatch::Kind));
            assert_eq!(pairs(&wrong), Err(Mismatch::Kind));
        }
        assert!(matches!(strings(&list(vec![value(Kind::Null)])), Err(Mismatch::Text(_))));
        assert!(pairs(&list(vec![])).is_err());
    }
}
