//! From a path or a text to a `Template`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::SourceFile;

use super::variables::VariableInputs;
use super::{Template, hcl, json, legacy, text};

impl Template {
    /// Reads a template file; `-` is the standard input.
    pub fn load(path: &Path, inputs: &VariableInputs) -> (Option<Self>, Diagnostics) {
        if hcl::is_meant(path) {
            return hcl::load(path, inputs);
        }
        let mut diagnostics = Diagnostics::default();
        let Some(source) = text::read(path, "template", &mut diagnostics) else { return (None, diagnostics) };
        let Some(folder) = diagnostics.take(folder_of(path)) else { return (None, diagnostics) };
        let (template, found) = Self::parse(&source, &folder, inputs);
        diagnostics.extend(found);
        (template, diagnostics)
    }

    /// Reads a template's text, in the language that its name tells; `folder` is the absolute folder it lies in. There is a template exactly
    /// when no finding is an error.
    pub fn parse(source: &Arc<SourceFile>, folder: &Path, inputs: &VariableInputs) -> (Option<Self>, Diagnostics) {
        let name = Path::new(&source.name);
        if hcl::is_meant(name) {
            return hcl::parse(source, &folder.join(name), inputs);
        }
        let mut diagnostics = Diagnostics::default();
        let Some(document) = diagnostics.take(json::parse(source, "template")) else { return (None, diagnostics) };
        diagnostics.extend(document.repeated_keys);
        let template = legacy::read(document.value, folder, inputs, &mut diagnostics);
        (template.filter(|_| !diagnostics.has_errors()), diagnostics)
    }
}

/// The text of a template that must be JSON.
pub(crate) fn read_json(path: &Path) -> Result<Arc<SourceFile>, Diagnostic> {
    if hcl::is_meant(path) {
        let message = format!("{} means HCL2, and this command is for JSON templates", path.display());
        return Err(Diagnostic::error(message).help("give the path of one JSON template"));
    }
    text::read_strict(path, "template")
}

/// The absolute folder of a template; of the standard input, the current one.
pub(crate) fn folder_of(path: &Path) -> Result<PathBuf, Diagnostic> {
    let absolute = std::path::absolute(path)
        .map_err(|error| Diagnostic::error(format!("cannot find the folder of {}: {error}", path.display())))?;
    Ok(absolute.parent().unwrap_or(Path::new("/")).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(path: &Path) -> String {
        let (template, diagnostics) = Template::load(path, &VariableInputs::fixed());
        assert!(template.is_none());
        diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn unreadable_paths_are_named() {
        let missing = message(Path::new("/nonexistent/t.json"));
        assert!(missing.contains("/nonexistent/t.json") && missing.contains("No such file"), "{missing}");
        assert!(message(Path::new("gone.pkr.hcl")).contains("No such file"));
        assert!(message(Path::new("/")).contains("the folder / holds no template"));
    }

    #[test]
    fn the_folder_is_absolute() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.json");
        fs_err::write(&path, r#"{"builders": [{"type": "null"}]}"#).expect("the file is written");
        let (template, diagnostics) = Template::load(&path, &VariableInputs::fixed());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert_eq!(template.expect("it is well formed").folder, folder.path());
    }
}
