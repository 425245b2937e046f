//! Lists taken as sets.

use std::collections::BTreeSet;

use super::unify::{common, unify};
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::limits::check_elements;
use crate::template::hcl::functions::table::{Function, list};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("setintersection", &[list("first_set")], set_intersection).and_any(list("other_sets")),
    Function::new("setproduct", &[list("first_set"), list("second_set")], set_product).and_any(list("other_sets")),
    Function::new("setunion", &[list("first_set")], set_union).and_any(list("other_sets")),
];

fn set_intersection(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let mut sets = unified(arguments)?.into_iter();
    let first = sets.next().unwrap_or_default();
    Ok(Value::set(sets.fold(first, |common, set| common.intersection(&set).cloned().collect())))
}

fn set_union(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    Ok(Value::set(unified(arguments)?.into_iter().flatten()))
}

/// All arguments as sets of one type.
fn unified(arguments: &Arguments<'_>) -> Result<Vec<BTreeSet<Value>>, CallError> {
    let lists: Vec<&[Value]> = (0..arguments.len()).map(|index| arguments.list(index)).collect();
    check_elements(lists.iter().map(|list| list.len()).sum())?;
    let joined = lists.concat();
    let mut rest = &unify(&joined)[..];
    let mut sets = Vec::with_capacity(lists.len());
    for list in lists {
        let (items, behind) = rest.split_at(list.len());
        sets.push(items.iter().cloned().collect());
        rest = behind;
    }
    Ok(sets)
}

/// Every choice of one element of each argument; those of the last argument change first.
fn set_product(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let lists = (0..arguments.len()).map(|index| {
        common(arguments.list(index)).ok_or_else(|| CallError::of(index, "its elements have no common type"))?;
        Ok(unify(arguments.list(index)))
    });
    let lists = lists.collect::<Result<Vec<_>, CallError>>()?;
    let cells = lists.iter().fold(lists.len(), |cells, list| cells.saturating_mul(list.len()));
    check_elements(cells)?;
    let mut choices: Vec<Vec<Value>> = vec![Vec::new()];
    for list in lists {
        let extend =
            |choice: &Vec<Value>| list.iter().map(|item| [choice, std::slice::from_ref(item)].concat()).collect();
        choices = choices.iter().flat_map::<Vec<_>, _>(extend).collect();
    }
    let choices = choices.into_iter().map(Value::list);
    let are_sets = arguments.all().iter().all(|argument| matches!(argument, Value::Set(_)));
    Ok(if are_sets { Value::set(choices) } else { Value::list(choices.collect()) })
}
