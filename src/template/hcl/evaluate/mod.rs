//! Tree to value. Everything that can go wrong is a diagnostic at the place in the text, so that `try` and
//! `can` see all of it.

mod budget;
mod call;
mod collections;
mod conditional;
mod operators;
mod scope;
mod secrecy;
mod special;
mod template;
mod templatefile;
mod traversal;
mod types;

use crate::diag::Diagnostic;
use crate::source::Span;

use super::syntax::tree::{Expression, ExpressionKind};
use super::value::Value;

pub(in crate::template) use budget::Budget;
pub(in crate::template) use scope::Scope;

type Evaluated<T = Value> = Result<T, Diagnostic>;

/// The value of an expression.
pub(in crate::template) fn evaluate(expression: &Expression, scope: &Scope<'_>) -> Result<Value, Diagnostic> {
    let span = &expression.span;
    scope.budget().charge_step(span)?;
    match &expression.kind {
        ExpressionKind::Literal(value) => Ok(value.clone()),
        ExpressionKind::Template(parts) => template::evaluate(parts, span, scope),
        ExpressionKind::List(items) => collections::list(items, span, scope),
        ExpressionKind::Object(items) => collections::object(items, span, scope),
        ExpressionKind::Variable(name) => traversal::root(name, span, scope),
        ExpressionKind::Traversal { base, steps } => traversal::evaluate(base, steps, scope),
        ExpressionKind::Call(call) => call::evaluate(call, span, scope),
        ExpressionKind::Unary { operator, operand } => operators::unary(*operator, operand, span, scope),
        ExpressionKind::Binary { first, rest } => operators::chain(first, rest, scope),
        ExpressionKind::Conditional(arms) => conditional::evaluate(arms, span, scope),
        ExpressionKind::For(each) => collections::each(each, span, scope),
        ExpressionKind::Parentheses(inner) => evaluate(inner, scope),
    }
}

/// The value of an expression that may refer to nothing and call nothing.
pub(in crate::template) fn evaluate_constant(expression: &Expression) -> Result<Value, Diagnostic> {
    let budget = Budget::default();
    evaluate(expression, &Scope::constant(&budget))
}

/// An error from a conversion or an operation, which knows no place.
fn at<T>(result: Result<T, impl std::fmt::Display>, span: &Span) -> Evaluated<T> {
    result.map_err(|error| Diagnostic::error(error.to_string()).at(span))
}

#[cfg(test)]
mod tests;
