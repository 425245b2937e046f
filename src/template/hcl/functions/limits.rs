//! Bounds of what one call gives: a short expression must not fill the memory.

use crate::template::hcl::value::Value;

use super::CallError;

/// The longest text, in bytes.
pub(super) const TEXT_LIMIT: usize = 16 << 20;

/// The most elements, nested ones included.
pub(super) const ELEMENT_LIMIT: usize = 1 << 20;

pub(super) fn check_text(length: usize) -> Result<(), CallError> {
    if length > TEXT_LIMIT {
        return Err(CallError::new(format!("the result is longer than {} MiB", TEXT_LIMIT >> 20)));
    }
    Ok(())
}

pub(super) fn check_elements(count: usize) -> Result<(), CallError> {
    if count > ELEMENT_LIMIT {
        return Err(CallError::new(format!("the result has more than {ELEMENT_LIMIT} elements")));
    }
    Ok(())
}

/// For results that are not longer than a few times the arguments.
pub(super) fn check(value: Value) -> Result<Value, CallError> {
    match &value {
        Value::String(text) => check_text(text.len())?,
        Value::List(items) | Value::Set(items) => check_elements(items.len())?,
        Value::Map(entries) => check_elements(entries.len())?,
        Value::Unknown | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(value)
}

/// A text that stops growing at the limit.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn push(&mut self, text: &str) -> Result<(), CallError> {
        check_text(self.0.len() + text.len())?;
        self.0.push_str(text);
        Ok(())
    }

    pub(super) fn push_repeated(&mut self, text: &str, count: usize) -> Result<(), CallError> {
        check_text(self.0.len().saturating_add(text.len().saturating_mul(count)))?;
        self.0.extend(std::iter::repeat_n(text, count));
        Ok(())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_value(self) -> Value {
        Value::string(self.0)
    }
}

/// What a value under construction may still hold, its parts included.
#[derive(Debug, Default)]
pub(super) struct Budget {
    elements: usize,
    bytes: usize,
}

impl Budget {
    pub(super) fn element(&mut self) -> Result<(), CallError> {
        self.elements += 1;
        check_elements(self.elements)
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), CallError> {
        self.bytes = self.bytes.saturating_add(text.len());
        check_text(self.bytes)
    }
}
