//! What `inspect` says about a template.

use std::fmt::Write;

use crate::io::secrets::MASK;
use crate::template::Template;
use crate::template::variables::Variable;

/// Variables, builders and provisioners of a template, none of them evaluated.
pub fn inspect_text(template: &Template) -> String {
    let mut text = String::new();
    if let Some(description) = &template.description {
        let _ = writeln!(text, "Description:\n\n{description}\n");
    }
    let (required, optional): (Vec<_>, Vec<_>) =
        template.variables.0.iter().partition(|variable| is_required(variable));
    if !required.is_empty() {
        section(&mut text, "Required variables", required.iter().map(|variable| variable.name.clone()));
    }
    section(&mut text, "Optional variables and their defaults", defaults(&optional));
    let outline = template.outline();
    section(&mut text, "Builders", outline.builders.iter().map(|(name, kind)| builder(name, kind)));
    section(&mut text, "Provisioners", outline.provisioners.iter().cloned());
    text.push_str("Names that hold variables or functions are shown as they are in a build without flags.\n");
    text
}

fn is_required(variable: &Variable) -> bool {
    variable.default.is_none()
}

fn section(text: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    let _ = writeln!(text, "{title}:\n");
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        let _ = writeln!(text, "  <none>");
    }
    lines.for_each(|line| {
        let _ = writeln!(text, "  {line}");
    });
    text.push('\n');
}

fn defaults(variables: &[&Variable]) -> Vec<String> {
    let width = variables.iter().map(|variable| variable.name.chars().count()).max().unwrap_or(0);
    let shown = |variable: &Variable| match &variable.default {
        Some(_) if variable.sensitive => MASK.to_owned(),
        default => default.clone().unwrap_or_default(),
    };
    variables
        .iter()
        .map(|variable| format!("{:width$} = {}", variable.name, shown(variable)).trim_end().to_owned())
        .collect()
}

fn builder(name: &str, kind: &str) -> String {
    if name == kind { name.to_owned() } else { format!("{name} ({kind})") }
}
