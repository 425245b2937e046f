//! Arithmetic. What a decimal number cannot hold, such as the infinity of `log(0, 2)`, is an error.

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, RoundingMode, Zero};

use crate::template::hcl::value::{Number, Value};

use super::CallError;
use super::arguments::{Arguments, quoted};
use super::limits::check_elements;
use super::table::{Function, number, text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[number("num")], |a| of_decimal(&a.number(0).decimal().abs())),
    Function::new("ceil", &[number("num")], |a| rounded(a.number(0), RoundingMode::Ceiling)),
    Function::new("floor", &[number("num")], |a| rounded(a.number(0), RoundingMode::Floor)),
    Function::new("log", &[number("num"), number("base")], log),
    Function::always("max", &[], |a| extreme(a, |new, old| new > old)).and_some(number("numbers")),
    Function::always("min", &[], |a| extreme(a, |new, old| new < old)).and_some(number("numbers")),
    Function::new("parseint", &[text("number"), number("base")], parse_int),
    Function::new("pow", &[number("num"), number("power")], pow),
    Function::new("range", &[], range).and(number("params"), 1, 3),
    Function::always("signum", &[number("num")], signum),
];

fn of_decimal(value: &BigDecimal) -> Result<Value, CallError> {
    Number::new(value).map(Value::Number).map_err(|error| CallError::new(error.0))
}

/// The shortest decimal number that reads as this binary one.
fn of_float(value: f64) -> Result<Value, CallError> {
    if !value.is_finite() {
        return Err(CallError::new("the result is not a number"));
    }
    value.to_string().parse().map(Value::Number).map_err(|_| CallError::new("the result is out of range"))
}

fn rounded(number: &Number, mode: RoundingMode) -> Result<Value, CallError> {
    of_decimal(&number.decimal().with_scale_round(0, mode))
}

fn log(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    of_float(arguments.number(0).to_f64().ln() / arguments.number(1).to_f64().ln())
}

fn extreme(arguments: &Arguments<'_>, wins: fn(&Number, &Number) -> bool) -> Value {
    let mut best = arguments.number(0);
    for index in 1..arguments.len() {
        let number = arguments.number(index);
        if wins(number, best) {
            best = number;
        }
    }
    Value::Number(best.clone())
}

/// Up to base 36 small and large letters mean the same; above, large ones follow the small ones.
fn parse_int(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    // In base 2, more digits than this are out of the range of numbers.
    const LENGTH_LIMIT: usize = 4000;
    let (text, base) = (arguments.text(0), arguments.integer(1)?);
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return Err(CallError::of(1, "the base must be from 2 to 62"));
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (Sign::Minus, digits),
        None => (Sign::Plus, text.strip_prefix('+').unwrap_or(text)),
    };
    let values: Option<Vec<u8>> = digits.chars().map(|digit| digit_value(digit, base)).collect();
    match values.filter(|values| !values.is_empty() && values.len() <= LENGTH_LIMIT) {
        Some(values) => {
            let number = values.iter().fold(BigInt::ZERO, |number, digit| number * base + *digit);
            of_decimal(&BigDecimal::from(if sign == Sign::Minus { -number } else { number }))
        }
        None => Err(CallError::of(0, format!("{} is not a whole number in base {base}", quoted(text)))),
    }
}

fn digit_value(digit: char, base: u32) -> Option<u8> {
    let value = match digit {
        'A'..='Z' if base > 36 => u32::from(digit) - u32::from('A') + 36,
        _ => digit.to_digit(36)?,
    };
    u8::try_from(value).ok().filter(|_| value < base)
}

/// Exact for whole powers as long as the digits suffice.
fn pow(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (number, power) = (arguments.number(0), arguments.number(1));
    match power.to_usize() {
        Some(power) => whole_power(number, power).map(Value::Number),
        None => of_float(number.to_f64().powf(power.to_f64())),
    }
}

/// By squaring, so that the number of steps is that of the bits of the power.
fn whole_power(number: &Number, mut power: usize) -> Result<Number, CallError> {
    let times = |left: &Number, right: &Number| {
        Number::new(&(left.decimal() * right.decimal())).map_err(|error| CallError::new(error.0))
    };
    let mut square = number.clone();
    let mut result = Number::from(1_i64);
    loop {
        if power % 2 == 1 {
            result = times(&result, &square)?;
        }
        power /= 2;
        if power == 0 {
            return Ok(result);
        }
        square = times(&square, &square)?;
    }
}

/// `range(end)`, `range(start, end)` or `range(start, end, step)`, without the end.
fn range(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let zero = BigDecimal::zero();
    let (start, end) = match arguments.len() {
        1 => (&zero, arguments.number(0).decimal()),
        _ => (arguments.number(0).decimal(), arguments.number(1).decimal()),
    };
    let step = match arguments.len() {
        3 => arguments.number(2).decimal().clone(),
        _ if end < start => BigDecimal::from(-1),
        _ => BigDecimal::from(1),
    };
    if step.is_zero() || (end < start) != (step < zero) && end != start {
        return Err(CallError::of(2, "the step does not lead from the start to the end"));
    }
    let steps = ((end - start) / &step).with_scale_round(0, RoundingMode::Ceiling);
    let steps = Number::new(&steps).ok().and_then(|steps| steps.to_usize()).unwrap_or(usize::MAX);
    check_elements(steps)?;
    let mut next = start.clone();
    let mut items = Vec::with_capacity(steps);
    for _ in 0..steps {
        items.push(of_decimal(&next)?);
        next += &step;
    }
    Ok(Value::list(items))
}

fn signum(arguments: &Arguments<'_>) -> Value {
    Value::integer(match arguments.number(0).decimal().sign() {
        Sign::Minus => -1,
        Sign::NoSign => 0,
        Sign::Plus => 1,
    })
}
