//! Calls of functions.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::functions::{self, CallError};
use crate::template::hcl::syntax::tree::Call;
use crate::template::hcl::value::Value;

use super::{Evaluated, Scope, evaluate as value_of, secrecy, special, templatefile};

/// Functions that look at expressions, or read templates.
const SPECIAL: [&str; 4] = ["try", "can", "convert", "templatefile"];

pub(super) fn evaluate(call: &Call, span: &Span, scope: &Scope<'_>) -> Evaluated {
    if call.name.value == "env" {
        return special::env(call, span, scope);
    }
    let Some(context) = scope.functions() else {
        return Err(Diagnostic::error("no function can be called here").at(&call.name.span));
    };
    match &*call.name.value {
        "try" => special::try_each(call, span, scope),
        "can" => special::can(call, span, scope),
        "convert" => special::convert(call, span, scope),
        "templatefile" => templatefile::evaluate(call, span, scope, &context),
        _ => ordinary(call, span, scope, &context),
    }
}

fn ordinary(call: &Call, span: &Span, scope: &Scope<'_>, context: &functions::Context<'_>) -> Evaluated {
    let Some(arguments) = arguments(call, scope)? else { return Ok(Value::Unknown) };
    for _ in 0..effort(&call.name.value) {
        arguments.iter().try_for_each(|argument| scope.budget().charge_value(argument, span))?;
    }
    let value = functions::call(&call.name.value, &arguments, context).map_err(|error| explain(&error, call, span))?;
    let value = scope.budget().admit(value, span)?;
    secrecy::of_result(&arguments, value, span, scope)
}

/// How often the budget is charged for the arguments: a byte takes a regular expression some 30 times what it takes
/// other functions.
fn effort(function: &str) -> usize {
    if function.starts_with("regex") { 32 } else { 1 }
}

/// The values of the arguments; nothing when it is unknown how many there are.
pub(super) fn arguments(call: &Call, scope: &Scope<'_>) -> Evaluated<Option<Vec<Value>>> {
    let mut values = call.arguments.iter().map(|argument| value_of(argument, scope)).collect::<Result<Vec<_>, _>>()?;
    if !call.expands_last {
        return Ok(Some(values));
    }
    match values.pop() {
        Some(Value::Unknown) => Ok(None),
        Some(Value::List(items) | Value::Set(items)) => {
            values.extend(items.iter().cloned());
            Ok(Some(values))
        }
        other => {
            let found = other.map_or("nothing", |value| value.describe());
            let span = call.arguments.last().map_or(&call.name.span, |argument| &argument.span);
            Err(Diagnostic::error(format!("... needs a list or a set before it, this is {found}")).at(span))
        }
    }
}

/// An error of a function, at the place of the argument that is to blame.
pub(super) fn explain(error: &CallError, call: &Call, span: &Span) -> Diagnostic {
    let name = &call.name.value;
    if error.is_unknown {
        return Diagnostic::error(format!("there is no function `{name}`"))
            .at(&call.name.span)
            .suggest(name, functions::names().chain(SPECIAL));
    }
    let argument = error.argument.map(|at| call.arguments.get(at).or(call.arguments.last()));
    let place = argument.flatten().map_or(span, |argument| &argument.span);
    Diagnostic::error(format!("{name}: {}", error.message)).at(place)
}
