//! The values of a template: JSON's, each with the place it was written at.

use crate::source::{Span, Spanned};

pub use super::hcl::Deferred;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool(bool),
    /// As written, so that `40000` and `1.50` keep their digits.
    Number(String),
    String(String),
    List(Vec<Value>),
    Map(Object),
    /// Known only when a data source was read; it reads as nothing while a template is checked.
    Unknown,
    /// Depends on the build that runs.
    Deferred(Deferred),
}

/// A map in the order it was written, without repeated keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub entries: Vec<(Spanned<String>, Value)>,
    pub span: Span,
}

impl Object {
    /// Exact name first, then without regard to case.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.position(key).map(|at| &mut self.entries[at].1)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<(Spanned<String>, Value)> {
        self.position(key).map(|at| self.entries.remove(at))
    }

    /// These entries with others laid over them: scalars and lists are replaced, maps are merged.
    #[must_use]
    pub fn overlaid(&self, over: &Self) -> Self {
        let mut result = self.clone();
        for (key, value) in &over.entries {
            let merged = match (result.remove(&key.value), &value.kind) {
                (Some((_, Value { kind: Kind::Map(below), .. })), Kind::Map(above)) => {
                    Value { kind: Kind::Map(below.overlaid(above)), span: value.span.clone() }
                }
                _ => value.clone(),
            };
            result.entries.push((key.clone(), merged));
        }
        result
    }

    fn position(&self, key: &str) -> Option<usize> {
        let find = |test: &dyn Fn(&str) -> bool| self.entries.iter().position(|(name, _)| test(&name.value));
        find(&|name| name == key).or_else(|| find(&|name| name.eq_ignore_ascii_case(key)))
    }
}

impl Value {
    /// Whether it is not known yet, or a part of it.
    pub fn is_open(&self) -> bool {
        match &self.kind {
            Kind::Unknown | Kind::Deferred(_) => true,
            Kind::List(list) => list.iter().any(Self::is_open),
            Kind::Map(map) => map.entries.iter().any(|(_, value)| value.is_open()),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
        }
    }

    /// Whether it, or a part of it, is worked out while the build runs.
    pub fn depends_on_build(&self) -> bool {
        match &self.kind {
            Kind::Deferred(_) => true,
            Kind::List(list) => list.iter().any(Self::depends_on_build),
            Kind::Map(map) => map.entries.iter().any(|(_, value)| value.depends_on_build()),
            Kind::Unknown | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
        }
    }
}

impl Kind {
    /// Whether it is a value already. Its parts may not be.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown | Self::Deferred(_))
    }

    /// For messages: "a string", "a list".
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Unknown => "a value that is not known yet",
            Self::Deferred(_) => "a value that is known only while the build runs",
        }
    }
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
        let result = base.overlaid(&over);
        assert_eq!(result.get("script"), Some(&text("b.sh")));
        assert_eq!(result.get("env"), Some(&map(vec![("A", text("1")), ("B", text("3"))])));
        assert_eq!(result.entries.len(), 2);
    }
}
