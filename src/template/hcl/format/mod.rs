//! The canonical format: indentation, blanks and columns. Only white space between tokens changes, so
//! comments, heredocs and strings stay as they are.
//!
//! The result is the one of `packer fmt`, with two exceptions: `!x` is written without a blank, as
//! Packer does it from 1.7 on, and an interpolation of several lines in a heredoc does not disturb the
//! indentation behind it.

mod columns;
mod indent;
mod lexer;
mod line;
mod spacing;
mod token;

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::source::SourceFile;

use super::syntax;

/// The text in the canonical format; formatting that again changes nothing.
pub fn format(source: &Arc<SourceFile>) -> Result<String, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    match syntax::parse_body(source, &mut diagnostics) {
        Some(_) => Ok(format_text(source.text.trim_start_matches('\u{feff}'))),
        None => Err(diagnostics),
    }
}

fn format_text(text: &str) -> String {
    let mut tokens = lexer::tokens(text);
    let lines = line::lines(&tokens);
    for line in &lines {
        for cell in [&line.lead, &line.value] {
            spacing::space(&mut tokens[cell.clone()]);
        }
    }
    indent::indent(&mut tokens, &lines);
    columns::align(&mut tokens, &lines);
    written(&tokens, text.len())
}

fn written(tokens: &[token::Token<'_>], expected_length: usize) -> String {
    let mut text = String::with_capacity(expected_length);
    for token in tokens {
        text.extend(std::iter::repeat_n(' ', token.gap));
        text.push_str(token.text);
    }
    text
}

#[cfg(test)]
mod tests;
