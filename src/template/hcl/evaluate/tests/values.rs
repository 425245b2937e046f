//! What expressions are.

use super::{at, check, shown};

#[test]
fn literals() {
    check(&[
        ("1.50", "1.5"),
        ("1e3", "1000"),
        ("1e-3", "0.001"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("\"x${1/3}\"", &format!("x0.{}", "3".repeat(154))),
        ("1/3", "0.3333333333333333"),
        (r#""\u00e9\U0001F600\"\\""#, "é😀\"\\"),
        (r#""$${a} %%{b} $a %a $$ $ $$${c}""#, "${a} %{b} $a %a $$ $ $${c}"),
        ("[1, \"a\", true, null,]", "[ 1, \"a\", true, null, ]"),
        ("[\n1,\n\n2\n]", "[ 1, 2, ]"),
        ("{a: 1, \"b\" = 2\n c = 3 // d\n}", "{ \"a\" = 1 \"b\" = 2 \"c\" = 3 }"),
        ("{ true = 1, 1 = 2, (\"a\") = 3, \"${\"b\"}\" = 4 }", "{ \"1\" = 2 \"a\" = 3 \"b\" = 4 \"true\" = 1 }"),
        ("{ a = 1, a = 2 }", "{ \"a\" = 2 }"),
        ("{ for = 1 }", "{ \"for\" = 1 }"),
        ("{}", "{}"),
        ("/* a */ 1 # b", "1"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("1 + 2 * 3 - 4", "3"),
        ("(1 + 2) * 3", "9"),
        ("8 / 4 / 2", "1"),
        ("2 - 3 - 4", "-5"),
        ("1 + \"1\"", "2"),
        ("0.1 + 0.2", "0.3"),
        ("7 % 3", "1"),
        ("-7 % 3", "-1"),
        ("7.5 % 2", "1.5"),
        ("-\"1\"", "-1"),
        ("!\"true\"", "false"),
        ("!!true", "true"),
        ("1 < \"2\"", "true"),
        ("2 >= 2", "true"),
        ("1 < 2 == true", "true"),
        ("true && \"true\"", "true"),
        ("true || false && false", "true"),
        ("\"1\" == 1", "false"),
        ("1 == true", "false"),
        ("\"a\" == null", "false"),
        ("null == null", "true"),
        ("1 == 1.0", "true"),
        ("{ a = [1] } == { a = [1] }", "true"),
        ("\"a\" != \"b\"", "true"),
    ]);
}

#[test]
fn logic_stops_when_the_result_is_certain() {
    check(&[
        ("false && nosuch()", "false"),
        ("true || 1 / 0 == 1", "true"),
        ("false && unknown", "false"),
        ("unknown && false", "false"),
        ("unknown || true", "true"),
        ("unknown && true", "<unknown>"),
    ]);
}

#[test]
fn both_results_of_a_condition_have_one_type() {
    check(&[
        ("true ? 1 : \"a\"", "1"),
        ("\"x${true ? 1 : \"a\"}\" == \"x1\"", "true"),
        ("(true ? 1 : \"a\") == \"1\"", "true"),
        ("true ? [1] : [\"a\"]", "[ \"1\", ]"),
        ("true ? [1, \"a\"] : []", "[ \"1\", \"a\", ]"),
        ("true ? { a = 1 } : {}", "{ \"a\" = 1 }"),
        ("true ? { a = 1 } : { b = \"x\" }", "{ \"a\" = \"1\" }"),
        ("true ? null : \"a\"", "null"),
        ("false ? null : [1]", "[ 1, ]"),
        ("true ? \"a\" : nosuch.x", "a"),
        ("true ? \"a\" : unknown", "a"),
        ("unknown ? 1 : 2", "<unknown>"),
        ("false ? 1 : true ? 2 : 3", "2"),
    ]);
}

#[test]
fn texts_with_interpolations() {
    check(&[
        ("\"a${1}b\"", "a1b"),
        ("\"${[1]}\"", "[ 1, ]"),
        ("\"${null}\"", "null"),
        ("\"${true}\" == true", "true"),
        ("\"a${\"b${\"c\"}\"}\"", "abc"),
        ("\"a ${~ 1 ~} b\"", "a1b"),
        ("\"${~ 1 ~} \" == \"1\"", "true"),
        ("\"${~ 1 ~}\" == 1", "true"),
        ("\"%{ if true }a%{ else }b%{ endif }\"", "a"),
        ("\"x%{ if false }a%{ endif }\"", "x"),
        ("\"%{ for a in [1, 2] }x${a}%{ endfor }\"", "x1x2"),
        ("\"%{ for k, v in { a = 1 } }${k}${v}%{ if v == 1 }!%{ endif }%{ endfor }\"", "a1!"),
        ("\"a${unknown}\"", "<unknown>"),
        ("\"%{ if unknown }a%{ endif }\"", "<unknown>"),
    ]);
}

#[test]
fn elements_and_attributes() {
    check(&[
        ("[\"a\"][\"0\"]", "a"),
        ("[\"a\", \"b\"].1", "b"),
        ("[[1, 2]].0.1", "2"),
        ("{ \"1\" = \"x\" }[1]", "x"),
        ("{ a = { b = 1 } }.a[\"b\"]", "1"),
        ("var.list[1]", "b"),
        ("null[*]", "[]"),
        ("\"a\"[*]", "[ \"a\", ]"),
        ("[{ a = 1 }, { a = 2 }].*.a", "[ 1, 2, ]"),
        ("[{ a = [1, 2] }, { a = [3] }][*].a[0]", "[ 1, 3, ]"),
        ("[{ a = [1, 2] }, { a = [3] }].*.a[0]", "[ 1, 2, ]"),
        ("[{ a = [{ b = 1 }, { b = 2 }] }][*].a[*].b", "[ [ 1, 2, ], ]"),
        ("unknown.a.b[0]", "<unknown>"),
        ("unknown[*].a", "<unknown>"),
        ("[1, 2][unknown]", "<unknown>"),
    ]);
}

#[test]
fn for_makes_lists_and_maps() {
    check(&[
        ("[for v in [1, 2, 3] : v * 2 if v != 2]", "[ 2, 6, ]"),
        ("[for k, v in [\"x\"] : k]", "[ 0, ]"),
        ("[for k, v in { b = 1, a = 2 } : k]", "[ \"a\", \"b\", ]"),
        ("{ for k, v in { b = 1, a = 2 } : v => k }", "{ \"1\" = \"b\" \"2\" = \"a\" }"),
        ("{ for v in [\"a\", \"b\", \"a\"] : v => 1... }", "{ \"a\" = [ 1, 1, ] \"b\" = [ 1, ] }"),
        ("{ for k, v in { a = 1, b = 2 } : k => v if v > 1 }", "{ \"b\" = 2 }"),
        ("[for a in [1, 2] : [for b in [3] : a * b]]", "[ [ 3, ], [ 6, ], ]"),
        ("[for s in convert([\"b\", \"a\", \"b\"], set(string)) : s]", "[ \"a\", \"b\", ]"),
        ("[for v in unknown : v]", "<unknown>"),
        ("[for v in [1] : v if unknown]", "<unknown>"),
        ("{ for v in [1] : unknown => v }", "<unknown>"),
        ("[for v in [unknown] : v]", "[ <unknown>, ]"),
    ]);
}

#[test]
fn failing_expressions_are_caught() {
    check(&[
        ("try(nosuch(), 1)", "1"),
        ("try(data.a.b, 2)", "2"),
        ("try(var.nosuch, \"d\")", "d"),
        ("try(1 / 0, 3)", "3"),
        ("try(convert(\"x\", number), 4)", "4"),
        ("try(var.name, 5)", "x"),
        ("try(unknown, 6)", "<unknown>"),
        ("try([unknown], 6)", "<unknown>"),
        ("can(1 + \"a\")", "false"),
        ("can(var.name)", "true"),
        ("can(unknown)", "<unknown>"),
    ]);
}

#[test]
fn values_are_converted_to_types() {
    check(&[
        ("convert(\"1\", number)", "1"),
        ("convert(1, string) == \"1\"", "true"),
        ("convert(\"1\", bool)", "true"),
        ("convert([1, \"a\"], list(string))", "[ \"1\", \"a\", ]"),
        ("convert([1, \"a\"], list(any))", "[ \"1\", \"a\", ]"),
        ("convert([\"b\", \"a\", \"b\"], set(string))", "[ \"a\", \"b\", ]"),
        ("convert({ a = 1 }, map(string)).a == \"1\"", "true"),
        (
            "convert({ a = 1, z = 2 }, object({ a = string, b = optional(number), c = optional(number, \"7\") }))",
            "{ \"a\" = \"1\" \"c\" = 7 }",
        ),
        ("convert({ c = null }, object({ c = optional(string, \"d\") }))", "{ \"c\" = \"d\" }"),
        ("convert([1, \"2\"], tuple([string, number]))", "[ \"1\", 2, ]"),
        ("convert(null, list(string))", "null"),
        ("convert(unknown, number)", "<unknown>"),
        ("convert(1, \"string\") == \"1\"", "true"),
        ("convert([1], \"list(string)\")", "[ \"1\", ]"),
    ]);
}

/// The texts between the words `EOT` were evaluated by Packer 1.6.6 as local values.
#[test]
fn heredocs() {
    for (text, expected) in [
        ("<<EOT\na\n  b\nEOT\n", "a\n  b\n"),
        ("<<EOT\nEOT\n", ""),
        ("<<EOT\r\na\r\nEOT\r\n", "a\r\n"),
        ("<<EOT\nEOT,\n  EOT", "EOT,\n"),
        ("<<-EOT\n      x ${\"a\"}\n\n    b\n   EOT\n", "  x a\n\nb\n"),
        ("<<-EOT\n\tx\n    ${\"a\"}\n    b\n  EOT\n", "x\n   a\n   b\n"),
        ("<<-EOT\n      ${\"a\"~}   \n        b\n      c ${~ \"q\"}\n   EOT\n", "a        b\ncq\n"),
        ("<<-EOT\n      a\n       ${~ \"a\"}\n        b\n   EOT\n", "      a\na\n        b\n"),
        (
            "<<-EOT\n    x\n      %{ for i in [\"1\",\"2\"] }\n      y ${i}\n    %{ endfor }\n    z\n\n  EOT\n",
            "x\n  \n  y 1\n\n  y 2\n\nz\n\n",
        ),
        (
            "<<EOT\nx\n%{ for i in [\"1\",\"2\"] ~}\n\n    server ${i}\n  %{~ endfor ~}\n\n   tail\nEOT\n",
            "x\n\n    server 1\n\n    server 2\n\n   tail\n",
        ),
        ("<<A\n${<<B\nb\nB\n}A\n  \\n$${}\nA\n", "b\nA\n  \\n${}\n"),
    ] {
        assert_eq!(
            super::run(text).and_then(|value| at(value.to_text(), &crate::source::Span::whole("", ""))),
            Ok(expected.to_owned()),
            "{text}"
        );
    }
    assert_eq!(shown("[<<EOT\na\nEOT\n, \"b\"]"), "[ \"a\\n\", \"b\", ]");
}
