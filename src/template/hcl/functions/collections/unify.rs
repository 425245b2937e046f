//! A list has elements of one type: where one of several primitive values is a string, all become strings.

use std::borrow::Cow;

use crate::template::hcl::value::{Type, Value};

/// The same values in their common type. Those that have none stay as they are.
pub(super) fn unify(values: &[Value]) -> Cow<'_, [Value]> {
    let Some(kind) = common(values) else { return Cow::Borrowed(values) };
    let unified: Result<Vec<Value>, _> = values.iter().map(|value| kind.convert(value)).collect();
    unified.map_or(Cow::Borrowed(values), Cow::Owned)
}

pub(super) fn common(values: &[Value]) -> Option<Type> {
    let kinds: Vec<Type> = values.iter().map(Type::of).collect();
    Type::common(&kinds.iter().collect::<Vec<_>>())
}
