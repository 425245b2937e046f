//! What blocks mean to each other, and what is said of those that are wrong. Expressions have tests of their own.

mod blocks;
mod folders;
mod globals;
mod variables;

use std::path::Path;

use crate::diag::Diagnostics;
use crate::source::SourceFile;
use crate::template::Template;
use crate::template::variables::VariableInputs;

const NULL: &str = "source \"null\" \"a\" {\n}\nbuild {\n  sources = [\"null.a\"]\n}\n";

fn parsed(text: &str, inputs: &VariableInputs) -> (Option<Template>, Diagnostics) {
    super::parse(&SourceFile::new("a.pkr.hcl", text), Path::new("a.pkr.hcl"), inputs)
}

/// With a build, so that nothing is missing.
fn template(text: &str, inputs: &VariableInputs) -> Template {
    let (template, found) = parsed(&format!("{text}\n{NULL}"), inputs);
    template.unwrap_or_else(|| panic!("{found:?}"))
}

fn messages(text: &str, inputs: &VariableInputs) -> Vec<String> {
    let (_, found) = parsed(&format!("{text}\n{NULL}"), inputs);
    found.iter().map(|one| one.message.clone()).collect()
}

fn wrong(text: &str) -> Vec<String> {
    messages(text, &VariableInputs::fixed())
}

fn local(template: &Template, name: &str) -> String {
    template.evaluate(&SourceFile::new("console", format!("local.{name}"))).unwrap()
}
