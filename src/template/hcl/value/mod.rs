//! Values of HCL expressions, the conversions between their types included.

mod common;
mod conform;
mod convert;
mod number;
mod order;
mod secrecy;
mod show;
mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(in crate::template) use number::{Number, PRECISION};
pub(in crate::template) use text::Text;
pub(in crate::template) use types::{Attribute, Type};

/// A value. Cloning one is cheap.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::template) enum Value {
    /// Known only later: what a data source gives while a template is only checked, what a running
    /// build tells about itself.
    Unknown,
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    /// A list or a tuple: nothing here depends on the difference.
    List(Arc<Vec<Value>>),
    /// Without equal elements, in the order of `Value::set`.
    Set(Arc<Vec<Value>>),
    /// A map or an object, in the order of its keys.
    Map(Arc<BTreeMap<String, Value>>),
}

impl Value {
    pub(in crate::template) fn string(text: impl AsRef<str>) -> Self {
        Self::String(Text::new(text.as_ref()))
    }

    pub(in crate::template) fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    pub(in crate::template) fn map(entries: BTreeMap<String, Value>) -> Self {
        let is_normal = entries.keys().all(|key| text::is_normal(key));
        let normal = |(key, value): (String, Value)| (text::normal(&key), value);
        Self::Map(Arc::new(if is_normal { entries } else { entries.into_iter().map(normal).collect() }))
    }

    /// A set: elements in the order of `Ord`, equal ones once.
    pub(in crate::template) fn set(items: impl IntoIterator<Item = Value>) -> Self {
        let sorted: BTreeSet<Value> = items.into_iter().collect();
        Self::Set(Arc::new(sorted.into_iter().collect()))
    }

    pub(in crate::template) fn integer(value: i64) -> Self {
        Self::Number(Number::from(value))
    }

    /// How many there are of something.
    pub(in crate::template) fn count(value: usize) -> Self {
        Self::Number(Number::from(value))
    }

    /// Whether no part of it is unknown.
    pub(in crate::template) fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(items) | Self::Set(items) => items.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// For messages: "a string", "a list".
    pub(in crate::template) fn describe(&self) -> &'static str {
        match self {
            Self::Unknown => "a value that is not known yet",
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
        }
    }
}
