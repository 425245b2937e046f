//! The values that template expressions have.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Fields;

/// What prints where there is no value.
pub(super) const NO_VALUE: &str = "<no value>";

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A name that does not exist in a map.
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    Map(Arc<Fields>),
}

impl Value {
    /// Whether `if` takes its first branch: everything but zero, empty and missing.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(value) => !value.is_empty(),
            Self::Map(value) => !value.is_empty(),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::None => "no value",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a fraction",
            Self::String(_) => "a string",
            Self::Map(_) => "a map",
        }
    }

    /// The order of two values of one kind.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(right)),
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right),
            (Self::String(left), Self::String(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}

/// As an action prints it.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str(NO_VALUE),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(&shortest(*value)),
            Self::String(value) => f.write_str(value),
            Self::Map(fields) => {
                let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}:{value}")).collect();
                write!(f, "map[{}]", pairs.join(" "))
            }
        }
    }
}

/// Go's `%v` of a float: plain digits, or an exponent when it is below -4 or at least 21.
fn shortest(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..21).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_in_go() {
        let shown = [1.5, 1000.0, 1e21, 1.5e-7, 0.0, -2.0].map(|value| Value::Float(value).to_string());
        assert_eq!(shown, ["1.5", "1000", "1e+21", "1.5e-07", "0", "-2"]);
    }
}
