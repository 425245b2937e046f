//! Taking the parts of a component out of its map.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};
use crate::template::value::{Kind, Object, Value};

/// Takes a key out; `null` is the same as absent.
pub(super) fn take(object: &mut Object, key: &str) -> Option<Value> {
    object.remove(key).map(|(_, value)| value).filter(|value| value.kind != Kind::Null)
}

/// A value that should be of another kind.
pub(super) fn wrong_kind(what: &str, wanted: &str, value: &Value) -> Diagnostic {
    Diagnostic::error(format!("{what} must be {wanted}, not {}", value.kind.describe())).at(&value.span)
}

/// A map, or a finding.
pub(super) fn map(value: Value, what: &str) -> Result<Object, Diagnostic> {
    match value.kind {
        Kind::Map(object) => Ok(object),
        _ => Err(wrong_kind(what, "a map", &value)),
    }
}

/// A list, or a finding. Nothing and `null` are the empty list.
pub(super) fn list(value: Option<Value>, what: &str, diagnostics: &mut Diagnostics) -> Vec<Value> {
    match value {
        None | Some(Value { kind: Kind::Null, .. }) => Vec::new(),
        Some(Value { kind: Kind::List(values), .. }) => values,
        Some(other) => {
            diagnostics.push(wrong_kind(what, "a list", &other));
            Vec::new()
        }
    }
}

/// A string; a number or a boolean is taken as its text.
pub(super) fn text(value: Value, what: &str) -> Result<Spanned<String>, Diagnostic> {
    match value.kind {
        Kind::String(text) | Kind::Number(text) => Ok(Spanned::new(text, value.span)),
        Kind::Bool(flag) => Ok(Spanned::new(u8::from(flag).to_string(), value.span)),
        _ => Err(wrong_kind(what, "a string", &value)),
    }
}

/// The `type` that every component must have; `what` says which one it is: "builder 2".
pub(super) fn take_type(object: &mut Object, what: &str) -> Result<Spanned<String>, Diagnostic> {
    match take(object, "type").map(|value| text(value, &format!("the `type` of {what}"))).transpose()? {
        Some(kind) if !kind.value.is_empty() => Ok(kind),
        _ => Err(no_type(what, &object.span)),
    }
}

pub(super) fn no_type(what: &str, span: &Span) -> Diagnostic {
    Diagnostic::error(format!("{what} has no `type`")).at(span).help("give it one: \"type\": \"...\"")
}

/// A string, and nothing that could be taken for one.
pub(super) fn string(value: Value, what: &str) -> Result<Spanned<String>, Diagnostic> {
    match value.kind {
        Kind::String(text) => Ok(Spanned::new(text, value.span)),
        _ => Err(wrong_kind(what, "a string", &value)),
    }
}

/// A list of strings. With `lenient` one string alone is a list too, and numbers are taken as their text.
pub(super) fn strings(value: Value, what: &str, lenient: bool, diagnostics: &mut Diagnostics) -> Vec<Spanned<String>> {
    let values = match value.kind {
        Kind::List(values) => values,
        Kind::String(_) if lenient => vec![value],
        _ => {
            diagnostics.push(wrong_kind(what, "a list of strings", &value));
            return Vec::new();
        }
    };
    let each = format!("each entry of {what}");
    let read = if lenient { text } else { string };
    values.into_iter().filter_map(|value| diagnostics.take(read(value, &each))).collect()
}
