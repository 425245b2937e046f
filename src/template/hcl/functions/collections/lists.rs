//! Lists, and what looks at the elements of any collection.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation as _;

use super::unify::unify;
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::limits::check_elements;
use crate::template::hcl::functions::table::{Function, Needs, any, flags, list, number, numbers, sequence, texts};
use crate::template::hcl::value::{Number, Value};

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::always("alltrue", &[flags("list")], all_true),
    Function::always("anytrue", &[flags("list")], any_true),
    Function::new("chunklist", &[list("list"), number("size")], chunk_list).needs(Needs::Shape),
    Function::new("coalescelist", &[], coalesce_list).and_some(sequence("lists").or_null()).needs(Needs::Nothing),
    Function::always("compact", &[texts("list")], compact),
    Function::new("concat", &[], concat).and_some(sequence("seqs")).needs(Needs::Shape),
    Function::always("contains", &[list("list"), any("value")], |a| Value::Bool(a.list(0).contains(a.any(1)))),
    Function::always("distinct", &[list("list")], distinct),
    Function::new("element", &[sequence("list"), number("index")], element).needs(Needs::Shape),
    Function::new("flatten", &[list("list")], flatten).needs(Needs::Shape),
    Function::new("index", &[sequence("list"), any("value")], index),
    Function::new("length", &[any("value")], length).needs(Needs::Shape),
    Function::always("reverse", &[list("list")], reverse).needs(Needs::Shape),
    Function::new("slice", &[sequence("list"), number("start_index"), number("end_index")], slice).needs(Needs::Shape),
    Function::new("sort", &[texts("list")], sort),
    Function::new("sum", &[numbers("list")], sum),
];

/// Also of no elements; null is not true.
fn all_true(arguments: &Arguments<'_>) -> Value {
    Value::Bool(arguments.list(0).iter().all(|item| *item == Value::Bool(true)))
}

fn any_true(arguments: &Arguments<'_>) -> Value {
    Value::Bool(arguments.list(0).contains(&Value::Bool(true)))
}

/// A size of 0 keeps all in one piece.
fn chunk_list(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let items = unify(arguments.list(0));
    let size = match arguments.count(1)? {
        0 => items.len().max(1),
        size => size,
    };
    Ok(Value::list(items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

/// The first list that is not empty.
fn coalesce_list(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    for (index, value) in arguments.all().iter().enumerate() {
        let is_empty = *value == Value::Null || *value != Value::Unknown && arguments.list(index).is_empty();
        if !is_empty {
            return Ok(value.clone());
        }
    }
    Err(CallError::new("all lists are empty"))
}

/// Without nulls and empty strings.
fn compact(arguments: &Arguments<'_>) -> Value {
    let is_filled = |item: &&Value| **item != Value::Null && **item != Value::string("");
    Value::list(arguments.list(0).iter().filter(is_filled).cloned().collect())
}

fn concat(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let lists: Vec<&[Value]> = (0..arguments.len()).map(|index| arguments.list(index)).collect();
    check_elements(lists.iter().map(|list| list.len()).sum())?;
    Ok(Value::list(lists.concat()))
}

/// Each value where it stands first.
fn distinct(arguments: &Arguments<'_>) -> Value {
    let mut seen = BTreeSet::new();
    let items = unify(arguments.list(0));
    Value::list(items.iter().filter(|item| seen.insert(*item)).cloned().collect())
}

/// An index behind the end begins again at the start, a negative one counts from the end.
fn element(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (items, index) = (arguments.list(0), arguments.integer(1)?);
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = index.checked_rem_euclid(length).and_then(|at| usize::try_from(at).ok());
    let item = at.and_then(|at| items.get(at));
    item.cloned().ok_or_else(|| CallError::of(0, "an empty list has no elements"))
}

fn flatten(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let mut flat = Vec::new();
    // What still has to be looked at, the next one last.
    let mut waiting: Vec<_> = vec![arguments.list(0).iter()];
    while let Some(items) = waiting.last_mut() {
        match items.next() {
            Some(Value::List(inner) | Value::Set(inner)) => waiting.push(inner.iter()),
            Some(item) => flat.push(item.clone()),
            None => drop(waiting.pop()),
        }
        check_elements(flat.len())?;
    }
    Ok(Value::list(flat))
}

fn index(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    match arguments.list(0).iter().position(|item| item == arguments.any(1)) {
        Some(at) => Ok(Value::count(at)),
        None => Err(CallError::of(1, "the list does not have this element")),
    }
}

fn length(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let length = match arguments.any(0) {
        Value::String(text) => text.graphemes(true).count(),
        Value::List(items) | Value::Set(items) => items.len(),
        Value::Map(entries) => entries.len(),
        other => return Err(CallError::of(0, format!("{} has no length", other.describe()))),
    };
    Ok(Value::count(length))
}

fn reverse(arguments: &Arguments<'_>) -> Value {
    Value::list(arguments.list(0).iter().rev().cloned().collect())
}

/// From the first index up to the second, which is left out.
fn slice(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (items, start, end) = (arguments.list(0), arguments.count(1)?, arguments.count(2)?);
    if end > items.len() {
        return Err(CallError::of(
            2,
            format!("{end} is behind the end of the list, which has {} elements", items.len()),
        ));
    }
    match items.get(start..end) {
        Some(items) => Ok(Value::list(items.to_vec())),
        None => Err(CallError::of(1, format!("the start {start} is behind the end {end}"))),
    }
}

fn sort(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let mut texts = arguments.texts(0)?;
    texts.sort_unstable();
    Ok(Value::list(texts.into_iter().map(Value::string).collect()))
}

fn sum(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let items = arguments.list(0);
    if items.is_empty() {
        return Err(CallError::of(0, "an empty list has no sum"));
    }
    let mut sum = Number::from(0_i64);
    for (at, item) in items.iter().enumerate() {
        let Value::Number(number) = item else { return Err(CallError::of(0, format!("element {at} is null"))) };
        sum = Number::new(&(sum.decimal() + number.decimal())).map_err(|error| CallError::new(error.0))?;
    }
    Ok(Value::Number(sum))
}
