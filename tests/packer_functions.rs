//! Packer as the judge: its console gives what the tables of functions record for it.
//!
//! The tables are what our own functions are tested with, so both agree where a row says `console`. Packer
//! 1.6.6 lacks some newer functions and has bugs that later ones have not; those rows say `docs`.

#![cfg(test)]

#[path = "support/tools.rs"]
mod tools;

use std::path::{Path, PathBuf};

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::Value;
use tools::tool_or_skip;

/// Expressions that one run of the console works out, as the elements of one list.
const AT_ONCE: usize = 40;

/// Between the texts that one run of the console renders.
const SEPARATOR: &str = "<|>";

struct Row {
    text: String,
    expected: String,
}

impl Row {
    fn is_error(&self) -> bool {
        self.expected.starts_with('!')
    }
}

/// The rows that Packer's console confirms.
fn rows(table: &Path) -> Vec<Row> {
    let table = fs::read_to_string(table).unwrap();
    let rows = table.lines().filter_map(|row| row.strip_suffix("\tconsole")).map(|row| {
        let (text, expected) = row.split_once('\t').expect("two columns and the source");
        Row { text: text.to_owned(), expected: expected.to_owned() }
    });
    rows.collect()
}

fn tables(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new("tests").join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut tables: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "tsv")).collect();
    tables.sort();
    tables
}

/// What the console prints for a line, without the end of the line.
async fn console(arguments: &str, folder: &Path, line: &str) -> String {
    let temporary = tempfile::tempdir().unwrap();
    let input = temporary.path().join("input");
    fs::write(&input, format!("{line}\n")).unwrap();
    let command = Cmd::new("sh").args(["-c", &format!("packer console {arguments} < \"$1\""), "sh"]).arg(&input);
    let command = command.current_dir(folder).env("CHECKPOINT_DISABLE", "1").env("VAULT_TOKEN", "");
    let output = command.output().await.expect("packer has a console");
    output.stdout.strip_suffix('\n').unwrap_or(&output.stdout).to_owned()
}

/// The values of expressions, by one call.
async fn evaluate(expressions: impl Iterator<Item = String>) -> Vec<Value> {
    let all: Vec<String> = expressions.collect();
    let line = format!("jsonencode([{}])", all.join(", "));
    let shown = console("--config-type=hcl2", Path::new("tests/hcl_functions/files"), &line).await;
    serde_json::from_str(&shown).unwrap_or_else(|_| panic!("{line}\n{shown}"))
}

#[tokio::test]
async fn hcl_functions_give_what_the_tables_record() {
    if tool_or_skip("packer").is_none() {
        return;
    }
    let mut report = Vec::new();
    for table in tables("hcl_functions") {
        let (errors, values): (Vec<Row>, Vec<Row>) = rows(&table).into_iter().partition(Row::is_error);
        for rows in values.chunks(AT_ONCE) {
            let shown = evaluate(rows.iter().map(|row| row.text.clone())).await;
            for (row, shown) in rows.iter().zip(shown) {
                if serde_json::from_str::<Value>(&row.expected).unwrap() != shown {
                    report.push(format!("{}\n  recorded {}\n  shown    {shown}", row.text, row.expected));
                }
            }
        }
        for rows in errors.chunks(AT_ONCE) {
            let shown = evaluate(rows.iter().map(|row| format!("can({})", row.text))).await;
            for (row, shown) in rows.iter().zip(shown) {
                if shown != Value::Bool(false) {
                    report.push(format!("{}\n  recorded as an error, but it has a value", row.text));
                }
            }
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[tokio::test]
async fn template_functions_render_what_the_table_records() {
    if tool_or_skip("packer").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("template.json"), "{}").unwrap();
    let [table] = &tables("template_functions")[..] else { panic!("one table") };
    let (errors, values): (Vec<Row>, Vec<Row>) = rows(table).into_iter().partition(Row::is_error);
    let texts: Vec<&str> = values.iter().map(|row| row.text.as_str()).collect();
    let shown = console("template.json", folder.path(), &texts.join(SEPARATOR)).await;
    let shown: Vec<&str> = shown.split(SEPARATOR).collect();
    assert_eq!(shown.len(), values.len(), "{shown:?}");
    let mut report = Vec::new();
    for (row, shown) in values.iter().zip(shown) {
        if serde_json::from_str::<String>(&row.expected).unwrap() != shown {
            report.push(format!("{}\n  recorded {}\n  shown    {shown:?}", row.text, row.expected));
        }
    }
    for row in errors {
        let shown = console("template.json", folder.path(), &row.text).await;
        if !shown.contains("Interpolation error") {
            report.push(format!("{}\n  recorded as an error, but it renders to {shown:?}", row.text));
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}
