use proptest::prelude::*;

use super::token::Kind;
use super::*;

fn formatted(text: &str) -> Result<String, Diagnostics> {
    format(&SourceFile::new("t.pkr.hcl", text))
}

#[test]
fn a_text_with_errors_is_not_formatted() {
    let found = formatted("a = 1 +\nb = [\n").expect_err("it is broken");
    assert_eq!(found.iter().count(), 2, "{found:?}");
}

/// What must not change: everything but white space.
fn substance(text: &str) -> Vec<(Kind, &str)> {
    lexer::tokens(text).into_iter().map(|token| (token.kind, token.text)).collect()
}

fn blanks() -> impl Strategy<Value = String> + Clone {
    "[ \t]{1,3}"
}

fn maybe_blanks() -> impl Strategy<Value = String> + Clone {
    "[ \t]{0,2}"
}

/// White space inside of brackets.
fn break_or_blanks() -> impl Strategy<Value = String> + Clone {
    prop_oneof![4 => maybe_blanks(), 1 => "[ ]{0,3}\n[ \t]{0,3}", 1 => Just(" # it is so\n".to_owned()), 1 => Just("/* so\n */".to_owned())]
}

fn leaf() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        "[a-z][a-z0-9_]{0,8}",
        "[1-9][0-9]{0,3}",
        "\"[a-zé =#\\{]{0,8}\"",
        Just("-1".to_owned()),
        Just("!x".to_owned()),
        Just("\"${ x }%{if y}z%{ endif }\"".to_owned()),
        Just("\"$${ x } %%{ y }\"".to_owned()),
        Just("<<EOT\n  text ${ x +1 }\n y\n EOT\n".to_owned()),
    ]
}

/// An expression; heredocs only where brackets are around, because a line must end behind them.
fn expression() -> impl Strategy<Value = String> + Clone {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone(), break_or_blanks(), break_or_blanks());
        prop_oneof![
            pair.clone().prop_map(|(a, b, x, y)| format!("[{x}{a}{y},{b}{x},{y}]")),
            pair.clone().prop_map(|(a, b, x, y)| format!("({x}{a}{y}+{x}{b}{y})")),
            pair.clone().prop_map(|(a, b, x, y)| format!("({a}{x}=={y}{b}{x}?{y}{b}:{a}{y})")),
            pair.clone().prop_map(|(a, b, x, y)| format!("join({x}{a}{y},{x}{b}{y})")),
            pair.clone().prop_map(|(a, b, x, y)| format!("[{x}for x in({y}{a}{x}):{y}{b}{x}]")),
            pair.prop_map(|(a, b, x, y)| format!("{{{x}k={{a=({a}{y})}},k-2:({b}{y}){x}}}")),
        ]
    })
}

fn item() -> impl Strategy<Value = String> + Clone {
    let end = prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("# x\n".to_owned()),
        Just("  // x\n\n".to_owned())
    ];
    let attribute = ("[a-z]{1,9}", maybe_blanks(), maybe_blanks(), expression(), end)
        .prop_map(|(name, x, y, value, end)| format!("{name}{x}={y}({value}){end}"));
    attribute.prop_recursive(3, 12, 4, |inner| {
        (maybe_blanks(), blanks(), prop::collection::vec(inner, 0..4))
            .prop_map(|(x, y, items)| format!("{x}block{y}\"label\"{x}{{{y}\n{}{x}}}\n", items.concat()))
    })
}

proptest! {
    #[test]
    fn formatting_twice_is_formatting_once(items in prop::collection::vec(item(), 0..6)) {
        let text = items.concat();
        // Names of arguments can come twice.
        let Ok(once) = formatted(&text) else { return Ok(()) };
        prop_assert_eq!(substance(&once), substance(&text));
        let twice = formatted(&once).expect("it has been parsed");
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn the_lexer_keeps_any_text(text in "[-a-z0-9 \n\"$%{}~<#=/*é.\\\\]{0,60}") {
        let tokens = lexer::tokens(&text);
        let gaps: usize = tokens.iter().map(|token| token.gap).sum();
        let length: usize = tokens.iter().map(|token| token.text.len()).sum();
        prop_assert_eq!(gaps + length, text.len());
    }
}
