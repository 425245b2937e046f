//! What is wrong, and where.

use super::check;

#[test]
fn operands() {
    check(&[
        ("1 / 0", "error at e:1:5 0: division by zero"),
        ("1 % 0", "error at e:1:5 0: division by zero"),
        ("1 + null", "error at e:1:5 null: a number is needed, this is null"),
        ("\"a\" < \"b\"", "error at e:1:1 \"a\": a number is needed, this is a string that does not read as one"),
        ("!1", "error at e:1:2 1: a boolean is needed, this is a number"),
        ("1 ? 2 : 3", "error at e:1:1 1: a boolean is needed, this is a number"),
        ("null ? 2 : 3", "error at e:1:1 null: a boolean is needed, this is null"),
        ("1e999 * 1e999", "error at e:1:7 *: the number has more than 1000 digits before or behind its point"),
        ("true ? 1 : false", "error at e:1:1 true ? 1 : false: the two results of a condition need a common type"),
        (
            "true ? { a = 1, b = [1] } : {}",
            "error at e:1:1 true ? { a = 1, b = [1] } : {}: the two results of a condition need a common type",
        ),
    ]);
}

#[test]
fn references() {
    check(&[
        ("var.nmae", "error at e:1:5 nmae: there is no variable `nmae` (did you mean `name`?)"),
        ("var.zzzz", "error at e:1:5 zzzz: there is no variable `zzzz` (declare it: variable \"zzzz\" {})"),
        ("vra.name", "error at e:1:1 vra: there is nothing called `vra` here (did you mean `var`?)"),
        ("a-b", "error at e:1:1 a-b: there is nothing called `a-b` here (known are unknown, var)"),
        ("{ a = 1 }.b", "error at e:1:11 b: this value has no attribute `b`"),
        (
            "var.list.a",
            "error at e:1:10 a: a list has no attributes (name an element, as in [0].a, or take the attribute of all, [*].a)",
        ),
        ("var.name.a", "error at e:1:10 a: a string has no attributes"),
        ("[1][1]", "error at e:1:5 1: there is no element 1, the list has 1"),
        ("[1][-1]", "error at e:1:5 -1: there is no element -1, the list has 1"),
        ("[1][0.5]", "error at e:1:5 0.5: there is no element 0.5, the list has 1"),
        ("{}[var.secret]", "error at e:1:4 var.secret: the map has no such key"),
        ("null.a", "error at e:1:6 a: null has no attributes"),
        ("nosuch(1)", "error at e:1:1 nosuch: there is no function `nosuch`"),
        ("tyr(1)", "error at e:1:1 tyr: there is no function `tyr` (did you mean `try`?)"),
        ("a::b()", "error at e:1:1 a::b: there is no function `a::b`"),
        (
            "env(\"HOME\")",
            "error at e:1:1 env: env can only be called in the default of a variable (declare a variable with this default and refer to that)",
        ),
    ]);
}

#[test]
fn collections_and_texts() {
    check(&[
        ("[for x in \"abc\" : x]", "error at e:1:11 \"abc\": `for` needs a list, a set or a map, this is a string"),
        ("[for x in null : x]", "error at e:1:11 null: `for` needs a list, a set or a map, this is null"),
        (
            "{ for v in [1, 1] : v => v }",
            "error at e:1:21 v: two elements have the same key (write ... behind the value to gather the values of equal keys in lists)",
        ),
        ("{ (null) = 1 }", "error at e:1:3 (null): a key must not be null"),
        ("\"a${null}\"", "error at e:1:5 null: null cannot be part of a string"),
        (
            "\"a${var.list}\"",
            "error at e:1:5 var.list: a list cannot be part of a string (make a string of it, with join or jsonencode)",
        ),
        ("convert([1, []], list(string))", "error at e:1:9 [1, []]: element 1: a string is needed, this is a list"),
        ("convert({}, object({ a = string }))", "error at e:1:9 {}: the attribute `a` is missing"),
        ("convert(1, strnig)", "error at e:1:12 strnig: there is no type `strnig` (did you mean `string`?)"),
        (
            "try(1 / 0)",
            "error at e:1:1 try(1 / 0): try: none of the arguments has a value; of the last one, division by zero",
        ),
    ]);
}

#[test]
fn types() {
    let kinds = "types are string, number, bool, any, list(..), set(..), map(..), object({..}) and tuple([..])";
    for (text, expected) in [
        ("1", format!("1: a type is needed here ({kinds})")),
        ("\"'\"", "\"'\": a value is needed here, not `'` (strings are written in double quotes)".to_owned()),
        ("var.x", format!("var.x: a type is needed here ({kinds})")),
        ("array(string)", format!("array(string): there is no type `array` ({kinds})")),
        ("list()", "list(): `list` needs one type in its parentheses".to_owned()),
        ("list(string, string)", "list(string, string): `list` needs one type in its parentheses".to_owned()),
        ("list(lst(string))", "lst(string): there is no type `lst` (did you mean `list`?)".to_owned()),
        ("object(string)", "string: object needs attributes in braces".to_owned()),
        ("tuple(string)", "string: tuple needs types in brackets".to_owned()),
        ("list(optional(string))", "optional(string): only an attribute of an object is optional".to_owned()),
        ("object({ a = optional() })", "optional(): `optional` needs a type and may have a default".to_owned()),
        (
            "object({ a = optional(number, \"x\") })",
            "\"x\": the default does not fit: a number is needed, this is a string that does not read as one"
                .to_owned(),
        ),
        ("object({ (b) = string })", "(b): the name of an attribute is needed here".to_owned()),
    ] {
        let found = super::shown(&format!("convert(1, {text})"));
        let message = found.split(' ').skip(3).collect::<Vec<_>>().join(" ");
        assert_eq!(message, expected, "{text}");
    }
}

/// The value of a variable that may be secret is in no message.
#[test]
fn values_are_not_shown() {
    for text in
        ["var.secret + 1", "var.secret ? 1 : 2", "{}[var.secret]", "convert(var.secret, number)", "[1][var.secret]"]
    {
        let diagnostic = super::run(text).expect_err("an error");
        assert!(!format!("{diagnostic:?}").contains("hunter2"), "{text}");
    }
}
