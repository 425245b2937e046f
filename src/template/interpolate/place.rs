//! From an offset in a decoded text to the place in the file that was read.

use std::ops::Range;

use crate::source::Span;

/// The part of `span` that `range` of `text` was written as. The whole span, when the text is not
/// simply what stands there.
pub(in crate::template) fn within(span: &Span, text: &str, range: &Range<usize>) -> Span {
    let Some(written) = span.source.text.get(span.range.clone()) else { return span.clone() };
    let range = &(range.start.min(text.len())..range.end.min(text.len()));
    let mapped = if written == text { Some(range.clone()) } else { in_literal(written, text, range) };
    match mapped {
        Some(inner) => Span::new(&span.source, span.range.start + inner.start..span.range.start + inner.end),
        None => span.clone(),
    }
}

/// The same for a JSON string literal, whose escapes are longer than what they stand for.
fn in_literal(literal: &str, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let body = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut starts = [None; 2];
    let (mut decoded, mut written) = (0, 1);
    for character in text.chars() {
        for (start, wanted) in starts.iter_mut().zip([range.start, range.end]) {
            if decoded == wanted {
                *start = Some(written);
            }
        }
        let rest = body.get(written - 1..)?;
        written += written_length(rest)?;
        decoded += character.len_utf8();
    }
    let end_of_text = written;
    let [start, end] = starts;
    Some(start.unwrap_or(end_of_text)..end.unwrap_or(end_of_text))
}

/// How many bytes the first character of a literal's rest takes.
fn written_length(rest: &str) -> Option<usize> {
    let mut characters = rest.chars();
    let first = characters.next()?;
    if first != '\\' {
        return Some(first.len_utf8());
    }
    match characters.next()? {
        'u' if is_high_surrogate(rest) => Some(12),
        'u' => Some(6),
        _ => Some(2),
    }
}

/// `\uD83D\uDE00`: two escapes for one character.
fn is_high_surrogate(rest: &str) -> bool {
    let unit = rest.get(2..6).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    unit.is_some_and(|unit| (0xd800..0xdc00).contains(&unit)) && rest.get(6..8) == Some("\\u")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn shown(literal: &str, text: &str, range: Range<usize>) -> String {
        let source = SourceFile::new("t", format!("xx{literal}yy"));
        let span = Span::new(&source, 2..2 + literal.len());
        let place = within(&span, text, &range);
        source.text[place.range].to_owned()
    }

    #[test]
    fn maps_through_escapes() {
        assert_eq!(shown(r#""a\n{{b}}""#, "a\n{{b}}", 2..7), "{{b}}");
        assert_eq!(shown(r#""\u00e9\ud83d\ude00{{b}}""#, "é😀{{b}}", 6..11), "{{b}}");
        assert_eq!(shown(r#""é{{b}}""#, "é{{b}}", 2..7), "{{b}}");
    }

    #[test]
    fn a_text_from_elsewhere_is_the_whole_span() {
        assert_eq!(shown(r#"["a","b"]"#, "ab", 0..1), r#"["a","b"]"#);
    }
}
