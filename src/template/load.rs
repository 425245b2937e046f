//! From a path or a text to a `Template`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::SourceFile;

use super::variables::VariableInputs;
use super::{Template, json, legacy, text};

impl Template {
    /// Reads a template file; `-` is the standard input.
    pub fn load(path: &Path, inputs: &VariableInputs) -> (Option<Self>, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let Some((source, folder)) = read(path, &mut diagnostics) else { return (None, diagnostics) };
        let (template, found) = Self::parse(&source, &folder, inputs);
        diagnostics.extend(found);
        (template.filter(|_| !diagnostics.has_errors()), diagnostics)
    }

    /// Reads a template's text; `folder` is the absolute folder it lies in. There is a template exactly
    /// when no finding is an error.
    pub fn parse(source: &Arc<SourceFile>, folder: &Path, inputs: &VariableInputs) -> (Option<Self>, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let Some(document) = diagnostics.take(json::parse(source, "template")) else { return (None, diagnostics) };
        diagnostics.extend(document.repeated_keys);
        let template = legacy::read(document.value, folder, inputs, &mut diagnostics);
        (template.filter(|_| !diagnostics.has_errors()), diagnostics)
    }
}

fn read(path: &Path, diagnostics: &mut Diagnostics) -> Option<(Arc<SourceFile>, PathBuf)> {
    diagnostics.take(refuse_hcl(path))?;
    let source = text::read(path, "template", Severity::Warning, diagnostics)?;
    Some((source, diagnostics.take(folder_of(path))?))
}

/// Names and folders that mean the other template language.
fn refuse_hcl(path: &Path) -> Result<(), Diagnostic> {
    let name = path.to_string_lossy();
    let is_hcl = name.ends_with(".pkr.hcl") || name.ends_with(".pkr.json");
    if !is_hcl && !path.is_dir() {
        return Ok(());
    }
    let what = if is_hcl { "is an HCL2 template" } else { "is a folder, which means an HCL2 template" };
    Err(Diagnostic::error(format!("{name} {what}, and this version reads only JSON templates"))
        .help("give the path of one JSON template"))
}

/// The absolute folder of a template; of the standard input, the current one.
fn folder_of(path: &Path) -> Result<PathBuf, Diagnostic> {
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
        assert!(message(Path::new("ubuntu.pkr.hcl")).contains("HCL2"));
        assert!(message(Path::new("/")).contains("folder"));
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
