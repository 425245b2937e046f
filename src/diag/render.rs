//! Diagnostics as text, drawn by miette: the place, the source line with a mark under it, and the help.

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::source::Span;

use super::{Counts, Diagnostic, Diagnostics, Severity};

/// Longer source lines are cut to what stands around the place.
const LINE_LIMIT: usize = 160;
/// How much of a cut line stands before the place.
const BEFORE: usize = 60;

impl Diagnostics {
    /// All findings, each as a paragraph with an empty line behind it but the last. Without colour it is plain ASCII but for what the source holds.
    pub fn render(&self, color: bool) -> String {
        let mut paragraphs: Vec<String> = self.iter().map(|diagnostic| diagnostic.render(color)).collect();
        paragraphs.extend(self.rest());
        paragraphs.join("\n")
    }

    /// What is said of the findings that were not kept.
    fn rest(&self) -> Option<String> {
        let Counts { errors, warnings } = self.left_out();
        let counts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, noun)| counted(count, noun)).collect();
        (!counts.is_empty()).then(|| format!("  and {} more\n", counts.join(" and ")))
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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
        out + &self.see_also()
    }

    /// The second place, which may be in another file.
    fn see_also(&self) -> String {
        let line = |(span, label): &(Span, String)| format!("  see also: {span:?} {label}\n");
        self.related.as_deref().map_or_else(String::new, line)
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
        let place = span.range.start.min(source.text.len());
        let window = window(&source.text, place - column, place);
        let start = place.clamp(window.start, window.end);
        let length = span.range.len().min(window.end - start);
        let mut text = printable(&source.text[window.clone()]);
        let at = start - window.start;
        // At the end of a line a mark has nothing to stand under, and what is written beside it would get lost.
        text.extend((at == text.len()).then_some(' '));
        let mark = (at, length.max(usize::from(at + 1 == text.len()))).into();
        Self { name: source.name.clone(), text, line: line - 1, column, mark }
    }
}

/// The bytes that are shown of the line that begins at `line`: all of a short one. No more of the text is looked at.
fn window(text: &str, line: usize, place: usize) -> std::ops::Range<usize> {
    let after = &text.as_bytes()[place..text.len().min(place + LINE_LIMIT)];
    let end = after.iter().position(|&byte| byte == b'\n').map_or(place + after.len(), |length| place + length);
    let is_whole = end - line <= LINE_LIMIT && (end < place + after.len() || end == text.len());
    if is_whole {
        let is_windows = text[line..end].ends_with('\r');
        return line..end - usize::from(is_windows);
    }
    let start = boundary(text, line.max(place.saturating_sub(BEFORE)));
    start..boundary(text, end.min(start + LINE_LIMIT))
}

/// The same length in bytes, so that marks stay right. A control character could change the terminal.
fn printable(text: &str) -> String {
    let shown = |character: char| match character.len_utf8() {
        1 if character.is_control() && character != '\t' => "?".to_owned(),
        2 if character.is_control() => "??".to_owned(),
        _ => character.to_string(),
    };
    text.chars().map(shown).collect()
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
    fn a_second_place_is_named() {
        let source = SourceFile::new("t.json", "{\n  \"a\": 1\n}");
        let shown = Diagnostic::error("twice").related(&Span::new(&source, 4..7), "the first one").render(false);
        assert!(shown.ends_with("  see also: t.json:2:3 the first one\n"), "{shown}");
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
    fn a_line_at_the_limit_is_shown_whole() {
        for length in LINE_LIMIT - 3..LINE_LIMIT {
            let text = format!("a\n{}\r\nb", "x".repeat(length));
            for at in [2, 2 + length - 1] {
                let shown = rendered(&text, at..at + 1);
                assert_eq!(shown.matches('x').count(), length, "{length} {at}: {shown}");
            }
        }
    }

    #[test]
    fn control_characters_are_not_printed() {
        let shown = rendered("{\u{1b}[2J\u{0}\u{9b}\t\"typo\"", 9..15);
        assert!(!shown.contains(['\u{1b}', '\u{0}', '\u{9b}']) && shown.contains("{?[2J???"), "{shown}");
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let mut all = Diagnostics::default();
        (0..102).for_each(|_| all.push(Diagnostic::error("wrong")));
        let shown = all.render(false);
        assert!(shown.matches("error: wrong").count() == 100 && shown.ends_with("  and 2 errors more\n"), "{shown}");
    }

    #[test]
    fn colour_is_only_where_it_is_asked_for() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::warning("odd").help("mend it"));
        assert!(!diagnostics.render(false).contains('\u{1b}'));
        assert!(diagnostics.render(true).contains('\u{1b}'));
    }
}
