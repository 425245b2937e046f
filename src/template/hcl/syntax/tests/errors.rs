//! Messages about broken texts.

use super::{parse_expression, parse_template, read, *};

#[test]
fn each_broken_item_is_reported() {
    let (_, found) = read("a = \nb = 1 2\nc {\n  d = (1\n}\ne = 1\ne = 2\nf: 3\n");
    assert_eq!(
        found,
        [
            "t:1:5 a value is needed here, not the end of the line",
            "t:2:7 the end of the line is needed here, not `2`",
            "t:5:1 `)` is needed here, not `}` (the `(` on line 4 is still open)",
            "t:7:1 argument `e` is written twice (the first one is on line 6) (keep one of the two)",
            "t:8:2 `=` or `{` is needed here, not `:` (an argument is written name = value)",
        ]
    );
    let (_, found) = read(&"= 1\n".repeat(1000));
    assert_eq!(found.len(), 1, "nothing to go on with");
    let (_, found) = read(&"a = \n".repeat(1000));
    assert_eq!(found.len(), 10);
}

#[test]
fn bodies() {
    for (text, expected) in [
        ("a", "t:1:2 `=` or `{` is needed here, not the end of the text"),
        ("a b", "t:1:4 `{` is needed here, not the end of the text"),
        ("a {", "t:1:4 `}` is needed here, not the end of the text (the `{` on line 1 is still open)"),
        ("a {\nb = 1\n", "t:3:1 `}` is needed here, not the end of the text (the `{` on line 1 is still open)"),
        ("a = 1, b = 2", "t:1:6 the end of the line is needed here, not `,` (arguments are not separated by commas)"),
        (
            "a = 1;",
            "t:1:6 the end of the line is needed here, not `;` (nothing separates arguments but the end of the line)",
        ),
        (
            "a { b = 1, c = 2 }",
            "t:1:10 `}` is needed here, not `,` (the `{` on line 1 is still open) (a block of one line holds one argument; write each on a line of its own)",
        ),
        (
            "a { b {} }",
            "t:1:7 `=` is needed here, not `{` (write the content of a block that holds blocks on lines of its own)",
        ),
        ("a \"${b}\" {}", "t:1:4 a label without `${` and `%{` is needed here, not `$`"),
        ("\"a\" = 1", "t:1:1 the name of an argument or a block is needed here, not `\"`"),
        ("}", "t:1:1 the name of an argument or a block is needed here, not `}`"),
        ("a = 1 /* b", "t:1:7 this comment has no end (close it with */)"),
        ("a = 'b'", "t:1:5 a value is needed here, not `'` (strings are written in double quotes)"),
        (
            "a = \u{201c}b\u{201d}",
            "t:1:5 a value is needed here, not `\u{201c}` (these are typographic quotes; write the plain \")",
        ),
        (
            "a =\u{a0}1",
            "t:1:4 a value is needed here, not `\u{a0}` (this is a space that does not break; write a plain one)",
        ),
    ] {
        assert_eq!(read(text).1, [expected], "{text}");
    }
}

#[test]
fn expressions() {
    for (text, expected) in [
        ("", "t:1:1 a value is needed here, not the end of the text"),
        ("1 +", "t:1:4 a value is needed here, not the end of the text"),
        ("1 2", "t:1:3 an operator or the end is needed here, not `2`"),
        ("a & b", "t:1:3 there is no operator `&` (write `&&`)"),
        ("10GB", "t:1:1 letters follow a number (put double quotes around it)"),
        ("1e9999", "t:1:1 the number has more than 1000 digits before or behind its point"),
        ("[1", "t:1:3 `,` or `]` is needed here, not the end of the text (the `[` on line 1 is still open)"),
        ("[1 2]", "t:1:4 `,` or `]` is needed here, not `2` (the `[` on line 1 is still open)"),
        ("[,]", "t:1:2 a value is needed here, not `,`"),
        ("{a 1}", "t:1:4 `=` or `:` is needed here, not `1` (the `{` on line 1 is still open)"),
        (
            "{a = 1 b = 2}",
            "t:1:8 `,`, `}` or the end of the line is needed here, not `b` (the `{` on line 1 is still open)",
        ),
        (
            "{a.b = 1}",
            "t:1:2 this key can be a name or a reference (put it in parentheses if it is a reference, in double quotes if it is a name)",
        ),
        ("f(1", "t:1:4 `,` or `)` is needed here, not the end of the text (the `(` on line 1 is still open)"),
        ("f(1..., 2)", "t:1:7 `)` is needed here, not `,` (the `(` on line 1 is still open)"),
        ("a.", "t:1:3 the name of an attribute is needed here, not the end of the text"),
        ("a[]", "t:1:3 a value is needed here, not `]`"),
        ("a ? b", "t:1:6 `:` and the value for the other case is needed here, not the end of the text"),
        ("[for a b]", "t:1:8 `in` is needed here, not `b`"),
        ("[for a in b]", "t:1:12 `:` and the value of each element is needed here, not `]`"),
        ("{for a in b : a}", "t:1:16 `=>` and the value for that key is needed here, not `}`"),
        ("{for a in b : a => a...x}", "t:1:24 `if` or `}` is needed here, not `x` (the `{` on line 1 is still open)"),
        (
            "\"a\nb\"",
            "t:1:1 this string has no end on its line (close it with \"; write a line break as \\n, or use a heredoc (<<EOT) for several lines)",
        ),
        (r#""C:\dir""#, r"t:1:4 there is no such escape (write a backslash as \\)"),
        (r#""\u00g0""#, "t:1:2 a character is written with 4 hexadecimal digits that stand for one"),
        (r#""\ud800""#, "t:1:2 a character is written with 4 hexadecimal digits that stand for one"),
        ("\"${a\"", "t:1:5 `}` is needed here, not `\"` (the `${` on line 1 is still open)"),
        ("\"%{ fi a }\"", "t:1:5 there is no directive `fi` (did you mean `if`?)"),
        ("\"%{ if a }\"", "t:1:2 this `if` has no `endif` (write %{ endif } where it ends)"),
        ("\"%{ endif }\"", "t:1:2 this `endif` belongs to no `if`"),
        ("\"%{ for a in b }%{ endif }\"", "t:1:17 this `endif` belongs to no `if`"),
        ("\"%{ if a }%{ else }%{ else }%{ endif }\"", "t:1:20 this `else` belongs to no `if`"),
        ("<<A\nb\n", "t:1:3 the text that begins with <<A has no end (write A on a line with nothing else on it)"),
        ("<<A b\nA\n", "t:1:4 the end of the line is needed here, not ` `"),
        ("<< A\nb\nA\n", "t:1:3 the word that ends the text is needed here, not ` `"),
    ] {
        let error = parse_expression(&SourceFile::new("t", text)).map(|tree| tree.span).expect_err(text);
        assert_eq!(describe(&error), expected, "{text}");
    }
}

#[test]
fn templates() {
    for (text, expected) in [
        ("a\n${b", "t:2:4 `}` is needed here, not the end of the text (the `${` on line 2 is still open)"),
        ("a\n%{ for b in c }", "t:2:1 this `for` has no `endfor` (write %{ endfor } where it ends)"),
    ] {
        let error = parse_template(&SourceFile::new("t", text)).map(|tree| tree.span).expect_err(text);
        assert_eq!(describe(&error), expected, "{text}");
    }
}
