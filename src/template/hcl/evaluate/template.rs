//! Strings with `${}` and `%{}`.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::syntax::tree::{Expression, Part};
use crate::template::hcl::value::Value;

use super::{Evaluated, Scope, at, collections, evaluate as value_of, operators};

/// A string, but a text that is nothing but one `${}` is the value in it.
pub(super) fn evaluate(parts: &[Part], span: &Span, scope: &Scope<'_>) -> Evaluated {
    if let [Part::Interpolation(value)] = parts {
        return value_of(value, scope);
    }
    let mut text = Text { content: String::new(), is_known: true };
    text.add_all(parts, span, scope)?;
    Ok(if text.is_known { Value::string(text.content) } else { Value::Unknown })
}

struct Text {
    content: String,
    is_known: bool,
}

impl Text {
    fn add_all(&mut self, parts: &[Part], span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
        parts.iter().try_for_each(|part| self.add(part, span, scope))
    }

    fn add(&mut self, part: &Part, span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
        match part {
            Part::Literal(text) => self.push(text, span, scope),
            Part::Interpolation(value) => self.interpolate(value, scope),
            Part::If { condition, then, otherwise } => {
                match operators::truth(&value_of(condition, scope)?, &condition.span)? {
                    Some(true) => self.add_all(then, span, scope),
                    Some(false) => self.add_all(otherwise, span, scope),
                    None => self.give_up(),
                }
            }
            Part::For { bindings, collection, body } => {
                let elements_of = value_of(collection, scope)?;
                let Some(elements) = collections::elements(&elements_of, &collection.span)? else {
                    return self.give_up();
                };
                for (key, value) in elements {
                    scope.budget().charge_step(&collection.span)?;
                    self.add_all(body, span, &collections::bind(bindings, key, value, scope))?;
                }
                Ok(())
            }
        }
    }

    fn push(&mut self, text: &str, span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
        scope.budget().charge_text(text, span)?;
        self.content.push_str(text);
        Ok(())
    }

    fn interpolate(&mut self, expression: &Expression, scope: &Scope<'_>) -> Evaluated<()> {
        let span = &expression.span;
        match value_of(expression, scope)? {
            Value::Unknown => self.give_up(),
            Value::Null => Err(Diagnostic::error("null cannot be part of a string").at(span)),
            value @ (Value::List(_) | Value::Set(_) | Value::Map(_)) => {
                Err(Diagnostic::error(format!("{} cannot be part of a string", value.describe()))
                    .at(span)
                    .help("make a string of it, with join or jsonencode"))
            }
            value => self.push(&at(value.to_text(), span)?, span, scope),
        }
    }

    fn give_up(&mut self) -> Evaluated<()> {
        self.is_known = false;
        Ok(())
    }
}
