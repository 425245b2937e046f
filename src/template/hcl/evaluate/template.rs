//! Strings with `${}` and `%{}`.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::syntax::tree::{Bindings, Expression, Part};
use crate::template::hcl::value::{Text as Content, Value};

use super::{Evaluated, Scope, at, collections, evaluate as value_of, operators};

/// A string, but a text that is nothing but one `${}` is the value in it.
pub(super) fn evaluate(parts: &[Part], span: &Span, scope: &Scope<'_>) -> Evaluated {
    if let [Part::Interpolation(value)] = parts {
        return value_of(value, scope);
    }
    let mut text = Text { content: String::new(), is_known: true, is_secret: false };
    text.add_all(parts, span, scope)?;
    Ok(text.into_value())
}

struct Text {
    content: String,
    is_known: bool,
    is_secret: bool,
}

impl Text {
    fn into_value(self) -> Value {
        let content = Content::new(&self.content);
        match self.is_known {
            true if self.is_secret => Value::String(content.into_secret()),
            true => Value::String(content),
            false => Value::Unknown,
        }
    }

    fn add_all(&mut self, parts: &[Part], span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
        parts.iter().try_for_each(|part| self.add(part, span, scope))
    }

    fn add(&mut self, part: &Part, span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
        match part {
            Part::Literal(text) => self.push(text, span, scope),
            Part::Interpolation(value) => self.interpolate(value, scope),
            Part::If { condition, then, otherwise } => {
                let truth = operators::truth(&value_of(condition, scope)?, &condition.span)?;
                self.is_known &= truth.is_some();
                match truth {
                    Some(true) => self.add_all(then, span, scope),
                    Some(false) => self.add_all(otherwise, span, scope),
                    None => Ok(()),
                }
            }
            Part::For { bindings, collection, body } => self.repeat(bindings, collection, body, scope),
        }
    }

    fn repeat(&mut self, names: &Bindings, over: &Expression, body: &[Part], scope: &Scope<'_>) -> Evaluated<()> {
        let collection = value_of(over, scope)?;
        let elements = collections::elements(&collection, &over.span)?;
        self.is_known &= elements.is_some();
        for (key, value) in elements.into_iter().flatten() {
            scope.budget().charge_step(&over.span)?;
            self.add_all(body, &over.span, &collections::bind(names, key, value, scope))?;
        }
        Ok(())
    }

    fn push(&mut self, text: &str, span: &Span, scope: &Scope<'_>) -> Evaluated<()> {
        scope.budget().charge_text(text, span)?;
        self.content.push_str(text);
        Ok(())
    }

    fn interpolate(&mut self, expression: &Expression, scope: &Scope<'_>) -> Evaluated<()> {
        let span = &expression.span;
        let value = value_of(expression, scope)?;
        self.is_known &= value != Value::Unknown;
        self.is_secret |= value.holds_secret();
        match value {
            Value::Unknown => Ok(()),
            Value::Null => Err(Diagnostic::error("null cannot be part of a string").at(span)),
            Value::List(_) | Value::Set(_) | Value::Map(_) => {
                Err(Diagnostic::error(format!("{} cannot be part of a string", value.describe()))
                    .at(span)
                    .help("make a string of it, with join or jsonencode"))
            }
            value => self.push(&at(value.to_text(), span)?, span, scope),
        }
    }
}
