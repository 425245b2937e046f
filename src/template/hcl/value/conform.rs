//! Conversion of a whole value to a type.

use std::collections::BTreeMap;

use super::convert::Mismatch;
use super::types::Attribute;
use super::{Type, Value};

impl Type {
    /// The value as one of this type. Null and unknown values have every type.
    pub(in crate::template) fn convert(&self, value: &Value) -> Result<Value, Mismatch> {
        if matches!(value, Value::Null | Value::Unknown) {
            return Ok(value.clone());
        }
        match self {
            Self::Any => Ok(value.clone()),
            Self::String if matches!(value, Value::String(_)) => Ok(value.clone()),
            Self::String => value.to_text().map(Value::string),
            Self::Number => value.to_number().map(Value::Number),
            Self::Bool => value.to_bool().map(Value::Bool),
            Self::List(inner) => inner.convert_all(sequence(value, "a list")?).map(Value::list),
            Self::Set(inner) => inner.convert_all(sequence(value, "a set")?).map(Value::set),
            Self::Map(inner) => inner.convert_entries(entries(value, "a map")?),
            Self::Object(attributes) => object(attributes, entries(value, "an object")?),
            Self::Tuple(kinds) => tuple(kinds, sequence(value, "a list")?),
        }
    }

    /// Elements of any type are brought to a common one.
    fn convert_all(&self, items: &[Value]) -> Result<Vec<Value>, Mismatch> {
        let element = self.or_common(items)?;
        let convert = |(at, item): (usize, &Value)| {
            element.convert(item).map_err(|reason| inside(format_args!("element {at}"), &reason))
        };
        items.iter().enumerate().map(convert).collect()
    }

    fn convert_entries(&self, entries: &BTreeMap<String, Value>) -> Result<Value, Mismatch> {
        let values: Vec<Value> = entries.values().cloned().collect();
        let element = self.or_common(&values)?;
        let convert = |(key, item): (&String, &Value)| match element.convert(item) {
            Ok(item) => Ok((key.clone(), item)),
            Err(reason) => Err(inside(format_args!("the element `{key}`"), &reason)),
        };
        entries.iter().map(convert).collect::<Result<_, _>>().map(Value::map)
    }

    fn or_common(&self, items: &[Value]) -> Result<Self, Mismatch> {
        if *self != Self::Any {
            return Ok(self.clone());
        }
        let kinds: Vec<Self> = items.iter().map(Self::of).collect();
        Self::common(&kinds.iter().collect::<Vec<_>>()).ok_or_else(|| "the elements have no common type".to_owned())
    }
}

fn inside(place: std::fmt::Arguments<'_>, reason: &str) -> Mismatch {
    format!("{place}: {reason}")
}

fn sequence<'a>(value: &'a Value, needed: &str) -> Result<&'a [Value], Mismatch> {
    match value {
        Value::List(items) | Value::Set(items) => Ok(items),
        other => Err(format!("{needed} is needed, this is {}", other.describe())),
    }
}

fn entries<'a>(value: &'a Value, needed: &str) -> Result<&'a BTreeMap<String, Value>, Mismatch> {
    match value {
        Value::Map(entries) => Ok(entries),
        other => Err(format!("{needed} is needed, this is {}", other.describe())),
    }
}

/// Attributes that the type does not name are left out.
fn object(attributes: &BTreeMap<String, Attribute>, entries: &BTreeMap<String, Value>) -> Result<Value, Mismatch> {
    let convert = |(name, attribute): (&String, &Attribute)| {
        let value = match (entries.get(name), &attribute.optional) {
            (None | Some(Value::Null), Some(default)) => default.clone(),
            (None, None) => return Err(format!("the attribute `{name}` is missing")),
            (Some(value), _) => attribute
                .kind
                .convert(value)
                .map_err(|reason| inside(format_args!("the attribute `{name}`"), &reason))?,
        };
        Ok((name.clone(), value))
    };
    attributes.iter().map(convert).collect::<Result<_, _>>().map(Value::map)
}

fn tuple(kinds: &[Type], items: &[Value]) -> Result<Value, Mismatch> {
    if kinds.len() != items.len() {
        return Err(format!("{} elements are needed, these are {}", kinds.len(), items.len()));
    }
    let convert = |(at, (kind, item)): (usize, (&Type, &Value))| {
        kind.convert(item).map_err(|reason| inside(format_args!("element {at}"), &reason))
    };
    kinds.iter().zip(items).enumerate().map(convert).collect::<Result<_, _>>().map(Value::list)
}
