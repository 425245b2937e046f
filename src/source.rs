//! Text that was read, and places in it. Every error about a template points here.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A text as it was read, with the name the user gave it.
pub struct SourceFile {
    /// The path as typed, or a description such as `-var`.
    pub name: String,
    pub text: String,
    marks: OnceLock<Vec<Mark>>,
}

/// Bytes between two marks. A file of newlines costs less for its marks than for its text.
const MARK_DISTANCE: usize = 4096;

/// Where the lines stand at a multiple of `MARK_DISTANCE`, so that no place is counted from the beginning.
#[derive(Clone, Copy)]
struct Mark {
    /// 1-based.
    line: usize,
    line_start: usize,
}

impl Mark {
    /// The state behind more text, which begins at `offset`.
    fn behind(self, text: &[u8], offset: usize) -> Self {
        let line = self.line + text.split(|&byte| byte == b'\n').count() - 1;
        let line_start = text.iter().rposition(|&byte| byte == b'\n').map_or(self.line_start, |at| offset + at + 1);
        Self { line, line_start }
    }
}

impl SourceFile {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), marks: OnceLock::new() })
    }

    /// 1-based line and 0-based column (in bytes) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let index = offset / MARK_DISTANCE;
        let start = index * MARK_DISTANCE;
        let place = self.marks()[index].behind(&self.text.as_bytes()[start..offset], start);
        (place.line, offset - place.line_start)
    }

    fn marks(&self) -> &[Mark] {
        self.marks.get_or_init(|| {
            let mut mark = Mark { line: 1, line_start: 0 };
            let mut marks = vec![mark];
            for (index, text) in self.text.as_bytes().chunks_exact(MARK_DISTANCE).enumerate() {
                mark = mark.behind(text, index * MARK_DISTANCE);
                marks.push(mark);
            }
            marks
        })
    }
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for SourceFile {}

impl std::fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceFile").field("name", &self.name).field("text", &self.text).finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_that_counting_gives() {
        let text = format!("{}\n\n{}é\n{}", "a".repeat(5000), "b\n".repeat(4000), "c".repeat(9000));
        let source = SourceFile::new("t", text.clone());
        for offset in (0..=text.len() + 1).filter(|offset| offset % 7 < 2) {
            let before = &text.as_bytes()[..offset.min(text.len())];
            let mut line = before.split(|&byte| byte == b'\n');
            let (lines, last) = (line.clone().count(), line.next_back().map_or(0, <[u8]>::len));
            assert_eq!(source.position(offset), (lines, last), "{offset}");
        }
        assert_eq!(SourceFile::new("empty", "").position(3), (1, 0));
    }
}
