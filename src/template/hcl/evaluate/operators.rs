//! Arithmetic, comparison and logic. Operands are converted: `1 + "1"` is 2.

use bigdecimal::{BigDecimal, Zero};

use crate::diag::Diagnostic;
use crate::source::{Span, Spanned};
use crate::template::hcl::syntax::tree::{BinaryOperator, Expression, UnaryOperator};
use crate::template::hcl::value::{Number, PRECISION, Value};

use super::{Evaluated, Scope, at, evaluate};

pub(super) fn unary(operator: UnaryOperator, operand: &Expression, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let value = evaluate(operand, scope)?;
    if value == Value::Unknown {
        return Ok(value);
    }
    match operator {
        UnaryOperator::Not => at(value.to_bool(), &operand.span).map(|value| Value::Bool(!value)),
        UnaryOperator::Negate => {
            let number = at(value.to_number(), &operand.span)?;
            at(Number::new(&-number.decimal()), span).map(Value::Number)
        }
    }
}

/// Operators of one rank, from left to right.
pub(super) fn chain(
    first: &Expression,
    rest: &[(Spanned<BinaryOperator>, Expression)],
    scope: &Scope<'_>,
) -> Evaluated {
    let mut left = Operand { value: evaluate(first, scope)?, span: first.span.clone() };
    for (operator, right) in rest {
        let value = match operator.value {
            BinaryOperator::Or => logic(&left, right, true, scope)?,
            BinaryOperator::And => logic(&left, right, false, scope)?,
            _ => {
                let right = Operand { value: evaluate(right, scope)?, span: right.span.clone() };
                binary(operator, &left, &right, scope)?
            }
        };
        left = Operand { value, span: Span::new(&left.span.source, left.span.range.start..right.span.range.end) };
    }
    Ok(left.value)
}

struct Operand {
    value: Value,
    span: Span,
}

impl Operand {
    fn number(&self) -> Evaluated<Number> {
        at(self.value.to_number(), &self.span)
    }
}

/// `deciding` is the value that makes the other side irrelevant: true for `||`, false for `&&`.
fn logic(left: &Operand, right: &Expression, deciding: bool, scope: &Scope<'_>) -> Evaluated {
    let first = truth(&left.value, &left.span)?;
    if first == Some(deciding) {
        return Ok(Value::Bool(deciding));
    }
    let second = truth(&evaluate(right, scope)?, &right.span)?;
    match (first, second) {
        (_, Some(second)) if second == deciding => Ok(Value::Bool(deciding)),
        (Some(_), Some(second)) => Ok(Value::Bool(second)),
        _ => Ok(Value::Unknown),
    }
}

/// Nothing for an unknown value.
pub(super) fn truth(value: &Value, span: &Span) -> Evaluated<Option<bool>> {
    if *value == Value::Unknown { Ok(None) } else { at(value.to_bool(), span).map(Some) }
}

fn binary(operator: &Spanned<BinaryOperator>, left: &Operand, right: &Operand, scope: &Scope<'_>) -> Evaluated {
    match operator.value {
        BinaryOperator::Equal => equality(left, right, scope),
        BinaryOperator::NotEqual => Ok(match equality(left, right, scope)? {
            Value::Bool(is_equal) => Value::Bool(!is_equal),
            unknown => unknown,
        }),
        _ if left.value == Value::Unknown || right.value == Value::Unknown => Ok(Value::Unknown),
        BinaryOperator::Less => Ok(Value::Bool(left.number()? < right.number()?)),
        BinaryOperator::LessOrEqual => Ok(Value::Bool(left.number()? <= right.number()?)),
        BinaryOperator::Greater => Ok(Value::Bool(left.number()? > right.number()?)),
        BinaryOperator::GreaterOrEqual => Ok(Value::Bool(left.number()? >= right.number()?)),
        _ => arithmetic(operator, left, right),
    }
}

/// Values of different types are not equal, whatever they look like.
fn equality(left: &Operand, right: &Operand, scope: &Scope<'_>) -> Evaluated {
    scope.budget().charge_value(&left.value, &left.span)?;
    scope.budget().charge_value(&right.value, &right.span)?;
    let is_known = left.value.is_wholly_known() && right.value.is_wholly_known();
    Ok(if is_known { Value::Bool(left.value == right.value) } else { Value::Unknown })
}

fn arithmetic(operator: &Spanned<BinaryOperator>, left: &Operand, right: &Operand) -> Evaluated {
    let (first, second) = (left.number()?, right.number()?);
    let (first, second) = (first.decimal(), second.decimal());
    let divides = matches!(operator.value, BinaryOperator::Divide | BinaryOperator::Remainder);
    if divides && second.is_zero() {
        return Err(Diagnostic::error("division by zero").at(&right.span));
    }
    let result = match operator.value {
        BinaryOperator::Add => first + second,
        BinaryOperator::Subtract => first - second,
        BinaryOperator::Multiply => first * second,
        BinaryOperator::Divide => divide(first, second),
        _ => first % second,
    };
    at(Number::new(&result), &operator.span).map(Value::Number)
}

/// To as many digits as numbers keep.
fn divide(first: &BigDecimal, second: &BigDecimal) -> BigDecimal {
    let (dividend, dividend_scale) = first.as_bigint_and_exponent();
    let (divisor, divisor_scale) = second.as_bigint_and_exponent();
    let wanted = (PRECISION + 1 + second.digits()).saturating_sub(first.digits());
    let shift = u32::try_from(wanted).expect("numbers have few digits");
    let quotient = dividend * bigdecimal::num_bigint::BigInt::from(10).pow(shift) / divisor;
    BigDecimal::new(quotient, dividend_scale + i64::from(shift) - divisor_scale)
}
