//! The tables of `tests/hcl_functions`: an expression, a tab, its value as JSON (or `!` and a part of the
//! error's message, with FOLDER for where the files are), a tab, where the value comes from. `console` rows hold in Packer's console, too.

use std::path::Path;

use crate::source::SourceFile;
use crate::template::hcl::evaluate::{Budget, Scope, evaluate};
use crate::template::hcl::syntax::parse_expression;

use super::encoding::json;
use super::{Context, names};

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

fn shown(expression: &str) -> String {
    let budget = Budget::default();
    let scope = Scope::new(context(), &budget);
    let value = parse_expression(&SourceFile::new("case", expression)).and_then(|tree| evaluate(&tree, &scope));
    match value {
        Ok(value) => json::encode(&value).expect("a known value").as_str().to_owned(),
        Err(problem) => {
            let root = context().root.display().to_string();
            format!("!{}", problem.message.replace(&root, "FOLDER"))
        }
    }
}

#[test]
fn functions_give_what_their_tables_say() {
    let mut differences = Vec::new();
    for case in cases() {
        let shown = shown(&case.expression);
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
