//! Text to tree, in both notations. The parser is our own, by recursive descent: a public crate that was
//! tried needs exponential time for some texts of 200 bytes, and stops at the first error.

mod body;
mod brackets;
mod cursor;
mod heredoc;
pub(in crate::template) mod json;
mod literal;
mod operators;
mod problem;
mod references;
mod template;
mod term;
mod traversal;
pub(in crate::template) mod tree;

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, Span};

use cursor::Parser;
pub(in crate::template) use json::{JsonBlock, JsonSchema, parse_json_body};
pub(in crate::template) use references::Reference;
pub(in crate::template) use tree::{Attribute, Block, Body, Expression, ExpressionKind};

/// Brackets, calls, blocks and directives may be nested this deep. In an unoptimised build a level takes up
/// to 14 KiB of the stack to be read and 6 KiB to be evaluated, and a file that `templatefile` reads is on top
/// of the expression that asks for it: that fits in the 2 MiB of a thread.
const DEPTH_LIMIT: usize = 64;

/// Expressions and blocks of one text.
const COUNT_LIMIT: usize = 500_000;

/// A file of the native notation. Several errors are reported, one for each item of the outermost body.
pub(in crate::template) fn parse_body(source: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Option<Body> {
    Parser::of_source(source).file(diagnostics)
}

/// A text that is one expression, such as the value of `-var`.
pub(in crate::template) fn parse_expression(source: &Arc<SourceFile>) -> Result<Expression, Diagnostic> {
    Parser::of_source(source).whole_expression()
}

/// A text that is a string with `${}` and `%{}` in it, such as the file that `templatefile` reads.
pub(in crate::template) fn parse_template(source: &Arc<SourceFile>) -> Result<Expression, Diagnostic> {
    Parser::of_source(source).whole_template()
}

/// An expression inside of another text; all of it counts as written at `span`.
pub(in crate::template) fn parse_expression_at(text: &str, span: &Span) -> Result<Expression, Diagnostic> {
    Parser::of_text(text, span).whole_expression()
}

#[cfg(test)]
mod tests;
