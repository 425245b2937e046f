//! `format` and `formatlist`: the verbs of C's printf, and `%v` for any value.

mod digits;
mod directive;

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::{Arguments, quoted};
use crate::template::hcl::functions::limits::{Budget, Text, check_elements};
use crate::template::hcl::functions::table::{Function, any, text};
use crate::template::hcl::value::Value;

use directive::Directive;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("format", &[text("format")], format).and_any(any("args").or_null()),
    Function::new("formatlist", &[text("format")], format_list).and_any(any("args").or_null()),
];

fn format(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let values: Vec<&Value> = arguments.all()[1..].iter().collect();
    fill(arguments.text(0), &values).map(Text::into_value)
}

/// Formats once for each element of the lists among the arguments, which have one length.
fn format_list(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let mut budget = Budget::default();
    let mut lines = Vec::new();
    for row in 0..rows(arguments)? {
        let values: Vec<&Value> = arguments.all()[1..].iter().map(|value| cell(value, row)).collect();
        let line = fill(arguments.text(0), &values)?;
        // The format counts, too: a long one may write nothing.
        budget.text(arguments.text(0))?;
        budget.text(line.as_str())?;
        lines.push(line.into_value());
    }
    Ok(Value::list(lines))
}

fn rows(arguments: &Arguments<'_>) -> Result<usize, CallError> {
    let mut rows = None;
    for (index, value) in arguments.all().iter().enumerate().skip(1) {
        let (Value::List(items) | Value::Set(items)) = value else { continue };
        let wanted = *rows.get_or_insert(items.len());
        if items.len() != wanted {
            let message = format!("this list has {} elements, one before it has {wanted}", items.len());
            return Err(CallError::of(index, message));
        }
    }
    check_elements(rows.unwrap_or(1))?;
    Ok(rows.unwrap_or(1))
}

/// An argument that is no list is the same in all rows.
fn cell(value: &Value, row: usize) -> &Value {
    match value {
        Value::List(items) | Value::Set(items) => &items[row],
        other => other,
    }
}

fn fill(format: &str, values: &[&Value]) -> Result<Text, CallError> {
    let mut out = Text::default();
    let mut next = 0;
    let mut used = 0;
    let mut rest = format;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push(before)?;
        let at = format.len() - behind.len() - 1;
        let in_format = |error: CallError| CallError { argument: error.argument.or(Some(0)), ..error };
        let (directive, length) = Directive::read(behind).map_err(in_format)?;
        rest = &behind[length..];
        if directive.is_percent() {
            out.push("%")?;
            continue;
        }
        let index = directive.argument.unwrap_or(next);
        let written = &format[at..at + 1 + length];
        let value = values.get(index).ok_or_else(|| too_few(written, index, values.len()))?;
        let body =
            directive.format(value).map_err(|why| CallError::of(index + 1, format!("{}: {why}", quoted(written))))?;
        push_padded(&directive, &body, &mut out)?;
        next = index + 1;
        used = used.max(next);
    }
    out.push(rest)?;
    if values.len() > used {
        return Err(CallError::of(used + 1, format!("the format uses {used} of the {} values", values.len())));
    }
    Ok(out)
}

fn too_few(written: &str, index: usize, given: usize) -> CallError {
    CallError::of(0, format!("{} asks for value {}, there are {given}", quoted(written), index.saturating_add(1)))
}

/// Padding is counted in what people see as characters.
fn push_padded(directive: &Directive, body: &directive::Body, out: &mut Text) -> Result<(), CallError> {
    let missing = directive.missing(body);
    match (directive.flags.minus, body.takes_zeros && directive.flags.zero) {
        (true, _) => {
            out.push(&body.text)?;
            out.push_repeated(" ", missing)
        }
        (false, true) => {
            let (prefix, digits) = body.text.split_at(body.prefix);
            out.push(prefix)?;
            out.push_repeated("0", missing)?;
            out.push(digits)
        }
        (false, false) => {
            out.push_repeated(" ", missing)?;
            out.push(&body.text)
        }
    }
}
