//! Maps and objects, and the choice between values.

use std::collections::BTreeMap;

use super::unify::{common, unify};
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::{Arguments, text_of};
use crate::template::hcl::functions::limits::check_elements;
use crate::template::hcl::functions::table::{Function, Needs, any, list, map, text, texts};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("coalesce", &[], coalesce).and_some(any("vals").or_null()).needs(Needs::Nothing),
    Function::always("keys", &[map("inputMap")], keys).needs(Needs::Shape),
    Function::always("lookup", &[map("inputMap"), text("key"), any("default")], lookup).needs(Needs::Shape),
    Function::new("merge", &[], merge).and_any(map("maps").or_null()).needs(Needs::Shape),
    Function::always("values", &[map("mapping")], values).needs(Needs::Shape),
    Function::new("zipmap", &[texts("keys"), list("values")], zip_map).needs(Needs::Shape),
];

/// The first argument that is neither null nor an empty string.
fn coalesce(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    if common(arguments.all()).is_none() {
        return Err(CallError::new("the arguments must be of one type"));
    }
    let is_filled = |value: &&Value| **value != Value::Null && **value != Value::string("");
    let values = unify(arguments.all());
    let found = values.iter().find(is_filled).cloned();
    found.ok_or_else(|| CallError::new("all arguments are null or empty"))
}

fn keys(arguments: &Arguments<'_>) -> Value {
    Value::list(arguments.map(0).keys().map(Value::string).collect())
}

fn lookup(arguments: &Arguments<'_>) -> Value {
    arguments.map(0).get(arguments.text(1)).unwrap_or_else(|| arguments.any(2)).clone()
}

/// Of two equal keys the later one counts. Nested maps are not merged, nulls are left out.
fn merge(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let mut merged = BTreeMap::new();
    for value in arguments.all() {
        if let Value::Map(entries) = value {
            merged.extend(entries.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        check_elements(merged.len())?;
    }
    Ok(Value::map(merged))
}

fn values(arguments: &Arguments<'_>) -> Value {
    Value::list(arguments.map(0).values().cloned().collect())
}

fn zip_map(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (keys, values) = (arguments.list(0), arguments.list(1));
    if keys.len() != values.len() {
        return Err(CallError::new(format!("there are {} keys and {} values", keys.len(), values.len())));
    }
    if keys.contains(&Value::Unknown) {
        return Ok(Value::Unknown);
    }
    let mut zipped = BTreeMap::new();
    for (at, (key, value)) in keys.iter().zip(values).enumerate() {
        let key = text_of(key).ok_or_else(|| CallError::of(0, format!("element {at} is null")))?;
        zipped.insert(key.to_owned(), value.clone());
    }
    Ok(Value::map(zipped))
}
