//! Strings of YAML: between double quotes, or as a block of lines.

use std::fmt::Write as _;

/// Longer lines are broken at the next single space.
const WIDTH: usize = 80;

/// Between double quotes. With the column of the first quote and the indent of further lines, long texts
/// go over several lines.
pub(super) fn double(text: &str, lines: Option<(usize, usize)>) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut column = lines.map_or(0, |(column, _)| column + 1);
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_inside = before.is_some_and(|before| before != ' ') && characters.peek().is_some();
        let start = out.len();
        match lines {
            Some((_, indent)) if character == ' ' && column > WIDTH && is_inside => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
                // A space that begins a line would be lost.
                if characters.peek() == Some(&' ') {
                    out.push('\\');
                    column += 1;
                }
            }
            _ => {
                push_escaped(character, &mut out);
                column += out[start..].chars().count();
            }
        }
        before = Some(character);
    }
    out.push('"');
    out
}

fn push_escaped(character: char, out: &mut String) {
    let code = u32::from(character);
    let written = match character {
        '"' | '\\' => {
            out.extend(['\\', character]);
            Ok(())
        }
        _ if is_printable(character) => {
            out.push(character);
            Ok(())
        }
        _ => match short(character) {
            Some(letter) => write!(out, "\\{letter}"),
            None if code <= 0xff => write!(out, "\\x{code:02X}"),
            None if code <= 0xffff => write!(out, "\\u{code:04X}"),
            None => write!(out, "\\U{code:08X}"),
        },
    };
    written.expect("a string takes all text");
}

fn short(character: char) -> Option<char> {
    Some(match character {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => return None,
    })
}

/// Without a tab, line ends, and what does not fit into 16 bits.
fn is_printable(character: char) -> bool {
    let is_line_end = matches!(character, '\u{2028}' | '\u{2029}');
    matches!(character, ' '..='~' | '\u{a0}'..='\u{fffd}') && !is_line_end && character != '\u{feff}'
}

/// A text of several lines that can stand as it is.
pub(super) struct Block<'a>(&'a str);

impl<'a> Block<'a> {
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let is_plain = text.chars().all(|character| character == '\n' || is_printable(character));
        let ends_in_spaces = text.ends_with(' ') || text.contains(" \n");
        (text.contains('\n') && is_plain && !ends_in_spaces).then_some(Self(text))
    }

    /// The bar, the indent where the text begins with white space, and what becomes of the line ends behind it.
    pub(super) fn header(&self) -> String {
        let indent = if self.0.starts_with([' ', '\n']) { "2" } else { "" };
        let ends = match self.0.strip_suffix('\n') {
            None => "-",
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => "+",
            Some(_) => "",
        };
        format!("|{indent}{ends}")
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.strip_suffix('\n').unwrap_or(self.0).split('\n')
    }
}
