//! Tables of expressions. Where Packer 1.6.6 and its successors agree, the results were printed by `packer console`.

mod bounds;
mod environment;
mod errors;
mod secrecy;
mod templatefile;
mod values;

use std::path::Path;

use super::*;
use crate::source::SourceFile;
use crate::template::hcl::functions::Context;
use crate::template::hcl::syntax::parse_expression;

/// Evaluates a text with a few names in scope.
fn run(text: &str) -> Result<Value, Diagnostic> {
    run_within(text, &Budget::default())
}

fn run_within(text: &str, budget: &Budget) -> Result<Value, Diagnostic> {
    let mut scope = Scope::new(context(Path::new(".")), budget);
    scope.set("unknown", Value::Unknown);
    scope.set("var", parsed("{ name = \"x\", list = [\"a\", \"b\"], secret = \"hunter2\" }"));
    evaluate(&parse_expression(&SourceFile::new("e", text))?, &scope)
}

fn context(root: &Path) -> Context<'_> {
    Context { root, working_folder: root, started: jiff::Timestamp::UNIX_EPOCH }
}

fn parsed(text: &str) -> Value {
    evaluate_constant(&parse_expression(&SourceFile::new("e", text)).expect("an expression")).expect("a constant")
}

/// What `console` would print; errors as place and message.
fn shown(text: &str) -> String {
    run(text).map_or_else(
        |diagnostic| describe(&diagnostic),
        |value| value.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

fn describe(diagnostic: &Diagnostic) -> String {
    let place = diagnostic
        .label
        .as_ref()
        .map_or_else(String::new, |(span, _)| format!("{span:?} {}", &span.source.text[span.range.clone()]));
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("error at {place}: {}{help}", diagnostic.message)
}

fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(shown(text), *expected, "{text}");
    }
}
