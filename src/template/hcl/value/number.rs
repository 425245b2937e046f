//! Decimal numbers: exact, so that `0.1 + 0.2` is 0.3.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, ToPrimitive, Zero};

/// Fractions are kept to this many digits, what a binary number of 512 bits tells apart.
pub(in crate::template) const PRECISION: u64 = 154;

/// Written out, a number has at most this many digits before or behind the point. Larger ones are
/// refused: a few characters such as `1e999999999` would fill the memory.
const DIGIT_LIMIT: i64 = 1000;

/// Says `DIGIT_LIMIT`.
const TOO_LARGE: &str = "the number has more than 1000 digits before or behind its point";

/// Longer texts are not even read as numbers.
const TEXT_LIMIT: usize = 2000;

#[derive(Clone, Debug, PartialEq, PartialOrd, Eq, Ord, Hash)]
pub(in crate::template) struct Number(BigDecimal);

/// A number that is too large or too small to be worked with, or no number at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(in crate::template) struct NumberError(pub(in crate::template) &'static str);

impl Number {
    /// Rounds to `PRECISION` digits and refuses what is out of bounds. Every result of an operation goes through here.
    pub(in crate::template) fn new(value: &BigDecimal) -> Result<Self, NumberError> {
        if value.is_zero() {
            return Ok(Self(BigDecimal::zero()));
        }
        let exponent = value.digits().cast_signed() - value.fractional_digit_count();
        if exponent.abs() > DIGIT_LIMIT {
            return Err(NumberError(TOO_LARGE));
        }
        Ok(Self(value.with_prec(PRECISION).normalized()))
    }

    pub(in crate::template) fn decimal(&self) -> &BigDecimal {
        &self.0
    }

    pub(in crate::template) fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// The number as an integer, if it is one in range.
    pub(in crate::template) fn to_i64(&self) -> Option<i64> {
        self.is_integer().then(|| self.0.to_i64()).flatten()
    }

    pub(in crate::template) fn to_usize(&self) -> Option<usize> {
        self.is_integer().then(|| self.0.to_usize()).flatten()
    }

    pub(in crate::template) fn to_f64(&self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(BigDecimal::from(value))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(BigDecimal::from(u64::try_from(value).unwrap_or(u64::MAX)).normalized())
    }
}

impl TryFrom<BigInt> for Number {
    type Error = NumberError;

    fn try_from(value: BigInt) -> Result<Self, NumberError> {
        Self::new(&BigDecimal::from(value))
    }
}

/// Decimal digits with an optional point and exponent.
impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_plain = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        if !is_plain || text.len() > TEXT_LIMIT {
            return Err(NumberError("this is not a number"));
        }
        let value = BigDecimal::from_str(text).map_err(|_| NumberError("this is not a number"))?;
        Self::new(&value)
    }
}

/// Plain digits without an exponent.
impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_plain_decimals() {
        for (written, shown) in
            [("1.50", "1.5"), ("40000", "40000"), ("1e3", "1000"), ("0.0", "0"), ("-2.5e-3", "-0.0025")]
        {
            assert_eq!(written.parse::<Number>().map(|number| number.to_string()), Ok(shown.to_owned()), "{written}");
        }
    }

    #[test]
    fn sums_have_no_noise() {
        let [a, b] = ["0.1", "0.2"].map(|text| text.parse::<Number>().expect("a number"));
        let sum = Number::new(&(a.decimal() + b.decimal()));
        assert_eq!(sum.map(|sum| sum.to_string()), Ok("0.3".to_owned()));
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() {
        for text in ["1e999999999", "1e-999999999", "1e99999999999999999999", "", "-", "abc", "0x10", "1_0"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }
}
