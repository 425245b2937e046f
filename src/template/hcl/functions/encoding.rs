//! Tables of comma-separated values, and texts inside of URLs.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::template::hcl::value::Value;

use super::CallError;
use super::arguments::Arguments;
use super::limits::Budget;
use super::table::{Function, text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("csvdecode", &[text("str")], csv_decode),
    Function::always("urlencode", &[text("str")], url_encode),
];

/// A list of maps; the first line names the columns.
fn csv_decode(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let text = arguments.text(0).replace("\r\n", "\n");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| wrong(&error))?.clone();
    if names.is_empty() {
        return Err(CallError::of(0, "the first line with the names of the columns is missing"));
    }
    let mut seen = BTreeSet::new();
    if let Some(repeated) = names.iter().find(|name| !seen.insert(*name)) {
        return Err(CallError::of(0, format!("the column `{repeated:.40}` is there twice")));
    }
    let mut budget = Budget::default();
    let rows = reader.records().map(|record| row(&names, &record.map_err(|error| wrong(&error))?, &mut budget));
    rows.collect::<Result<_, _>>().map(Value::list)
}

fn row(names: &csv::StringRecord, fields: &csv::StringRecord, budget: &mut Budget) -> Result<Value, CallError> {
    let mut row = BTreeMap::new();
    for (name, field) in names.iter().zip(fields) {
        budget.element()?;
        budget.text(name)?;
        row.insert(name.to_owned(), Value::string(field));
    }
    Ok(Value::map(row))
}

fn wrong(error: &csv::Error) -> CallError {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(1, csv::Position::line);
            format!("line {line} has {len} fields instead of {expected_len}")
        }
        _ => error.to_string(),
    };
    CallError::of(0, message)
}

/// All but letters, digits and these; a space becomes a plus sign.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');

fn url_encode(arguments: &Arguments<'_>) -> Value {
    Value::string(utf8_percent_encode(arguments.text(0), QUERY).to_string().replace(' ', "+"))
}
