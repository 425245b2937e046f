//! Local values and data sources that need each other.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::value::Kind;
use crate::template::variables::{DataMode, DataRequest, VariableInputs};

use super::{local, messages, template, wrong};

#[test]
fn every_circle_is_named_once_and_what_only_needs_it_is_not() {
    let found = wrong(
        "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n  of_a = local.a\n  self = local.self\n  x = data.null.y.output\n}\n\
         data \"null\" \"y\" {\n  input = local.x\n}",
    );
    assert_eq!(
        found,
        [
            "values need each other in a circle: local.a -> local.b -> local.c -> local.a",
            "values need each other in a circle: local.self -> local.self",
            "values need each other in a circle: local.x -> data.null.y -> local.x",
        ]
    );
}

#[test]
fn a_long_circle_is_cut_short() {
    let locals: Vec<_> = (0..100).map(|at| format!("  l{at} = local.l{}", (at + 1) % 100)).collect();
    let found = wrong(&format!("locals {{\n{}\n}}", locals.join("\n")));
    assert!(found.len() == 1 && found[0].ends_with("local.l7 -> ..."), "{found:?}");
}

fn answer(request: &DataRequest) -> Result<BTreeMap<String, String>, Diagnostics> {
    match request.options.get("input").map(|value| &value.kind) {
        Some(Kind::String(text)) => Ok(BTreeMap::from([("output".to_owned(), format!("{text}!"))])),
        _ => Err(Diagnostic::error("no input").into()),
    }
}

fn complain(request: &DataRequest) -> Diagnostics {
    Diagnostic::error(format!("{} is looked at", request.kind.value)).into()
}

#[test]
fn data_is_read_where_it_is_needed() {
    let inputs = VariableInputs { data: DataMode::Read(answer), ..VariableInputs::fixed() };
    let text = "data \"null\" \"second\" {\n  input = upper(data.null.first.output)\n}\ndata \"null\" \"first\" {\n  input = local.x\n}\n\
                locals {\n  x = \"x\"\n  y = data.null.second.output\n  z = try(data.null.third.output, data.amazon.b.id, \"z\")\n}";
    let read = template(text, &inputs);
    assert_eq!((local(&read, "y"), local(&read, "z")), ("X!!".to_owned(), "z".to_owned()));
    let unread = template(text, &VariableInputs::fixed());
    assert_eq!(local(&unread, "y"), "<unknown>");
    assert_eq!(messages("data \"null\" \"a\" {}", &inputs), ["no input"]);
}

#[test]
fn data_that_is_not_read_is_looked_at() {
    let inputs = VariableInputs { data: DataMode::Check(complain), ..VariableInputs::fixed() };
    assert_eq!(messages("data \"null\" \"a\" {}", &inputs), ["null is looked at"]);
    assert_eq!(messages("data \"amazon-ami\" \"a\" {}", &inputs), ["unknown data source type `amazon-ami`"]);
}
