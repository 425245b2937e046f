//! No text may exhaust the stack, the memory or the reader's patience.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::diag::Diagnostics;
use crate::template::hcl::syntax::{parse_body, parse_template};

/// Parses, looks through, evaluates, prints and drops.
fn exercise(text: &str) -> Result<Value, Diagnostic> {
    let source = SourceFile::new("e", text);
    let mut diagnostics = Diagnostics::default();
    drop(parse_body(&source, &mut diagnostics));
    if let Ok(template) = parse_template(&source) {
        drop(template.references());
    }
    let expression = parse_expression(&source)?;
    drop((expression.references(), expression.clone()));
    let result = run(text);
    if let Ok(value) = &result {
        drop((value.to_string(), value.clone() == *value));
    }
    result
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(test).unwrap();
    thread.join().unwrap();
}

#[test]
fn openers_without_end_are_refused() {
    on_a_small_stack(|| {
        for opener in [
            "(",
            "[",
            "{a=",
            "!",
            "-",
            "\"${",
            "f(",
            "[for a in ",
            "{for a in ",
            "a[",
            "a[*]",
            "a.*",
            "a?",
            "a?b:",
            "<<A\n${",
            "%{if a}",
            "%{for a in b}",
            "\"%{if a}",
            "\"%{if \"",
            "a b {\n",
            "a + (b * ",
            "[for a in b:",
            "a + b + \"${",
            "{(",
            "{\"${",
        ] {
            assert!(exercise(&opener.repeat(100_000)).is_err(), "{opener}");
            for count in [30, 63, 64, 65] {
                let _ = exercise(&opener.repeat(count));
            }
        }
    });
}

/// As deep as it may be, everything works.
#[test]
fn nesting_up_to_the_limit() {
    on_a_small_stack(|| {
        for (open, inner, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{a=", "1", "}"),
            ("[for a in [1]:", "1", "]"),
            ("!", "true", ""),
            ("\"x${", "1", "}\""),
            ("\"%{ if true }${", "1", "}%{ endif }\""),
            ("\"${\"%{ for a in [1] }${", "1", "}%{ endfor }\"}\""),
            ("true ? 1 : ", "1", ""),
            ("try(", "1", ")"),
            ("[0][", "0", "]"),
            ("1 + (2 * ", "1", ")"),
        ] {
            let text = |count: usize| format!("{}{inner}{}", open.repeat(count), close.repeat(count));
            let deepest = (1..=65).rev().find(|&count| parse_expression(&SourceFile::new("e", text(count))).is_ok());
            let deepest = deepest.expect("one fits");
            assert!(deepest >= 12, "{open} {deepest}");
            exercise(&text(deepest)).unwrap_or_else(|error| panic!("{open}: {error:?}"));
        }
    });
}

#[test]
fn long_chains_are_not_deep() {
    on_a_small_stack(|| {
        assert_eq!(exercise(&vec!["1"; 100_000].join("+")), Ok(Value::integer(100_000)));
        assert_eq!(exercise(&vec!["true"; 100_000].join("&&")), Ok(Value::Bool(true)));
        assert_eq!(exercise(&format!("unknown{}", ".b".repeat(100_000))), Ok(Value::Unknown));
        assert_eq!(exercise(&format!("unknown{}", "[0]".repeat(100_000))), Ok(Value::Unknown));
        assert!(exercise(&format!("var{}", ".b".repeat(100_000))).is_err());
        assert!(exercise(&format!("\"{}\"", "${1}".repeat(100_000))).is_ok());
        assert!(exercise(&format!("[{}]", "1,".repeat(100_000))).is_ok());
        assert!(exercise(&format!("{{{}}}", "a=1,".repeat(100_000))).is_ok());
        assert!(exercise(&format!("<<A\n{}A\n", "a $${ %%{\n".repeat(100_000))).is_ok());
    });
}

/// Nested texts without end take some parsers exponential time.
#[test]
fn time_grows_with_the_length() {
    let start = Instant::now();
    for pattern in [
        "a + b + \"${",
        "\"${[for a in \"",
        "<<A\n${\"",
        "{a = \"%{if ",
        "%{if a}%{else}",
        "/* ",
        "a = \"",
        "\\u",
        "a\n",
        "a = 1\n",
    ] {
        let _ = exercise(&pattern.repeat(20_000));
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn values_that_explode_are_refused() {
    let budget = Budget::new(1024 * 1024);
    let long = format!("[{}]", "1,".repeat(100));
    let nested = (0..8).fold("1".to_owned(), |inner, level| format!("[for v{level} in {long} : {inner}]"));
    let message = run_within(&nested, &budget).expect_err("too large").message;
    assert_eq!(message, "the template's values grow beyond 1 MiB");
    let spent = run_within("try([1, 2], 3)", &budget);
    assert!(spent.is_err(), "what is spent stays spent");
}

#[test]
fn doubling_and_deep_values_are_refused() {
    on_a_small_stack(|| {
        for (text, message) in
            [("[x, x]", "the template's values grow beyond 256 MiB"), ("[x]", "the value is nested more than 200 deep")]
        {
            let budget = Budget::default();
            let expression = parse_expression(&SourceFile::new("e", text)).unwrap();
            let mut value = Value::integer(1);
            let error = loop {
                let mut scope = Scope::new(context(Path::new(".")), &budget);
                scope.set("x", value.clone());
                match evaluate(&expression, &scope) {
                    Ok(next) => value = next,
                    Err(error) => break error,
                }
            };
            assert_eq!(error.message, message);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in ".{0,60}") {
        let _ = exercise(&text);
    }

    #[test]
    fn no_row_of_tokens_panics(tokens in proptest::collection::vec(proptest::sample::select(TOKENS), 0..24)) {
        let _ = exercise(&tokens.concat());
        let _ = exercise(&tokens.join(" "));
    }

    #[test]
    fn arithmetic_is_total(a in "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,3})?", b in "-?[0-9]{1,30}", operator in "[-+*/%<>]") {
        let _ = exercise(&format!("{a} {operator} ({b})"));
    }
}

const TOKENS: &[&str] = &[
    "a", "var", ".name", ".list", "[0]", "[*]", ".*", ".0", "(", ")", "[", "]", "{", "}", "\"", "${", "%{", "~}",
    "${~", "if", "else", "endif", "for", "endfor", "in", ":", "=>", "=", "==", "!", "!=", "&&", "||", "?", "+", "-",
    "*", "/", "%", "<", ">=", "1", "1.5e3", "null", "true", "\n", "\r\n", "#", "//", "/*", "*/", "<<A", "<<-A", "A",
    "...", ",", "try(", "convert(", "list(", "unknown", "é", "\\u00", "\\n", "$$", "\u{feff}", "\u{0}",
];
