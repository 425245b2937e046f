//! YAML to values. The library limits depth and aliases; the size of the result is limited here.

use std::collections::BTreeMap;
use std::fmt::Formatter;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, de};

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::limits::Budget;
use crate::template::hcl::value::Value;

use super::plain;

pub(super) fn decode(text: &str) -> Result<Value, CallError> {
    let mut budget = Budget::default();
    let seed = Seed { source: text, budget: &mut budget };
    seed.deserialize(serde_yaml_ng::Deserializer::from_str(text)).map_err(|error| CallError::of(0, error.to_string()))
}

/// Makes one value.
struct Seed<'a, 'b> {
    source: &'a str,
    budget: &'b mut Budget,
}

impl Seed<'_, '_> {
    fn inner(&mut self) -> Seed<'_, '_> {
        Seed { source: self.source, budget: self.budget }
    }

    fn text(self, text: &str) -> Result<Value, CallError> {
        self.budget.text(text)?;
        Ok(Value::string(text))
    }

    /// A text that stands in the source as it is has no quotes if none is before it. Then it may be
    /// something else than a text.
    fn is_plain(&self, text: &str) -> bool {
        let start = (text.as_ptr() as usize).checked_sub(self.source.as_ptr() as usize);
        let before = start.and_then(|start| self.source.as_bytes().get(..start)).and_then(<[u8]>::last);
        start.is_some() && !matches!(before, Some(b'"' | b'\''))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.budget.element().map_err(|error| Error::custom(error.message))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value without a tag")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        plain::number(&value.to_string()).ok_or_else(|| E::custom("the number is out of range"))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Value, E> {
        plain::number(&value.to_string()).ok_or_else(|| E::custom("the number is out of range"))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Value, E> {
        plain::number(&value.to_string()).ok_or_else(|| E::custom("the number is out of range"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        plain::number(&value.to_string()).ok_or_else(|| E::custom("infinity is not a number here"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.text(text).map_err(|error| E::custom(error.message))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Value, E> {
        match self.is_plain(text).then(|| plain::resolve(text)).flatten() {
            Some(value) => Ok(value),
            None => self.visit_str(text),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner())? {
            list.push(item);
        }
        Ok(Value::list(list))
    }

    /// Of two equal keys the later one counts; `<<` brings in what is not there.
    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = BTreeMap::new();
        let mut merged = Vec::new();
        while let Some(key) = entries.next_key_seed(self.inner())? {
            let value = entries.next_value_seed(self.inner())?;
            match key.to_text().map_err(|_| Error::custom("only a string can be a key"))? {
                name if name == "<<" => merged.push(value),
                name => drop(map.insert(name, value)),
            }
        }
        for value in merged {
            merge(&mut map, &value).map_err(Error::custom)?;
        }
        Ok(Value::map(map))
    }
}

/// A map, or a list of them of which the earlier ones count.
fn merge(map: &mut BTreeMap<String, Value>, value: &Value) -> Result<(), String> {
    match value {
        Value::Map(entries) => {
            for (name, value) in &**entries {
                map.entry(name.clone()).or_insert_with(|| value.clone());
            }
            Ok(())
        }
        Value::List(maps) => maps.iter().try_for_each(|value| match value {
            Value::Map(_) => merge(map, value),
            _ => Err(String::from("only maps can be merged with `<<`")),
        }),
        _ => Err(String::from("only maps can be merged with `<<`")),
    }
}
