//! Packer's functions on strings, and Go's `len`, `index` and `slice`. Positions are bytes, as in Go.

use crate::template::interpolate::growth::{self, VALUE_LIMIT};
use crate::template::interpolate::value::Value;
use crate::template::letter_case;

use super::{integer, string};

pub(super) fn upper(arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::String(letter_case::upper(string(arguments, 0)?)))
}

pub(super) fn lower(arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::String(letter_case::lower(string(arguments, 0)?)))
}

/// `split text separator index`: one piece, counted from 0.
pub(super) fn split(arguments: &[Value]) -> Result<Value, String> {
    let (text, separator, index) = (string(arguments, 0)?, string(arguments, 1)?, integer(arguments, 2)?);
    let pieces: Vec<&str> = if separator.is_empty() {
        text.split("").filter(|piece| !piece.is_empty()).collect()
    } else {
        text.split(separator).collect()
    };
    let piece = usize::try_from(index).ok().and_then(|index| pieces.get(index));
    piece
        .map(|piece| Value::String((*piece).to_owned()))
        .ok_or_else(|| format!("there is no piece {index}; `{separator}` cuts the text into {}", pieces.len()))
}

/// `replace old new count text`; a negative count means all.
pub(super) fn replace(arguments: &[Value]) -> Result<Value, String> {
    let (old, new, text) = (string(arguments, 0)?, string(arguments, 1)?, string(arguments, 3)?);
    replaced(text, old, new, usize::try_from(integer(arguments, 2)?).unwrap_or(usize::MAX))
}

/// `replace_all old new text`.
pub(super) fn replace_all(arguments: &[Value]) -> Result<Value, String> {
    let (old, new, text) = (string(arguments, 0)?, string(arguments, 1)?, string(arguments, 2)?);
    replaced(text, old, new, usize::MAX)
}

fn replaced(text: &str, old: &str, new: &str, count: usize) -> Result<Value, String> {
    let grown = text.matches(old).take(count).count().saturating_mul(new.len());
    if grown > VALUE_LIMIT {
        return Err(growth::too_large());
    }
    Ok(Value::String(text.replacen(old, new, count)))
}

pub(super) fn sed(_: &[Value]) -> Result<Value, String> {
    Err("this function is gone; use `replace` or `replace_all`".to_owned())
}

/// What cloud image names may hold: lower-case letters, digits and dashes.
pub(super) fn clean_name(arguments: &[Value]) -> Result<Value, String> {
    let clean = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' };
    Ok(Value::String(string(arguments, 0)?.chars().map(clean).collect()))
}

pub(super) fn len(arguments: &[Value]) -> Result<Value, String> {
    let length = match &arguments[0] {
        Value::String(text) => text.len(),
        Value::Map(fields) => fields.len(),
        other => return Err(format!("{} has no length", other.kind())),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// `index map name` or `index text position`, again for each further argument.
pub(super) fn index(arguments: &[Value]) -> Result<Value, String> {
    let mut value = arguments[0].clone();
    for position in 1..arguments.len() {
        value = match &value {
            Value::Map(fields) => fields.get(string(arguments, position)?).cloned().map_or(Value::None, Value::String),
            Value::String(text) => {
                let at = integer(arguments, position)?;
                let byte = usize::try_from(at).ok().and_then(|at| text.as_bytes().get(at));
                Value::Int(i64::from(*byte.ok_or_else(|| format!("position {at} is outside of the text"))?))
            }
            other => return Err(format!("{} has no parts", other.kind())),
        };
    }
    Ok(value)
}

/// `slice text from to`.
pub(super) fn slice(arguments: &[Value]) -> Result<Value, String> {
    let text = string(arguments, 0)?;
    let bound = |index: usize, default: usize| match arguments.get(index) {
        Some(_) => integer(arguments, index).map(|bound| usize::try_from(bound).unwrap_or(usize::MAX)),
        None => Ok(default),
    };
    let (from, to) = (bound(1, 0)?, bound(2, text.len())?);
    let bytes = text.as_bytes().get(from..to).ok_or_else(|| format!("{from} to {to} is outside of the text"))?;
    Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
