//! Scripts and their environment, as several provisioners have them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::template::interpolate::Late;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scripts {
    /// Lines that become one script; `shebang` (without `#!`) is `None` when the text brings its own.
    Inline {
        lines: Vec<Late>,
        shebang: Option<Late>,
    },
    Files(Vec<PathBuf>),
}

/// Environment of a script: values may hold late values.
pub type Environment = BTreeMap<String, Late>;

impl Scripts {
    pub(super) fn lates(&self) -> impl Iterator<Item = &Late> {
        let (lines, shebang): (&[Late], _) = match self {
            Self::Inline { lines, shebang } => (lines, shebang.as_ref()),
            Self::Files(_) => (&[], None),
        };
        lines.iter().chain(shebang)
    }
}
