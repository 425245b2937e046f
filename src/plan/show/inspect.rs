//! What `inspect` says about a template.

use std::fmt::{Display, Write};

use crate::io::secrets::{MASK, Secret};
use crate::template::variables::Variable;
use crate::template::{BlockOutline, ComponentOutline, HclOutline, LegacyOutline, Outline, Template};

use super::go_quoted::GoQuoted;

/// The parts of a template by name, in the sections that Packer prints one after the other.
pub fn inspect_sections(template: &Template) -> Vec<String> {
    match template.outline() {
        Outline::Legacy(outline) => vec![String::from("Packer Inspect: JSON mode"), legacy(template, &outline)],
        Outline::Hcl(outline) => {
            vec![String::from("Packer Inspect: HCL2 mode\n"), hcl_variables(template, &outline), builds(&outline)]
        }
    }
}

/// What a template declares, with the values of this run.
pub fn variables_text(template: &Template) -> String {
    match template.outline() {
        Outline::Legacy(_) => template.variables.0.iter().map(legacy_variable).collect(),
        Outline::Hcl(outline) => hcl_variables(template, &outline),
    }
}

fn legacy_variable(variable: &Variable) -> String {
    let value = variable.value.as_ref().map_or("", Secret::reveal);
    format!("{}: {}\n", variable.name, if variable.sensitive { MASK } else { value })
}

/// Each `build` block with what it consists of.
fn builds(outline: &HclOutline) -> String {
    let mut text = String::from("> builds:\n");
    outline.builds.iter().enumerate().for_each(|(index, build)| block(&mut text, index, build));
    text
}

fn hcl_variables(template: &Template, outline: &HclOutline) -> String {
    let mut text = String::from("> input-variables:\n\n");
    let mut variables: Vec<&Variable> = template.variables.0.iter().collect();
    variables.sort_by(|left, right| left.name.cmp(&right.name));
    for variable in variables {
        let value = variable.value.as_ref().filter(|_| !variable.sensitive).map(Secret::reveal);
        let value = value.unwrap_or(if variable.sensitive { MASK } else { "<unknown>" });
        let _ = writeln!(text, "var.{}: {}", variable.name, GoQuoted(value));
    }
    text.push_str("\n> local-variables:\n\n");
    for (name, value) in &outline.locals {
        let _ = writeln!(text, "local.{name}: {}", GoQuoted(value.as_deref().unwrap_or(MASK)));
    }
    text
}

fn block(text: &mut String, index: usize, build: &BlockOutline) {
    let name = build.name.clone().unwrap_or_else(|| format!("<unnamed build {index}>"));
    let _ = writeln!(text, "\n  > {name}:");
    if let Some(description) = &build.description {
        let _ = writeln!(text, "\n  > Description: {description}");
    }
    part(text, "sources", &build.sources, "\n\n      ");
    part(text, "provisioners", &build.provisioners, "\n      ");
    part(text, "post-processors", &sequences(&build.post_processors), "\n\n      ");
}

/// The steps of each, under its number.
fn sequences(post_processors: &[Vec<ComponentOutline>]) -> Vec<String> {
    let shown = |(index, steps): (usize, &Vec<ComponentOutline>)| {
        let steps = steps.iter().map(ToString::to_string);
        std::iter::once(format!("{index}:")).chain(steps).collect::<Vec<_>>().join("\n        ")
    };
    post_processors.iter().enumerate().map(shown).collect()
}

fn part(text: &mut String, title: &str, entries: &[impl Display], separator: &str) {
    let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
    let entries =
        if entries.is_empty() { format!("<no {}>", title.trim_end_matches('s')) } else { entries.join(separator) };
    let _ = writeln!(text, "\n    {title}:\n\n      {entries}");
}

/// Variables, builders and provisioners of a JSON template, none of them evaluated.
fn legacy(template: &Template, outline: &LegacyOutline) -> String {
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
    section(&mut text, "Builders", outline.builders.iter().map(|(name, kind)| builder(name, kind)));
    section(&mut text, "Provisioners", outline.provisioners.iter().cloned());
    text.push_str("Names that hold variables or functions are shown as they are in a build without flags.");
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
