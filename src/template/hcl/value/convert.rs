//! Conversion to a primitive type, as operators, templates and the parameters of functions ask for it.

use super::{Number, Value};

/// Why a value does not become another type: a fragment such as "a list is not a string".
pub(in crate::template) type Mismatch = String;

impl Value {
    /// Strings, numbers and booleans as text. Null and collections are not.
    pub(in crate::template) fn to_text(&self) -> Result<String, Mismatch> {
        match self {
            Self::String(text) => Ok(text.to_string()),
            Self::Number(number) => Ok(number.to_string()),
            Self::Bool(value) => Ok(value.to_string()),
            other => Err(format!("a string is needed, this is {}", other.describe())),
        }
    }

    pub(in crate::template) fn to_number(&self) -> Result<Number, Mismatch> {
        match self {
            Self::Number(number) => Ok(number.clone()),
            Self::String(text) => {
                text.parse().map_err(|_| String::from("a number is needed, this is a string that does not read as one"))
            }
            other => Err(format!("a number is needed, this is {}", other.describe())),
        }
    }

    pub(in crate::template) fn to_bool(&self) -> Result<bool, Mismatch> {
        match self {
            Self::Bool(value) => Ok(*value),
            Self::String(text) if matches!(&**text, "true" | "1") => Ok(true),
            Self::String(text) if matches!(&**text, "false" | "0") => Ok(false),
            Self::String(_) => Err(String::from("a boolean is needed; write true or false")),
            other => Err(format!("a boolean is needed, this is {}", other.describe())),
        }
    }
}
