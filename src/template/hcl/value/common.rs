//! The type that values of several types can all be converted to.

use std::collections::BTreeMap;

use super::Type;
use super::types::Attribute;

impl Type {
    /// Nothing when there is none, as for a string and a list.
    pub(in crate::template) fn common(kinds: &[&Self]) -> Option<Self> {
        let mut known = kinds.iter().copied().filter(|kind| **kind != Self::Any);
        let Some(first) = known.next() else { return Some(Self::Any) };
        known.try_fold(first.clone(), |common, kind| common.join(kind))
    }

    fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            _ if self == other => Some(self.clone()),
            (Self::Any, kind) | (kind, Self::Any) => Some(kind.clone()),
            (Self::String, Self::Number | Self::Bool) | (Self::Number | Self::Bool, Self::String) => Some(Self::String),
            (Self::Object(first), Self::Object(second)) => objects(first, second),
            (Self::Object(attributes), Self::Map(inner)) | (Self::Map(inner), Self::Object(attributes)) => {
                map(attributes.values().map(|attribute| &attribute.kind).chain([&**inner]))
            }
            (Self::Map(first), Self::Map(second)) => first.join(second).map(|kind| Self::Map(Box::new(kind))),
            (Self::Tuple(first), Self::Tuple(second)) => tuples(first, second),
            _ => sequences(self, other),
        }
    }

    /// The types of the elements of a list, a set or a tuple.
    fn elements(&self) -> Option<Vec<&Self>> {
        match self {
            Self::List(inner) | Self::Set(inner) => Some(vec![inner]),
            Self::Tuple(kinds) => Some(kinds.iter().collect()),
            _ => None,
        }
    }
}

/// Tuples of one length stay tuples, others become a list.
fn tuples(first: &[Type], second: &[Type]) -> Option<Type> {
    if first.len() == second.len() {
        let joined = first.iter().zip(second).map(|(first, second)| first.join(second));
        return joined.collect::<Option<_>>().map(Type::Tuple);
    }
    let all: Vec<&Type> = first.iter().chain(second).collect();
    Type::common(&all).map(|kind| Type::List(Box::new(kind)))
}

/// A set if one of them is one: sets have less order than lists.
fn sequences(first: &Type, second: &Type) -> Option<Type> {
    let mut elements = first.elements()?;
    elements.extend(second.elements()?);
    let inner = Box::new(Type::common(&elements)?);
    let is_set = matches!(first, Type::Set(_)) || matches!(second, Type::Set(_));
    Some(if is_set { Type::Set(inner) } else { Type::List(inner) })
}

/// Objects with the same names stay objects, others become a map.
fn objects(first: &BTreeMap<String, Attribute>, second: &BTreeMap<String, Attribute>) -> Option<Type> {
    if !first.keys().eq(second.keys()) {
        return map(first.values().chain(second.values()).map(|attribute| &attribute.kind));
    }
    let joined = first.iter().zip(second.values()).map(|((name, first), second)| {
        let kind = first.kind.join(&second.kind)?;
        Some((name.clone(), Attribute { kind, optional: None }))
    });
    joined.collect::<Option<_>>().map(Type::Object)
}

fn map<'a>(kinds: impl Iterator<Item = &'a Type>) -> Option<Type> {
    let kinds: Vec<&Type> = kinds.collect();
    Type::common(&kinds).map(|kind| Type::Map(Box::new(kind)))
}
