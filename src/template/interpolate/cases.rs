//! The table `tests/template_functions/cases.tsv`: a text, a tab, what it renders to as a JSON string (or `!`
//! and a part of the error's message), a tab, where that comes from. `console` rows hold in Packer's console, too.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::io::secrets::Secret;
use crate::source::Span;

use super::functions;
use super::{Facts, Scope};

const TABLE: &str = include_str!("../../../tests/template_functions/cases.tsv");

fn scope() -> Scope {
    let facts = Facts {
        started: "2026-11-21T03:22:04Z".parse().expect("a time"),
        working_folder: PathBuf::from("/home/me"),
        template_folder: PathBuf::from("/home/me/templates"),
    };
    Scope::new(facts, BTreeMap::from([("name".to_owned(), Secret::new("value"))]))
}

#[test]
fn functions_render_what_the_table_says() {
    let mut differences = Vec::new();
    for (line, row) in TABLE.lines().enumerate() {
        let columns: Vec<&str> = row.split('\t').collect();
        let [text, expected, "console" | "docs"] = columns[..] else { panic!("row {}: {row}", line + 1) };
        let shown = match scope().render(text, &Span::whole("case", text)) {
            Ok(rendered) => serde_json::to_string(&rendered).expect("a string"),
            Err(problem) => format!("!{}", problem.message),
        };
        let is_right = match expected.strip_prefix('!') {
            Some(part) => shown.starts_with('!') && shown.contains(part),
            None => shown == expected,
        };
        if !is_right {
            differences.push(format!("cases.tsv:{}: {text}\n  expected {expected}\n  got      {shown}", line + 1));
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_function_has_a_row() {
    let lacking: Vec<&str> = functions::names().filter(|name| !TABLE.contains(name)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}
