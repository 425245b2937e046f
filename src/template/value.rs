//! The values of a template: JSON's, each with the place it was written at.

use crate::source::{Span, Spanned};

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

    fn position(&self, key: &str) -> Option<usize> {
        let find = |test: &dyn Fn(&str) -> bool| self.entries.iter().position(|(name, _)| test(&name.value));
        find(&|name| name == key).or_else(|| find(&|name| name.eq_ignore_ascii_case(key)))
    }
}

impl Kind {
    /// For messages: "a string", "a list".
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}
