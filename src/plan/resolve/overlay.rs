//! Laying the options of an `override` over those of a component.

use crate::template::value::{Kind, Object, Value};

/// Scalars and lists are replaced, maps are merged.
pub(super) fn lay(over: &Object, base: &Object) -> Object {
    let mut result = base.clone();
    for (key, value) in &over.entries {
        let merged = match (result.remove(&key.value), &value.kind) {
            (Some((_, Value { kind: Kind::Map(below), .. })), Kind::Map(above)) => {
                Value { kind: Kind::Map(lay(above, &below)), span: value.span.clone() }
            }
            _ => value.clone(),
        };
        result.entries.push((key.clone(), merged));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Span, Spanned};

    fn text(text: &str) -> Value {
        Value { kind: Kind::String(text.to_owned()), span: Span::whole("test", "") }
    }

    fn object(entries: Vec<(&str, Value)>) -> Object {
        let span = Span::whole("test", "");
        let entries = entries.into_iter().map(|(key, value)| (Spanned::new(key.to_owned(), span.clone()), value));
        Object { entries: entries.collect(), span: span.clone() }
    }

    fn map(entries: Vec<(&str, Value)>) -> Value {
        Value { kind: Kind::Map(object(entries)), span: Span::whole("test", "") }
    }

    #[test]
    fn maps_are_merged_and_the_rest_is_replaced() {
        let base = object(vec![("script", text("a.sh")), ("env", map(vec![("A", text("1")), ("B", text("2"))]))]);
        let over = object(vec![("Script", text("b.sh")), ("env", map(vec![("B", text("3"))]))]);
        let result = lay(&over, &base);
        assert_eq!(result.get("script"), Some(&text("b.sh")));
        assert_eq!(result.get("env"), Some(&map(vec![("A", text("1")), ("B", text("3"))])));
        assert_eq!(result.entries.len(), 2);
    }
}
