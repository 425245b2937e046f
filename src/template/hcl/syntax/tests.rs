use super::*;
use crate::diag::Diagnostics;

fn errors(text: &str) -> Vec<String> {
    let source = SourceFile::new("t.pkr.hcl", text);
    let mut diagnostics = Diagnostics::default();
    let body = parse_body(&source, &mut diagnostics);
    assert_eq!(body.is_none(), diagnostics.has_errors(), "{text}");
    diagnostics.iter().map(describe).collect()
}

fn describe(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.label.as_ref().map(|(span, _)| format!("{span:?}")).unwrap_or_default();
    format!("{place} {}", diagnostic.message)
}

#[test]
fn bodies_keep_the_order_of_writing() {
    let source = SourceFile::new(
        "t",
        "\u{feff}a = 1\r\nsource \"qemu\" x {\r\n  b = 2 # c\r\n\r\n  d {}\n e { f = 1 }\n}\ng = 3",
    );
    let body = parse_body(&source, &mut Diagnostics::default()).expect("a valid body");
    let names: Vec<&str> = body.attributes.iter().map(|attribute| &*attribute.name.value).collect();
    assert_eq!(names, ["a", "g"]);
    let block = &body.blocks[0];
    assert_eq!(block.kind.value, "source");
    assert_eq!(block.labels.iter().map(|label| &*label.value).collect::<Vec<_>>(), ["qemu", "x"]);
    assert_eq!(&source.text[block.span.range.clone()], "source \"qemu\" x");
    assert_eq!(block.body.blocks.len(), 2);
}

#[test]
fn each_broken_item_is_reported() {
    let found = errors("a = \nb = 1 2\nc {\n  d = (1\n}\ne = 1\ne = 2\nf: 3\n");
    assert_eq!(
        found,
        [
            "t.pkr.hcl:1:5 a value is needed here, not the end of the line",
            "t.pkr.hcl:2:7 the end of the line is needed here, not `2`",
            "t.pkr.hcl:5:1 `)` is needed here, not `}`",
            "t.pkr.hcl:7:1 argument `e` is written twice",
            "t.pkr.hcl:8:2 `=` or `{` is needed here, not `:`",
        ]
    );
}
