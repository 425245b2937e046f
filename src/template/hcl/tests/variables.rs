//! Where the values of variables come from, and what they may be.

use std::collections::BTreeMap;

use crate::io::secrets::Secret;
use crate::source::SourceFile;
use crate::template::Outline;
use crate::template::hcl::load;
use crate::template::variables::VariableInputs;

use super::{NULL, local, messages, parsed, template, wrong};

/// Each source of values sets the name at its place and all that follow.
const NAMES: [&str; 7] = ["default", "environment", "automatic", "automatic_json", "file", "later_file", "flag"];

fn hcl(from: usize) -> String {
    let lines: Vec<_> = NAMES[from..].iter().map(|name| format!("{name} = \"{}\"\n", NAMES[from])).collect();
    lines.concat()
}

fn json(from: usize) -> String {
    let values: BTreeMap<_, _> = NAMES[from..].iter().map(|name| (*name, NAMES[from])).collect();
    serde_json::to_string(&values).unwrap()
}

#[test]
fn values_win_in_the_order_of_precedence() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        fs_err::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let declared: String = NAMES.map(|name| format!("variable \"{name}\" {{\n  default = \"default\"\n}}\n")).concat();
    let template = file("a.pkr.hcl", &format!("{declared}{NULL}"));
    file("z.auto.pkrvars.hcl", &hcl(2));
    file("a.auto.pkrvars.json", &json(3));
    let inputs = VariableInputs {
        environment: NAMES[1..].iter().map(|name| (format!("PKR_VAR_{name}"), Secret::new(NAMES[1]))).collect(),
        files: vec![file("one.json", &json(4)), file("two.hcl", &hcl(5))],
        vars: vec![("flag".to_owned(), "first".to_owned()), ("flag".to_owned(), "flag".to_owned())],
        ..VariableInputs::fixed()
    };
    let value = |path: &std::path::Path, inputs: &VariableInputs, name: &str| {
        let (template, found) = load(path, inputs);
        let template = template.unwrap_or_else(|| panic!("{found:?}"));
        template.variables.get(name).unwrap().value.as_ref().unwrap().reveal().to_owned()
    };
    for name in NAMES {
        assert_eq!(value(folder.path(), &inputs, name), name);
    }
    assert_eq!(value(&template, &VariableInputs::fixed(), "automatic"), "default", "a file alone has none");
}

/// What `-var v=text` gives to a variable with this body.
fn given(body: &str, text: &str) -> String {
    let inputs = VariableInputs { vars: vec![("v".to_owned(), text.to_owned())], ..VariableInputs::fixed() };
    let (template, found) = parsed(&format!("variable \"v\" {{\n  {body}\n}}\n{NULL}"), &inputs);
    match template {
        Some(template) => template.evaluate(&SourceFile::new("console", "jsonencode(var.v)")).unwrap(),
        None => found.iter().map(|one| one.message.clone()).collect(),
    }
}

#[test]
fn texts_are_values_by_the_type_of_their_variable() {
    for (body, text, value) in [
        ("type = string", "[1]", "\"[1]\""),
        ("type = number", "12", "12"),
        ("type = any", "[1]", "\"[1]\""),
        ("", "true", "\"true\""),
        ("default = \"x\"", "true", "\"true\""),
        ("default = 1", "2", "2"),
        ("default = false", "true", "true"),
        ("default = [\"a\"]", "[\"b\", \"c\"]", "[\"b\",\"c\"]"),
        ("type = list(number)", "[\"1\", 2]", "[1,2]"),
        ("type = map(string)", "{ a = 1 }", "{\"a\":\"1\"}"),
        ("type = bool", "\"true\"", "true"),
    ] {
        assert_eq!(given(body, text), value, "{body} {text}");
    }
    let message = "variable `v`: a number is needed, this is a string that does not read as one";
    assert_eq!(given("type = number", "many"), message);
    assert!(given("type = list(string)", "word").contains("`word` reads as a reference"));
}

