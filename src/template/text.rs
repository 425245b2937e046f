//! The files of a template as sources.

use std::path::Path;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::io::text::{self, ReadError, Text};
use crate::source::SourceFile;

/// Reads a file; `what` names it in errors: "template", "variable file". `-` is the standard input.
/// Bytes that are not UTF-8 are a finding of the severity `invalid`.
pub(super) fn read(
    path: &Path,
    what: &str,
    invalid: Severity,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<SourceFile>> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { String::from("<stdin>") } else { path.display().to_string() };
    let read = if is_stdin { text::read_stream("the standard input", std::io::stdin()) } else { text::read(path) };
    let Text { text, invalid_at } = diagnostics.take(read.map_err(|error| unreadable(what, &error)))?;
    let source = SourceFile::new(name, text);
    if let Some(offset) = invalid_at {
        diagnostics.push(Diagnostic { severity: invalid, ..not_utf_8(what, &source, offset) });
    }
    Some(source)
}

fn unreadable(what: &str, error: &ReadError) -> Diagnostic {
    Diagnostic::error(format!("cannot read the {what}: {error}"))
}

/// Without the line itself, which may hold a secret.
fn not_utf_8(what: &str, source: &SourceFile, offset: usize) -> Diagnostic {
    let (line, column) = source.position(offset);
    let place = format!("{}, line {line}, column {}", source.name, column + 1);
    Diagnostic::error(format!("the {what} is not UTF-8 text: {place} is read as \u{fffd}"))
        .help("save the file as UTF-8")
}
