//! `-var-file`: a JSON object of strings.

use std::path::Path;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Span, Spanned};
use crate::template::value::{Kind, Object};
use crate::template::{json, text};

/// Reads a file; `is_sensitive` tells the names whose values no finding may show.
pub(super) fn read(
    path: &Path,
    is_sensitive: impl Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Spanned<String>)> {
    let name = path.display().to_string();
    if path.extension().is_some_and(|extension| extension == "hcl") {
        diagnostics.push(hcl_refused(&name));
        return Vec::new();
    }
    let Some(source) = text::read(path, "variable file", diagnostics) else { return Vec::new() };
    let Some((object, findings)) = diagnostics.take(object(&source)) else { return Vec::new() };
    diagnostics.extend(findings);
    strings(object, &name, is_sensitive, diagnostics)
}

fn hcl_refused(name: &str) -> Diagnostic {
    Diagnostic::error(format!("{name} holds HCL2 variables, which a JSON template cannot use"))
        .help("write the variables as a JSON object of strings")
}

fn object(source: &Arc<SourceFile>) -> Result<(Object, Diagnostics), Diagnostic> {
    let document = json::parse(source, "variable file")?;
    // Packer takes the last one without a word, so such files are in use.
    let findings = document.repeated_keys.into_warnings();
    match document.value.kind {
        Kind::Map(object) => Ok((object, findings)),
        other => {
            Err(Diagnostic::error(format!("{} must hold a map of strings, not {}", source.name, other.describe()))
                .at(&document.value.span))
        }
    }
}

/// The entries as strings; `null` is the empty string.
fn strings(
    object: Object,
    file: &str,
    is_sensitive: impl Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Spanned<String>)> {
    let shown = shown_source(&object, &is_sensitive);
    let mut values = Vec::new();
    for (key, value) in object.entries {
        let span = Span::new(&shown, value.span.range.clone());
        match value.kind {
            Kind::String(text) => values.push((key.value, Spanned::new(text, span))),
            Kind::Null => values.push((key.value, Spanned::new(String::new(), span))),
            other => diagnostics.push(
                Diagnostic::error(format!(
                    "variable `{}` in {file} must be a string, not {}",
                    key.value,
                    other.describe()
                ))
                .at(&span)
                .help("put the value in double quotes"),
            ),
        }
    }
    values
}

/// The file's text with asterisks over the values that must not be shown. All offsets stay.
fn shown_source(object: &Object, is_sensitive: &impl Fn(&str) -> bool) -> Arc<SourceFile> {
    let source = &object.span.source;
    let mut text = source.text.clone();
    for (_, value) in object.entries.iter().filter(|(key, _)| is_sensitive(&key.value)) {
        let stars = "*".repeat(value.span.range.len());
        text.replace_range(value.span.range.clone(), &stars);
    }
    SourceFile::new(source.name.clone(), text)
}