#[test]
fn a_default_is_constant() {
    let environment = BTreeMap::from([("HOME".to_owned(), Secret::new("/home/me"))]);
    let inputs = VariableInputs { environment, ..VariableInputs::fixed() };
    let good = template("variable \"v\" {\n  default = \"${env(\"HOME\")}/x${env(\"NOBODY\")}\"\n}", &inputs);
    assert_eq!(good.variables.get("v").unwrap().value.as_ref().unwrap().reveal(), "/home/me/x");
    let found = messages("variable \"a\" {\n  default = local.x\n}\nvariables {\n  b = \"${var.a}\"\n}", &inputs);
    let refers = ["the default of variable `a` refers to `local.x`", "the default of variable `b` refers to `var.a`"];
    assert_eq!(found, refers);
    assert_eq!(messages("variable \"a\" {\n  default = upper(\"x\")\n}", &inputs), ["no function can be called here"]);
    assert_eq!(wrong("locals {\n  a = env(\"HOME\")\n}").len(), 1, "elsewhere nobody reads the environment");
}

#[test]
fn a_condition_looks_at_its_variable_only() {
    let with = |condition: &str| {
        let validation = format!("condition = {condition}\n    error_message = \"Too short.\"");
        wrong(&format!("variable \"v\" {{\n  default = \"x\"\n  validation {{\n    {validation}\n  }}\n}}"))
    };
    assert!(with("length(var.v) == 1").is_empty());
    assert_eq!(with("length(var.v) > 1"), ["the value of variable `v` is not valid: Too short."]);
    assert_eq!(with("true"), ["the condition of variable `v` does not look at `var.v`"]);
    assert_eq!(with("var.v == var.w"), ["the condition of variable `v` refers to `var.w`"]);
    assert_eq!(with("var.v"), ["the condition of variable `v` is a string"]);
}

#[test]
fn sensitive_values_are_masked_and_local_values_may_be() {
    let inputs = VariableInputs::fixed();
    let text = "variable \"p\" {\n  default = { deep = [\"hidden-one\"] }\n  sensitive = true\n}\n\
                local \"q\" {\n  expression = \"${var.p.deep[0]}-two\"\n  sensitive = true\n}\nlocals {\n  r = local.q\n}";
    let template = template(text, &inputs);
    assert_eq!(local(&template, "r"), "hidden-one-two");
    assert_eq!(inputs.secrets.mask("hidden-one hidden-one-two"), "<sensitive> <sensitive>");
    let Outline::Hcl(outline) = template.outline() else { panic!("this is HCL2") };
    assert_eq!(outline.locals[0], ("q".to_owned(), None));
}

#[test]
fn a_value_that_does_not_fit_is_not_shown_when_it_is_secret() {
    let inputs = VariableInputs { vars: vec![("p".to_owned(), "geheim".to_owned())], ..VariableInputs::fixed() };
    let (_, found) = parsed("variable \"p\" {\n  type = number\n  sensitive = true\n}", &inputs);
    assert!(found.has_errors() && !found.render(false).contains("geheim"), "{}", found.render(false));
}

#[test]
fn a_variable_file_holds_values_only() {
    let folder = tempfile::tempdir().unwrap();
    let with = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs_err::write(&path, text).unwrap();
        let inputs = VariableInputs { files: vec![path], ..VariableInputs::fixed() };
        messages("variable \"known\" {\n  default = 1\n}", &inputs)
    };
    assert_eq!(with("a.pkrvars.hcl", "known = 2\nknwon = 3"), ["variable `knwon` is not declared"]);
    assert_eq!(with("b.json", "{\"known\": 2}"), [""; 0]);
    assert_eq!(with("c.hcl", "variable \"known\" {\n}"), ["a variable file has no block `variable`"]);
    assert!(with("d.txt", "known = 2")[0].ends_with("d.txt is neither .hcl nor .json"));
    assert_eq!(with("e.hcl", "known = local.x").len(), 1);
}
