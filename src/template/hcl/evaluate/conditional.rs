//! `condition ? then : otherwise`

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::syntax::tree::{Conditional, Expression};
use crate::template::hcl::value::{Type, Value};

use super::{Evaluated, Scope, at, evaluate as value_of, operators};

/// The arm that is taken and the other one.
fn sides(arms: &Conditional, is_true: bool) -> (&Expression, &Expression) {
    if is_true { (&arms.then, &arms.otherwise) } else { (&arms.otherwise, &arms.then) }
}

/// The result has the type that both arms can have. What is wrong with the arm that is not taken does not matter.
pub(super) fn evaluate(arms: &Conditional, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let condition = value_of(&arms.condition, scope)?;
    let Some(is_true) = operators::truth(&condition, &arms.condition.span)? else { return Ok(Value::Unknown) };
    let (taken, other) = sides(arms, is_true);
    let value = value_of(taken, scope)?;
    let Ok(other) = value_of(other, scope) else { return Ok(value) };
    scope.budget().charge_value(&value, span)?;
    scope.budget().charge_value(&other, span)?;
    let (kind, other_kind) = (Type::of(&value), Type::of(&other));
    let Some(common) = Type::common(&[&kind, &other_kind]) else {
        return Err(Diagnostic::error("the two results of a condition need a common type")
            .at_with(span, format!("{} and {} have none", value.describe(), other.describe())));
    };
    let converted = at(common.convert(&value), &taken.span)?;
    scope.budget().admit(converted, span)
}
