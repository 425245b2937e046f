//! Truth and comparison.

use std::cmp::Ordering;

use crate::template::interpolate::value::Value;

/// The first argument that is not true, or the last one.
pub(super) fn and(arguments: &[Value]) -> Value {
    arguments.iter().find(|value| !value.is_true()).unwrap_or(&arguments[arguments.len() - 1]).clone()
}

/// The first argument that is true, or the last one.
pub(super) fn or(arguments: &[Value]) -> Value {
    arguments.iter().find(|value| value.is_true()).unwrap_or(&arguments[arguments.len() - 1]).clone()
}

pub(super) fn not(arguments: &[Value]) -> Value {
    Value::Bool(!arguments[0].is_true())
}

/// Whether the first argument equals one of the others.
pub(super) fn eq(arguments: &[Value]) -> Result<Value, String> {
    for other in &arguments[1..] {
        if equal(&arguments[0], other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn ne(arguments: &[Value]) -> Result<Value, String> {
    equal(&arguments[0], &arguments[1]).map(|equal| Value::Bool(!equal))
}

pub(super) fn lt(arguments: &[Value]) -> Result<Value, String> {
    ordered(arguments, Ordering::is_lt)
}

pub(super) fn le(arguments: &[Value]) -> Result<Value, String> {
    ordered(arguments, Ordering::is_le)
}

pub(super) fn gt(arguments: &[Value]) -> Result<Value, String> {
    ordered(arguments, Ordering::is_gt)
}

pub(super) fn ge(arguments: &[Value]) -> Result<Value, String> {
    ordered(arguments, Ordering::is_ge)
}

/// A missing value equals only a missing value; other kinds cannot be mixed.
fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    match (left, right) {
        (Value::None, _) | (_, Value::None) => Ok(left == right),
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        _ => left.compare(right).map(Ordering::is_eq).ok_or_else(|| mixed(left, right)),
    }
}

fn ordered(arguments: &[Value], test: fn(Ordering) -> bool) -> Result<Value, String> {
    let [left, right] = arguments else { return Err("two values are compared".to_owned()) };
    left.compare(right).map(|order| Value::Bool(test(order))).ok_or_else(|| mixed(left, right))
}

fn mixed(left: &Value, right: &Value) -> String {
    format!("{} cannot be compared with {}", left.kind(), right.kind())
}
