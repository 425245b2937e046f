//! The environment, and what expressions refer to.

use std::collections::BTreeMap;

use super::*;
use crate::template::hcl::syntax::tree::Expression;

fn expression(text: &str) -> Expression {
    parse_expression(&SourceFile::new("e", text)).expect("an expression")
}

#[test]
fn env_is_seen_where_it_may_be_called() {
    let budget = Budget::default();
    let environment = BTreeMap::from([("HOME".to_owned(), "/root".to_owned())]);
    let scope = Scope::constant(&budget).with_environment(&environment);
    assert_eq!(evaluate(&expression("env(\"HOME\")"), &scope), Ok(Value::string("/root")));
    assert_eq!(evaluate(&expression("\"x${env(\"NONE\")}\""), &scope), Ok(Value::string("x")));
    let diagnostic = evaluate(&expression("upper(\"a\")"), &scope).expect_err("no other function");
    assert_eq!(diagnostic.message, "no function can be called here");
    let diagnostic = evaluate(&expression("abc"), &scope).expect_err("no names");
    assert_eq!(diagnostic.help.as_deref(), Some("put double quotes around a text"));
}

#[test]
fn references_are_paths() {
    let text = "[local.a[\"b\"].c[0][var.i], \"${data.x.y}\", [for k, v in var.m : k + v.z + other], f(g.h...), convert(local.q, list(string)), { w = 1, (e) = { for w in w : w => w } }]";
    let expression = expression(text);
    let paths: Vec<String> = expression.references().iter().map(|reference| reference.path.join(".")).collect();
    assert_eq!(paths, ["local.a.b.c.0", "var.i", "data.x.y", "var.m", "other", "g.h", "local.q", "e", "w"]);
    let first = &expression.references()[0];
    assert_eq!(&text[first.span.range.clone()], "local.a[\"b\"].c[0][var.i]");
}
