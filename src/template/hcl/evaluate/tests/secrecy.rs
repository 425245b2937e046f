//! What expressions make from a secret is masked.

use std::collections::BTreeSet;

use super::*;
use crate::io::secrets::{MASK, Secrets};

/// What is printed of an expression over `word`, which is the secret `hunter2`, and all that is masked then.
fn masked(expression: &str) -> (String, Secrets) {
    let (budget, secrets) = (Budget::default(), Secrets::default());
    secrets.add("hunter2");
    let mut scope = Scope::new(context(Path::new(".")), &budget).with_secrets(&secrets);
    scope.set("word", Value::string("hunter2").into_secret(&BTreeSet::new()));
    let expression = parse_expression(&SourceFile::new("e", expression)).expect("an expression");
    let value = evaluate(&expression, &scope).expect("a value").to_string();
    (secrets.mask(&value.split_whitespace().collect::<Vec<_>>().join(" ")), secrets)
}

#[test]
fn results_of_functions_are_secret() {
    for (expression, shown) in [
        ("upper(word)", "<sensitive>"),
        ("upper(\"${word}x\")", "<sensitive>"),
        ("base64encode(\"user:${word}\")", "<sensitive>"),
        ("[for letter in [word, \"ab\"] : strrev(letter)]", r#"[ "<sensitive>", "ba", ]"#),
        ("{ a = lower(upper(word)) }", r#"{ "a" = "<sensitive>" }"#),
        ("true ? title(word) : \"\"", "<sensitive>"),
        ("jsondecode(\"[\\\"${upper(word)}\\\"]\")", r#"[ "<sensitive>", ]"#),
        ("length(word)", "7"),
        ("split(\"n\", word)", r#"[ "<sensitive>", "<sensitive>", ]"#),
    ] {
        assert_eq!(masked(expression).0, shown, "{expression}");
    }
}

#[test]
fn what_stands_beside_a_secret_is_none() {
    for (expression, shown) in [
        ("concat([\"echo hello\"], [upper(word)])", r#"[ "echo hello", "<sensitive>", ]"#),
        ("yamlencode({ name = \"guest\", word = strrev(word) })", "\"name\": \"guest\" \"word\": \"<sensitive>\""),
        ("format(\"%s on %s\", word, \"host\")", "<sensitive> on host"),
    ] {
        let (text, secrets) = masked(expression);
        assert_eq!(text, shown, "{expression}");
        assert_eq!(secrets.mask("echo hello, name guest on host"), "echo hello, name guest on host", "{expression}");
    }
}

#[test]
fn a_secret_value_does_not_show_in_what_is_logged() {
    let value = parsed("{ a = [\"hunter2\"] }").into_secret(&BTreeSet::new());
    let shown = format!("{value:?}");
    assert!(shown.contains(MASK) && !shown.contains("hunter2"), "{shown}");
}
