//! The arguments of one call: counted, looked at for nulls, converted to what the parameters ask for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::template::hcl::value::{Number, Value};

use super::table::{Function, Kind, Needs, Parameter};
use super::{CallError, Context};

/// The values a function works on. The readers by kind rely on the conversion to the parameter's kind.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    values: Vec<Value>,
    pub(super) context: &'a Context<'a>,
}

impl<'a> Arguments<'a> {
    /// `None` if too little is known about the arguments to call the function.
    pub(super) fn prepare(
        function: &Function,
        given: &[Value],
        context: &'a Context<'a>,
    ) -> Result<Option<Self>, CallError> {
        check_count(function, given.len())?;
        let mut values = Vec::with_capacity(given.len());
        for (index, value) in given.iter().enumerate() {
            let parameter = function.parameter(index).expect("there are not more arguments than parameters");
            values.push(parameter.convert(value).map_err(|message| CallError::of(index, message))?);
        }
        let is_known = match function.needs {
            Needs::Everything => values.iter().all(Value::is_wholly_known),
            Needs::Shape => !values.contains(&Value::Unknown),
            Needs::Nothing => true,
        };
        Ok(is_known.then_some(Self { values, context }))
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn all(&self) -> &[Value] {
        &self.values
    }

    pub(super) fn any(&self, index: usize) -> &Value {
        &self.values[index]
    }

    pub(super) fn text(&self, index: usize) -> &str {
        match &self.values[index] {
            Value::String(text) => text,
            other => unreachable!("argument {index} was converted to a string, not to {}", other.describe()),
        }
    }

    pub(super) fn number(&self, index: usize) -> &Number {
        match &self.values[index] {
            Value::Number(number) => number,
            other => unreachable!("argument {index} was converted to a number, not to {}", other.describe()),
        }
    }

    /// A number that must be whole.
    pub(super) fn integer(&self, index: usize) -> Result<i64, CallError> {
        let number = self.number(index);
        number.to_i64().ok_or_else(|| CallError::of(index, format!("a whole number is needed, this is {number}")))
    }

    /// A whole number that counts something.
    pub(super) fn count(&self, index: usize) -> Result<usize, CallError> {
        let number = self.integer(index)?;
        usize::try_from(number).map_err(|_| CallError::of(index, format!("{number} is less than zero")))
    }

    pub(super) fn list(&self, index: usize) -> &[Value] {
        match &self.values[index] {
            Value::List(items) | Value::Set(items) => items,
            other => unreachable!("argument {index} was converted to a list, not to {}", other.describe()),
        }
    }

    pub(super) fn map(&self, index: usize) -> &BTreeMap<String, Value> {
        match &self.values[index] {
            Value::Map(entries) => entries,
            other => unreachable!("argument {index} was converted to a map, not to {}", other.describe()),
        }
    }

    /// The strings of a list of them, where null has no place.
    pub(super) fn texts(&self, index: usize) -> Result<Vec<&str>, CallError> {
        let no_text = |at| CallError::of(index, format!("element {at} is null"));
        let texts = self.list(index).iter().enumerate().map(|(at, item)| text_of(item).ok_or_else(|| no_text(at)));
        texts.collect()
    }
}

/// A text in an error's message. Secrets are masked there where they stand whole, so no text is cut.
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    const LENGTH_LIMIT: usize = 100;
    if text.len() > LENGTH_LIMIT { Cow::Borrowed("this text") } else { Cow::Owned(format!("`{text}`")) }
}

/// The text of a string.
pub(super) fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

impl Parameter {
    fn convert(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::Unknown => Ok(Value::Unknown),
            Value::Null if self.takes_null => Ok(Value::Null),
            Value::Null => Err(format!("`{}` must not be null", self.name)),
            _ => self.kind.convert(value).map_err(|why| format!("`{}`: {why}", self.name)),
        }
    }
}

impl Kind {
    fn convert(self, value: &Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Any, _)
            | (Self::Text, Value::String(_))
            | (Self::Map, Value::Map(_))
            | (Self::Sequence, Value::List(_))
            | (Self::List(Self::Any), Value::List(_) | Value::Set(_)) => Ok(value.clone()),
            (Self::Text, _) => value.to_text().map(Value::string),
            (Self::Number, _) => value.to_number().map(Value::Number),
            (Self::Flag, _) => value.to_bool().map(Value::Bool),
            (Self::List(element), Value::List(items) | Value::Set(items)) => element.convert_all(items),
            (Self::List(_) | Self::Sequence, other) => Err(format!("a list is needed, this is {}", other.describe())),
            (Self::Map, other) => Err(format!("a map is needed, this is {}", other.describe())),
        }
    }

    fn convert_all(self, items: &[Value]) -> Result<Value, String> {
        let convert = |(at, item): (usize, &Value)| match item {
            Value::Null | Value::Unknown => Ok(item.clone()),
            _ => self.convert(item).map_err(|why| format!("element {at}: {why}")),
        };
        items.iter().enumerate().map(convert).collect::<Result<_, _>>().map(Value::list)
    }
}

fn check_count(function: &Function, given: usize) -> Result<(), CallError> {
    let fixed = function.parameters.len();
    let (at_least, at_most) = function.rest.map_or((0, 0), |rest| (rest.at_least, rest.at_most));
    if given < fixed + at_least {
        let missing = function.parameter(given).expect("an argument is missing");
        return Err(CallError::new(format!("the argument `{}` is missing", missing.name)));
    }
    let limit = fixed.saturating_add(at_most);
    if given > limit {
        let message = match limit {
            0 => String::from("it takes no arguments"),
            1 => format!("it takes one argument, this call has {given}"),
            _ => format!("it takes {limit} arguments, this call has {given}"),
        };
        return Err(CallError::of(limit, message));
    }
    Ok(())
}
