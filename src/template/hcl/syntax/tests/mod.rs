//! Texts, their trees, and what is said about broken ones.

mod errors;
mod json;

use super::*;
use tree::Block;

fn read(text: &str) -> (Option<Body>, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let body = parse_body(&SourceFile::new("t", text), &mut diagnostics);
    assert_eq!(body.is_none(), diagnostics.has_errors(), "{text}");
    (body, diagnostics.iter().map(describe).collect())
}

fn describe(diagnostic: &Diagnostic) -> String {
    let (place, label) =
        diagnostic.label.as_ref().map_or_else(Default::default, |(span, label)| (format!("{span:?}"), label.clone()));
    let notes = [Some(label), diagnostic.help.clone()].into_iter().flatten().filter(|note| !note.is_empty());
    let notes: Vec<String> = notes.map(|note| format!(" ({note})")).collect();
    format!("{place} {}{}", diagnostic.message, notes.concat())
}

fn body(text: &str) -> Body {
    let (body, errors) = read(text);
    body.unwrap_or_else(|| panic!("{text}: {errors:?}"))
}

/// A body in one line: names, labels in angle brackets, braces around blocks.
fn outline(body: &Body) -> String {
    let attributes = body.attributes.iter().map(|attribute| attribute.name.value.clone());
    let blocks = body.blocks.iter().map(outline_block);
    attributes.chain(blocks).collect::<Vec<_>>().join(" ")
}

fn outline_block(block: &Block) -> String {
    let labels: Vec<String> = block.labels.iter().map(|label| format!("<{}>", label.value)).collect();
    format!("{}{}{{{}}}", block.kind.value, labels.concat(), outline(&block.body))
}

#[test]
fn bodies() {
    for (text, expected) in [
        ("", ""),
        ("\u{feff}# only\n/* a\n comment */ // and\n", ""),
        ("a = 1", "a"),
        ("a=1\r\nb = 2 # c\r\n\r\n  c = 3 // d\n", "a b c"),
        ("a = [\n1,\n2\n]\nb = f(\n1\n)\nc = {\n}\n", "a b c"),
        ("a = 1 /* more\n lines */\nb = 2", "a b"),
        ("source \"qemu\" x {\n}\nbuild {\n}\n", "source<qemu><x>{} build{}"),
        ("a {}\nb { c = 1 }\nd \"e\\n\" {\n f {\n g = 1\n }\n }", "a{} b{c} d<e\n>{f{g}}"),
        ("a-b = 1\n_c = 2\nä = 3\nif = 4", "a-b _c ä if"),
        ("a = <<E\nb = 1\nE\nc = 2\n", "a c"),
        ("a = (1\n +\n 2)\nb = true ? 1 : 2", "a b"),
    ] {
        assert_eq!(outline(&body(text)), expected, "{text}");
    }
}

#[test]
fn spans_are_those_of_the_source() {
    let source = SourceFile::new("t", "\u{feff}source \"qemu\" x {\n  a = -f(b.c, [1]) + 2 # d\n}\n");
    let body = parse_body(&source, &mut Diagnostics::default()).expect("a body");
    let text = |span: &Span| &source.text[span.range.clone()];
    let block = &body.blocks[0];
    assert_eq!(text(&block.span), "source \"qemu\" x");
    assert_eq!(text(&block.labels[0].span), "\"qemu\"");
    let attribute = block.body.attribute("a").expect("it is there");
    assert_eq!(text(&attribute.name.span), "a");
    assert_eq!(text(&attribute.value.span), "-f(b.c, [1]) + 2");
    assert_eq!(attribute.value.references()[0].span.range, 30..33);
}
