//! Text that was read, and places in it. Every error about a template points here.

use std::ops::Range;
use std::sync::Arc;

/// A text as it was read, with the name the user gave it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as typed, or a description such as `-var`.
    pub name: String,
    pub text: String,
}

impl SourceFile {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
    }

    /// 1-based line and 0-based column (in bytes) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        (before.split(|&byte| byte == b'\n').count(), before.len() - line_start)
    }
}

/// A range of bytes in a source.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    pub source: Arc<SourceFile>,
    pub range: Range<usize>,
}

impl Span {
    pub fn new(source: &Arc<SourceFile>, range: Range<usize>) -> Self {
        Self { source: Arc::clone(source), range }
    }

    /// A span over all of a text that has no file, such as a flag's value.
    pub fn whole(name: impl Into<String>, text: impl Into<String>) -> Self {
        let source = SourceFile::new(name, text);
        let end = source.text.len();
        Self { source, range: 0..end }
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.source.position(self.range.start);
        write!(f, "{}:{line}:{}", self.source.name, column + 1)
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
