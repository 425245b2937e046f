//! The two ways in which values stand for types.

use crate::source::Spanned;
use crate::template::Language;
use crate::template::value::{Kind, Value};

use super::duration::Signed;
use super::{strict, weak};

/// How values of a template become values of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Typing {
    /// JSON: variables are texts, so a text stands for everything.
    Weak,
    /// HCL2: values have types of their own, and few of them are converted.
    Strict,
}

impl From<Language> for Typing {
    fn from(language: Language) -> Self {
        match language {
            Language::Json => Self::Weak,
            Language::Hcl => Self::Strict,
        }
    }
}

/// Why a value does not stand for a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// It is of another kind altogether.
    Kind,
    /// It does not read as the type.
    Text(String),
}

/// An entry of a map of texts.
pub(super) type Pair = (Spanned<String>, Spanned<String>);

/// Chooses between the two readers of each type.
macro_rules! readers {
    ($($name:ident -> $value:ty),* $(,)?) => {
        impl Typing {
            $(pub(super) fn $name(self, value: &Value) -> Result<$value, Mismatch> {
                match self {
                    // What is not known yet reads as nothing in either language.
                    Self::Strict if value.kind.is_known() => strict::$name(value),
                    _ => weak::$name(value),
                }
            })*
        }
    };
}

readers! {
    string -> String,
    boolean -> bool,
    integer -> i64,
    duration -> Signed,
    strings -> Vec<Spanned<String>>,
    integers -> Vec<i64>,
    pairs -> Vec<Pair>,
}

impl Typing {
    /// A text of a list.
    pub(super) fn element(self, value: &Value) -> Result<String, Mismatch> {
        match self {
            Self::Weak => self.string(value),
            Self::Strict => strict::not_null(value).and_then(|value| self.string(value)),
        }
    }

    /// An empty text is a flag that is not set.
    pub(super) fn trilean(self, value: &Value) -> Result<Option<bool>, Mismatch> {
        match (self, &value.kind) {
            (_, Kind::Null | Kind::Unknown | Kind::Deferred(_)) => Ok(None),
            (Self::Weak, Kind::String(text)) if text.is_empty() => Ok(None),
            _ => self.boolean(value).map(Some),
        }
    }
}
