//! What is made from a secret is a secret too. Templates, `for` and references hand on the parts that a value
//! consists of, and the parts know; functions make new texts.

use std::collections::BTreeSet;

use crate::source::Span;
use crate::template::hcl::value::{Text, Value};

use super::{Evaluated, Scope};

/// Bytes of a text that are searched for a secret in the time of one step.
const SEARCHED: usize = 64;

/// The result of a function whose arguments may hold secrets. What an argument shows openly stays open.
pub(super) fn of_result(arguments: &[Value], result: Value, span: &Span, scope: &Scope<'_>) -> Evaluated {
    if !arguments.iter().any(Value::holds_secret) {
        return Ok(result);
    }
    let plain: BTreeSet<Text> = arguments.iter().flat_map(|argument| argument.texts(false)).collect();
    let result = result.into_secret(&plain);
    for text in result.texts(true) {
        hide(&text, span, scope)?;
    }
    Ok(result)
}

/// Adds a text to those that are masked, unless what is secret in it is masked already: the rest of it, lines
/// of a configuration for instance, is no secret then.
fn hide(text: &str, span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
    let Some(secrets) = scope.secrets() else { return Ok(()) };
    let steps = secrets.count().saturating_mul(1 + text.len() / SEARCHED);
    scope.budget().charge(steps as u64, span)?;
    if !secrets.are_in(text) {
        secrets.add(text);
    }
    Ok(())
}
