//! Type constraints, as a variable declares one.

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
