//! Type constraints, as a variable declares one, and the types of values.

use std::collections::BTreeMap;

use super::Value;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::template) enum Type {
    Any,
    String,
    Number,
    Bool,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Object(BTreeMap<String, Attribute>),
    Tuple(Vec<Type>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::template) struct Attribute {
    pub(in crate::template) kind: Type,
    /// `Some` may be left out; it is then this value, null where the type names none.
    pub(in crate::template) optional: Option<Value>,
}

impl Type {
    /// The type of a value: lists are tuples, maps are objects, null and unknown values fit everywhere.
    pub(in crate::template) fn of(value: &Value) -> Self {
        match value {
            Value::Unknown | Value::Null => Self::Any,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(items) => Self::Tuple(items.iter().map(Self::of).collect()),
            Value::Set(items) => {
                let kinds: Vec<Self> = items.iter().map(Self::of).collect();
                Self::Set(Box::new(Self::common(&kinds.iter().collect::<Vec<_>>()).unwrap_or(Self::Any)))
            }
            Value::Map(entries) => {
                let attribute = |value| Attribute { kind: Self::of(value), optional: None };
                Self::Object(entries.iter().map(|(name, value)| (name.clone(), attribute(value))).collect())
            }
        }
    }
}
