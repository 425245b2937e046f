use std::path::Path;

use super::*;
use crate::source::SourceFile;
use crate::template::hcl::functions::Context;
use crate::template::hcl::syntax::parse_expression;

fn run(text: &str) -> Result<Value, Diagnostic> {
    let context =
        Context { root: Path::new("."), working_folder: Path::new("."), started: jiff::Timestamp::UNIX_EPOCH };
    let budget = Budget::default();
    let mut scope = Scope::new(context, &budget);
    scope.set("unknown", Value::Unknown);
    evaluate(&parse_expression(&SourceFile::new("e", text))?, &scope)
}

#[test]
fn operators() {
    for (text, result) in
        [("1 + 2 * 3 - 4", "3"), ("1 + \"1\"", "2"), ("7 % 3", "1"), ("1/4", "0.25"), ("0.1+0.2", "0.3")]
    {
        assert_eq!(run(text).map(|value| value.to_text()), Ok(Ok(result.to_owned())), "{text}");
    }
}
