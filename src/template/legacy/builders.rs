//! The `builders` of a template.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};
use crate::template::interpolate::Scope;
use crate::template::value::Value;

use super::component::Builder;
use super::object::{list, map, take, take_type, text};

/// All builders, sorted by the names of their builds.
pub(super) fn read(
    value: Option<Value>,
    document: &Span,
    scope: &Scope,
    diagnostics: &mut Diagnostics,
    start: &mut Diagnostics,
) -> Vec<Builder> {
    let place = value.as_ref().map_or_else(|| start_of(document), |value| value.span.clone());
    let findings_before = diagnostics.iter().count();
    let values = list(value, "`builders`", diagnostics);
    if values.is_empty() && diagnostics.iter().count() == findings_before {
        start.push(
            Diagnostic::error("the template has no builder")
                .at(&place)
                .help("`builders` is a list with at least one map that has a `type`"),
        );
    }
    let mut builders = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let builder = diagnostics.take(builder(value, &format!("builder {}", index + 1)));
        builders.extend(builder.and_then(|builder| start.take(named(builder, scope))));
    }
    report_duplicates(&builders, diagnostics);
    builders.sort_by(|left, right| left.name.cmp(&right.name));
    builders
}

/// The first character, which stands for the whole document.
fn start_of(document: &Span) -> Span {
    Span::new(&document.source, document.range.start..document.range.start + 1)
}

/// A builder whose name is as it is written.
fn builder(value: Value, what: &str) -> Result<Builder, Diagnostic> {
    let mut config = map(value, what)?;
    let kind = take_type(&mut config, what)?;
    let name = take(&mut config, "name").map(|value| text(value, &format!("the `name` of {what}"))).transpose()?;
    let raw_name = name.filter(|name| !name.value.is_empty()).unwrap_or_else(|| kind.clone());
    let name = raw_name.value.clone();
    Ok(Builder { kind, raw_name, name, config })
}

fn named(builder: Builder, scope: &Scope) -> Result<Builder, Diagnostic> {
    let name = scope.render(&builder.raw_name.value, &builder.raw_name.span)?;
    Ok(Builder { name, ..builder })
}

/// Two builders of one name could not be told apart, neither as written nor as rendered.
fn report_duplicates(builders: &[Builder], diagnostics: &mut Diagnostics) {
    let mut raw: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    let mut rendered: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for (index, builder) in builders.iter().enumerate() {
        let place = &builder.raw_name;
        let first = raw.insert(&place.value, place).or(rendered.insert(&builder.name, place));
        if let Some(first) = first {
            let (line, _) = first.span.source.position(first.span.range.start);
            diagnostics.push(
                Diagnostic::error(format!(
                    "builder {}: a builder with the name `{}` exists already",
                    index + 1,
                    builder.name
                ))
                .at_with(&place.span, format!("the first one is on line {line}"))
                .help("give each builder a `name` of its own"),
            );
        }
    }
}
