//! The files of a template as sources.

use std::path::Path;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::io::text::{self, ReadError, Text};
use crate::source::SourceFile;

/// Reads a file in which bytes that are not UTF-8 are replaced, with a warning. `what` names it in errors:
/// "template", "variable file". `-` is the standard input.
pub(super) fn read(path: &Path, what: &str, diagnostics: &mut Diagnostics) -> Option<Arc<SourceFile>> {
    let (source, invalid) = diagnostics.take(read_any(path, what))?;
    if let Some(finding) = invalid {
        diagnostics.push(Diagnostic { severity: Severity::Warning, ..finding });
    }
    Some(source)
}

/// Reads a file that must be UTF-8.
pub(super) fn read_strict(path: &Path, what: &str) -> Result<Arc<SourceFile>, Diagnostic> {
    match read_any(path, what)? {
        (source, None) => Ok(source),
        (_, Some(finding)) => Err(finding),
    }
}

fn read_any(path: &Path, what: &str) -> Result<(Arc<SourceFile>, Option<Diagnostic>), Diagnostic> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { String::from("<stdin>") } else { path.display().to_string() };
    let read = if is_stdin { text::read_stream("the standard input", std::io::stdin()) } else { text::read(path) };
    let Text { text, invalid_at } = read.map_err(|error| cannot_read(what, &error))?;
    let source = SourceFile::new(name, text);
    let finding = invalid_at.map(|offset| not_utf_8(what, &source, offset));
    Ok((source, finding))
}

fn cannot_read(what: &str, error: &ReadError) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("cannot read the {what}: {error}"));
    match error {
        ReadError::TooLarge { .. } => {
            diagnostic.help(format!("is this the {what}? one names large files, it does not hold them"))
        }
        _ => diagnostic,
    }
}

/// Without the line itself, which may hold a secret.
fn not_utf_8(what: &str, source: &SourceFile, offset: usize) -> Diagnostic {
    let (line, column) = source.position(offset);
    let place = format!("{}, line {line}, column {}", source.name, column + 1);
    Diagnostic::error(format!("the {what} is not UTF-8 text: {place} is read as \u{fffd}"))
        .help("save the file as UTF-8")
}
