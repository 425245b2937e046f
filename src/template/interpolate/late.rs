//! Texts that are complete only at run time.

use serde::{Serialize, Serializer};

use super::Fields;

/// A text in which everything known at plan time is filled in and the dot-variables are not.
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    text: String,
}

impl Late {
    /// A text without any late value.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// Fills in the dot-variables.
    pub fn render(&self, _fields: &Fields) -> Result<String, RenderError> {
        Ok(self.text.clone())
    }

    /// Whether the text depends on a dot-variable.
    pub fn uses(&self, field: &str) -> bool {
        self.text.contains(&format!(".{field}"))
    }
}

/// A late text that cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} in `{text}`")]
pub struct RenderError {
    pub message: String,
    pub text: String,
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Late {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
