//! The tables of `tests/hcl_functions`: an expression, a tab, its value as JSON (or `!` and a part of the
//! error's message), a tab, where the value comes from. `console` rows hold in Packer's console, too.

use std::path::Path;

use hcl_edit::expr::{Expression, ObjectKey, UnaryOperator};

use crate::template::hcl::value::Value;

use super::{CallError, Context, call, json, names};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hcl_functions"))
}

pub(super) fn context() -> Context<'static> {
    let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hcl_functions/files"));
    Context { root: files, working_folder: files, started: "2026-11-21T03:22:04Z".parse().expect("a time") }
}

struct Case {
    place: String,
    expression: String,
    expected: String,
}

fn cases() -> Vec<Case> {
    let tables = fs_err::read_dir(folder()).expect("the tables exist").map(|entry| entry.expect("an entry").path());
    let tables = tables.filter(|path| path.extension().is_some_and(|extension| extension == "tsv"));
    tables.flat_map(|table| rows(&table)).collect()
}

fn rows(table: &Path) -> Vec<Case> {
    let text = fs_err::read_to_string(table).expect("a readable table");
    let name = table.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let rows = text.lines().enumerate().filter(|(_, row)| !row.is_empty());
    rows.map(|(line, row)| {
        let columns: Vec<&str> = row.split('\t').collect();
        let [expression, expected, "console" | "docs"] = columns[..] else { panic!("{name}:{}: {row}", line + 1) };
        Case { place: format!("{name}:{}", line + 1), expression: expression.to_owned(), expected: expected.to_owned() }
    })
    .collect()
}

fn evaluate(expression: &Expression, context: &Context<'_>) -> Result<Value, CallError> {
    let all =
        |items: Vec<&Expression>| items.into_iter().map(|item| evaluate(item, context)).collect::<Result<Vec<_>, _>>();
    Ok(match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => Value::Bool(*value.value()),
        Expression::Number(number) => Value::Number(number.value().to_string().parse().expect("a number")),
        Expression::String(text) => Value::string(text.value().as_str()),
        Expression::Array(items) => Value::list(all(items.iter().collect())?),
        Expression::Object(object) => {
            let entries = object.iter().map(|(key, value)| Ok((key_text(key), evaluate(value.expr(), context)?)));
            Value::map(entries.collect::<Result<_, _>>()?)
        }
        Expression::Parenthesis(inner) => evaluate(inner.inner(), context)?,
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            let Value::Number(number) = evaluate(&operation.expr, context)? else { panic!("a negative number") };
            format!("-{number}").parse().map(Value::Number).expect("a number")
        }
        Expression::FuncCall(function) => {
            let mut arguments = all(function.args.iter().collect())?;
            if function.args.expand_final()
                && let Some(Value::List(items)) = arguments.pop()
            {
                arguments.extend(items.iter().cloned());
            }
            call(function.name.name.as_str(), &arguments, context)?
        }
        other => panic!("no table needs {other:?}"),
    })
}

fn key_text(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Ident(name) => name.to_string().trim().to_owned(),
        ObjectKey::Expression(Expression::String(text)) => text.value().to_string(),
        ObjectKey::Expression(other) => panic!("{other:?}"),
    }
}

fn shown(expression: &str, context: &Context<'_>) -> String {
    let tree: Expression = expression.parse().unwrap_or_else(|error| panic!("{expression}: {error}"));
    let value = evaluate(&tree, context).and_then(|value| json::encode(&value));
    value.map_or_else(|error| format!("!{}", error.message), |text| text.as_str().to_owned())
}

#[test]
fn functions_give_what_their_tables_say() {
    let context = context();
    let mut differences = Vec::new();
    for case in cases() {
        let shown = shown(&case.expression, &context);
        let is_right = match case.expected.strip_prefix('!') {
            Some(part) => shown.starts_with('!') && shown.contains(part),
            None => shown == case.expected,
        };
        if !is_right {
            differences
                .push(format!("{}: {}\n  expected {}\n  got      {shown}", case.place, case.expression, case.expected));
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_function_has_two_rows() {
    let cases = cases();
    let of_the_evaluator = super::OF_THE_EVALUATOR;
    let lacking: Vec<&str> = names()
        .filter(|name| !of_the_evaluator.contains(name))
        .filter(|name| cases.iter().filter(|case| case.expression.contains(&format!("{name}("))).count() < 2)
        .collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}
