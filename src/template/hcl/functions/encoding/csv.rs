//! Tables of comma-separated values.

use std::collections::{BTreeMap, BTreeSet};

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::limits::Budget;
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] =
    &[Function::new("csvdecode", &[text("str")], csv_decode)];

/// A list of maps; the first line names the columns.
fn csv_decode(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let text = arguments.text(0).replace("\r\n", "\n");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| wrong(&error))?.clone();
    if names.is_empty() {
        return Err(CallError::of(0, "the first line with the names of the columns is missing"));
    }
    let mut seen = BTreeSet::new();
    if let Some(repeated) = names.iter().position(|name| !seen.insert(name)) {
        return Err(CallError::of(0, format!("column {} has the name of one before it", repeated + 1)));
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
