//! Functions that need more than the values of their arguments.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::syntax::tree::{Call, Expression};
use crate::template::hcl::value::{Type, Value};

use super::{Evaluated, Scope, at, call::arguments, evaluate};

/// The first argument that has a value.
pub(super) fn try_each(call: &Call, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let mut last = None;
    for argument in &call.arguments {
        match evaluate_charged(argument, scope) {
            // It may still fail when it is known, so that a later argument counts.
            Ok(value) if !value.is_wholly_known() => return Ok(Value::Unknown),
            Ok(value) => return Ok(value),
            Err(error) => last = Some(error),
        }
    }
    let Some(error) = last else { return Err(count(call, span, "at least one argument")) };
    Err(Diagnostic::error(format!("try: none of the arguments has a value; of the last one, {}", error.message))
        .at(span))
}

/// For what looks at all of a value.
fn evaluate_charged(expression: &Expression, scope: &Scope<'_>) -> Evaluated {
    let value = evaluate(expression, scope)?;
    scope.budget().admit(value, &expression.span)
}

/// Whether the argument has a value.
pub(super) fn can(call: &Call, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let [argument] = &*call.arguments else { return Err(count(call, span, "one argument")) };
    Ok(match evaluate_charged(argument, scope) {
        Ok(value) if !value.is_wholly_known() => Value::Unknown,
        result => Value::Bool(result.is_ok()),
    })
}

/// `convert(value, type)`
pub(super) fn convert(call: &Call, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let [value, kind] = &*call.arguments else { return Err(count(call, span, "a value and a type")) };
    let kind = Type::parse(kind)?;
    let converted = at(kind.convert(&evaluate_charged(value, scope)?), &value.span)?;
    scope.budget().admit(converted, span)
}

/// An environment variable, empty when it is not set.
pub(super) fn env(call: &Call, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let Some(environment) = scope.environment() else {
        return Err(Diagnostic::error("env can only be called in the default of a variable")
            .at(&call.name.span)
            .help("declare a variable with this default and refer to that"));
    };
    let Some(values) = arguments(call, scope)? else { return Ok(Value::Unknown) };
    let [name] = &*values else { return Err(count(call, span, "one argument")) };
    if *name == Value::Unknown {
        return Ok(Value::Unknown);
    }
    let name = at(name.to_text(), span)?;
    Ok(Value::string(environment.get(&name).map_or("", String::as_str)))
}

pub(super) fn count(call: &Call, span: &Span, needed: &str) -> Diagnostic {
    let found = call.arguments.len();
    Diagnostic::error(format!("{} needs {needed}, this call has {found}", call.name.value)).at(span)
}
