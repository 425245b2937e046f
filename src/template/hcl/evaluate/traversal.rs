//! References, and what stands behind them: attributes, elements, splats.

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::source::{Span, Spanned};
use crate::template::hcl::syntax::tree::{Expression, ExpressionKind, Step};
use crate::template::hcl::value::Value;

use super::{Evaluated, Scope, at, evaluate as value_of};

pub(super) fn evaluate(base: &Expression, steps: &[Step], scope: &Scope<'_>) -> Evaluated {
    let value = value_of(base, scope)?;
    follow(value, steps, &owner(base), scope)
}

/// The value of a root name.
pub(super) fn root(name: &str, span: &Span, scope: &Scope<'_>) -> Evaluated {
    scope.get(name).cloned().ok_or_else(|| unknown_name(name, span, scope))
}

fn unknown_name(name: &str, span: &Span, scope: &Scope<'_>) -> Diagnostic {
    let names = scope.all_names();
    if names.is_empty() {
        return Diagnostic::error(format!("nothing can be referred to here, and `{name}` reads as a reference"))
            .at(span)
            .help("put double quotes around a text");
    }
    let diagnostic = Diagnostic::error(format!("there is nothing called `{name}` here")).at(span);
    let named = diagnostic.suggest(name, names.iter().copied());
    if named.help.is_some() { named } else { named.help(format!("known are {}", names.join(", "))) }
}

/// What the attributes are looked up in, for messages.
fn owner(base: &Expression) -> String {
    match &base.kind {
        ExpressionKind::Variable(name) => format!("`{name}`"),
        _ => "this value".to_owned(),
    }
}

fn follow(mut value: Value, steps: &[Step], owner: &str, scope: &Scope<'_>) -> Evaluated {
    let mut owner = owner.to_owned();
    for (at, step) in steps.iter().enumerate() {
        value = match step {
            Step::Attribute(name) => attribute(&value, name, &owner)?,
            Step::Index(key) => element(&value, &value_of(key, scope)?, &key.span)?,
            Step::Splat { span, steps } => splat(value, steps, span, scope)?,
        };
        owner = if at == 0 { describe_step(&owner, step) } else { "this value".to_owned() };
    }
    Ok(value)
}

fn describe_step(owner: &str, step: &Step) -> String {
    match step {
        Step::Attribute(name) if owner.ends_with('`') => format!("{}.{}`", owner.trim_end_matches('`'), name.value),
        _ => "this value".to_owned(),
    }
}

fn attribute(value: &Value, name: &Spanned<String>, owner: &str) -> Evaluated {
    match value {
        Value::Unknown => Ok(Value::Unknown),
        Value::Map(entries) => match entries.get(&name.value) {
            Some(value) => Ok(value.clone()),
            None => Err(missing_attribute(entries, name, owner)),
        },
        Value::List(_) | Value::Set(_) => Err(no_attributes(value, name)
            .help(format!("name an element, as in [0].{0}, or take the attribute of all, [*].{0}", name.value))),
        _ => Err(no_attributes(value, name)),
    }
}

fn no_attributes(value: &Value, name: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(format!("{} has no attributes", value.describe())).at_with(&name.span, "this attribute")
}

fn missing_attribute(entries: &BTreeMap<String, Value>, name: &Spanned<String>, owner: &str) -> Diagnostic {
    let names = entries.keys().map(String::as_str);
    let diagnostic = match owner {
        "`var`" => Diagnostic::error(format!("there is no variable `{}`", name.value)),
        "`local`" => Diagnostic::error(format!("there is no local value `{}`", name.value)),
        _ => Diagnostic::error(format!("{owner} has no attribute `{}`", name.value)),
    };
    let diagnostic = diagnostic.at(&name.span).suggest(&name.value, names);
    match owner {
        _ if diagnostic.help.is_some() => diagnostic,
        "`var`" => diagnostic.help(format!("declare it: variable \"{}\" {{}}", name.value)),
        "`build`" | "`packer`" | "`path`" | "`source`" => diagnostic.help(format!("it has {}", quoted_list(entries))),
        _ => diagnostic,
    }
}

fn quoted_list(entries: &BTreeMap<String, Value>) -> String {
    entries.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Keys are not shown: they may be secrets.
fn element(value: &Value, key: &Value, span: &Span) -> Evaluated {
    match (value, key) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (_, Value::Null) => Err(Diagnostic::error("the key of an element must not be null").at(span)),
        (Value::List(items), key) => {
            let index = at(key.to_number(), span)?;
            index.to_usize().and_then(|index| items.get(index)).cloned().ok_or_else(|| {
                Diagnostic::error(format!("there is no element {index}, the list has {}", items.len())).at(span)
            })
        }
        (Value::Map(entries), key) => {
            let key = at(key.to_text(), span)?;
            entries.get(&key).cloned().ok_or_else(|| Diagnostic::error("the map has no such key").at(span))
        }
        (Value::Set(_), _) => Err(Diagnostic::error("a set has no order, so its elements have no index")
            .at(span)
            .help("use it in a `for`, or sort it to make a list")),
        _ => Err(Diagnostic::error(format!("{} has no elements", value.describe())).at(span)),
    }
}

/// Null has no elements, a value that is no list is one element.
fn splat(value: Value, steps: &[Step], span: &Span, scope: &Scope<'_>) -> Evaluated {
    let items = match value {
        Value::Unknown => return Ok(Value::Unknown),
        Value::Null => Vec::new(),
        Value::List(items) | Value::Set(items) => items.to_vec(),
        single => vec![single],
    };
    let results = items.into_iter().map(|item| {
        scope.budget().charge_step(span)?;
        follow(item, steps, "an element", scope)
    });
    let results = results.collect::<Result<Vec<_>, _>>()?;
    scope.budget().admit(Value::list(results), span)
}
