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

/// Brackets, calls, blocks and directives may be nested this deep. A thread with a stack of 2 MiB parses,
/// evaluates and drops that in an unoptimised build.
const DEPTH_LIMIT: usize = 100;

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
