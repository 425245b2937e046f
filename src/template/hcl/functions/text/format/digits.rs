//! Decimal numbers in the notations of `%f`, `%e` and `%g`.

use bigdecimal::{BigDecimal, RoundingMode, Zero};

use crate::template::hcl::functions::limits::check_text;

#[derive(Clone, Copy, Debug)]
pub(super) enum Notation {
    /// This many digits behind the point.
    Fixed(usize),
    Scientific(usize),
    /// This many digits in all, or as many as there are; scientific for large and small ones.
    General(Option<usize>),
}

/// Writes a number that is not negative.
pub(super) fn write(number: &BigDecimal, notation: Notation) -> Result<String, String> {
    match notation {
        Notation::Fixed(digits) => {
            check_text(digits).map_err(|error| error.message)?;
            Ok(fixed(number, digits))
        }
        Notation::Scientific(digits) => {
            check_text(digits).map_err(|error| error.message)?;
            Ok(Digits::of(number, Some(digits + 1)).scientific(digits + 1))
        }
        Notation::General(precision) => Ok(general(number, precision)),
    }
}

/// All digits, the way `%v` shows them.
pub(super) fn shortest(number: &BigDecimal) -> String {
    general(number, None)
}

fn fixed(number: &BigDecimal, digits: usize) -> String {
    let scale = i64::try_from(digits).expect("the length of a text");
    // Numbers have fewer digits than that; zeros are cheaper to write than to calculate with.
    let calculated = scale.min(2000);
    let text = number.with_scale_round(calculated, RoundingMode::HalfEven).to_plain_string();
    let zeros = digits.saturating_sub(2000);
    format!("{text}{}", "0".repeat(zeros))
}

fn general(number: &BigDecimal, precision: Option<usize>) -> String {
    let precision = precision.map(|precision| precision.max(1));
    let digits = Digits::of(number, precision);
    let length = digits.digits.len();
    let point = digits.exponent + 1;
    let limit = match precision {
        None => 6,
        Some(precision) if precision > length && i64::try_from(length).is_ok_and(|length| length >= point) => length,
        Some(precision) => precision,
    };
    if digits.exponent < -4 || i64::try_from(limit).is_ok_and(|limit| digits.exponent >= limit) {
        return digits.scientific(length);
    }
    digits.plain()
}

/// Significant digits, the first of which stands before the point, times a power of ten.
struct Digits {
    digits: String,
    exponent: i64,
}

impl Digits {
    /// Rounded to this many digits; zeros at the end are left out.
    fn of(number: &BigDecimal, limit: Option<usize>) -> Self {
        if number.is_zero() {
            return Self { digits: String::from("0"), exponent: 0 };
        }
        let limit = limit.and_then(|limit| u64::try_from(limit.min(2000)).ok()).and_then(std::num::NonZeroU64::new);
        let rounded = match limit {
            Some(limit) if limit.get() < number.digits() => number.with_precision_round(limit, RoundingMode::HalfEven),
            _ => number.clone(),
        };
        let (digits, scale) = rounded.normalized().into_bigint_and_scale();
        let digits = digits.to_string();
        let exponent = i64::try_from(digits.len()).unwrap_or(i64::MAX) - 1 - scale;
        Self { digits, exponent }
    }

    /// With zeros up to a number of digits.
    fn scientific(&self, length: usize) -> String {
        let (first, rest) = self.digits.split_at(1);
        let zeros = "0".repeat(length.saturating_sub(self.digits.len()));
        let point = if rest.is_empty() && zeros.is_empty() { "" } else { "." };
        let sign = if self.exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}{zeros}e{sign}{:02}", self.exponent.abs())
    }

    fn plain(&self) -> String {
        let digits = BigDecimal::new(self.digits.parse().expect("these are digits"), 0);
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let (digits, _) = digits.into_bigint_and_scale();
        BigDecimal::new(digits, length - 1 - self.exponent).normalized().to_plain_string()
    }
}
