//! From a path or a text to a `Template`.

use std::path::Path;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::SourceFile;

use super::Template;
use super::variables::VariableInputs;

impl Template {
    /// Reads a template file; `-` is the standard input.
    pub fn load(path: &Path, _inputs: &VariableInputs) -> (Option<Self>, Diagnostics) {
        (None, Diagnostic::error(format!("cannot read {}", path.display())).into())
    }

    /// Reads a template's text; `folder` is the absolute folder it lies in.
    pub fn parse(source: &Arc<SourceFile>, _folder: &Path, _inputs: &VariableInputs) -> (Option<Self>, Diagnostics) {
        (None, Diagnostic::error(format!("cannot read {}", source.name)).into())
    }
}
