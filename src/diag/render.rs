//! Diagnostics as text, drawn by miette: the place, the source line with a mark under it, and the help.

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::source::Span;

use super::{Diagnostic, Diagnostics, Severity};

/// Longer source lines are cut to what stands around the place.
const LINE_LIMIT: usize = 160;
/// How much of a cut line stands before the place.
const BEFORE: usize = 60;

impl Diagnostics {
    /// All findings, each as a paragraph with an empty line behind it but the last. Without colour it is plain ASCII but for what the source holds.
    pub fn render(&self, color: bool) -> String {
        let paragraphs: Vec<String> = self.iter().map(|diagnostic| diagnostic.render(color)).collect();
        paragraphs.join("\n")
    }
}

impl Diagnostic {
    pub fn render(&self, color: bool) -> String {
        let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let (error, warning) = ("error:".to_owned(), "warning:".to_owned());
        let characters = ThemeCharacters { error, warning, ..ThemeCharacters::ascii() };
        let theme = GraphicalTheme { characters, styles };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_context_lines(0).with_wrap_lines(false).with_links(false);
        let report = Report { diagnostic: self, excerpt: self.label.as_ref().map(|(span, _)| Excerpt::new(span)) };
        let mut out = String::new();
        handler.render_report(&mut out, &report).expect("a string takes all text");
        out
    }
}

/// A diagnostic in the form that miette draws.
#[derive(Debug)]
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    excerpt: Option<Excerpt>,
}

impl std::fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help(&self) -> Option<Box<dyn std::fmt::Display + '_>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (excerpt, (_, text)) = (self.excerpt.as_ref()?, self.diagnostic.label.as_ref()?);
        let text = (!text.is_empty()).then(|| text.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(text, excerpt.mark))))
    }
}

/// The line that a span begins on, or the part of it around the place.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Both from 0; the column is the place's, not the excerpt's.
    line: usize,
    column: usize,
    /// The place, in `text`.
    mark: SourceSpan,
}

impl Excerpt {
    fn new(span: &Span) -> Self {
        let source = &span.source;
        let (line, column) = source.position(span.range.start);
        let written = source.text.lines().nth(line - 1).unwrap_or_default();
        let length = span.range.len().min(written.len().saturating_sub(column));
        let window = window(written, column.min(written.len()));
        let start = column.min(written.len()) - window.start;
        let length = length.min(window.end - window.start - start);
        let text = written[window].to_owned();
        Self { name: source.name.clone(), text, line: line - 1, column, mark: (start, length).into() }
    }
}

/// The bytes of a line that are shown.
fn window(line: &str, column: usize) -> std::ops::Range<usize> {
    if line.len() <= LINE_LIMIT {
        return 0..line.len();
    }
    let start = boundary(line, column.saturating_sub(BEFORE));
    start..boundary(line, start + LINE_LIMIT)
}

/// The first place at or behind `at` where a character begins or the line ends.
fn boundary(line: &str, at: usize) -> usize {
    (at..line.len()).find(|&at| line.is_char_boundary(at)).unwrap_or(line.len())
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let all = (0, self.text.len()).into();
        let contents =
            MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), all, self.line, self.column, 1);
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn rendered(text: &str, range: std::ops::Range<usize>) -> String {
        let source = SourceFile::new("t.json", text);
        Diagnostic::error("unknown key `typo`").at(&Span::new(&source, range)).suggest("typo", ["type"]).render(false)
    }

    #[test]
    fn shows_place_line_mark_and_help() {
        let text = "{\n  \"typo\": 1\n}";
        let lines = [
            "  error: unknown key `typo`",
            "   ,-[t.json:2:3]",
            " 2 |   \"typo\": 1",
            "   :   ^^^^^^",
            "   `----",
            "  help: did you mean `type`?",
        ];
        assert_eq!(rendered(text, 4..10).lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn the_end_of_a_text_can_be_marked() {
        let shown = rendered("{\n", 2..2);
        assert!(shown.contains("t.json:2:1"), "{shown}");
    }

    #[test]
    fn a_span_of_many_lines_shows_its_first() {
        let shown = rendered("{\n  [1,\n  2]\n}", 4..12);
        assert!(shown.contains("t.json:2:3") && shown.contains("[1,") && !shown.contains("2]"), "{shown}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}\"typo\"{}", "é".repeat(500), "y".repeat(5000));
        let shown = rendered(&text, 1000..1006);
        assert!(shown.contains("\"typo\"") && shown.contains("t.json:1:1001") && shown.len() < 700, "{shown}");
    }

    #[test]
    fn colour_is_only_where_it_is_asked_for() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::warning("odd").help("mend it"));
        assert!(!diagnostics.render(false).contains('\u{1b}'));
        assert!(diagnostics.render(true).contains('\u{1b}'));
    }
}
