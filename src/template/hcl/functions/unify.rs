//! A list has elements of one type: where one of several primitive values is a string, all become strings.

use std::borrow::Cow;

use crate::template::hcl::value::Value;

/// The same values in their common type. Those that have none stay as they are.
pub(super) fn unify(values: &[Value]) -> Cow<'_, [Value]> {
    let is_text = |value: &Value| matches!(value, Value::String(_));
    let needs_change = values.iter().any(is_text) && !values.iter().all(is_text);
    if !needs_change || !values.iter().all(is_primitive) {
        return Cow::Borrowed(values);
    }
    Cow::Owned(values.iter().map(|value| value.to_text().map_or_else(|_| value.clone(), Value::string)).collect())
}

/// Null and unknown values are of any type.
fn is_primitive(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Set(_) | Value::Map(_))
}

/// Whether values of which some are primitive, some collections, stand together.
pub(super) fn is_mixed<'a>(values: impl Iterator<Item = &'a Value> + Clone) -> bool {
    let mut of_a_type = values.filter(|value| !matches!(value, Value::Null | Value::Unknown));
    let Some(first) = of_a_type.next().map(is_primitive) else { return false };
    of_a_type.any(|value| is_primitive(value) != first)
}
