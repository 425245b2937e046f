//! The `builders` of a template.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::template::interpolate::Scope;
use crate::template::value::{Kind, Value};

use super::component::Builder;
use super::object::{list, map, take, take_type, text};

/// A template without a builder can be read, but nothing can be built.
pub(super) fn require(value: Option<&Value>, document: &Span, diagnostics: &mut Diagnostics) {
    let place = match value {
        None | Some(Value { kind: Kind::Null, .. }) => start_of(document),
        Some(Value { kind: Kind::List(values), span }) if values.is_empty() => span.clone(),
        Some(_) => return,
    };
    let finding = Diagnostic::error("the template has no builder").at(&place);
    diagnostics.push(finding.help("`builders` is a list with at least one map that has a `type`"));
}

/// All builders. Until they are named, each is called as it is written.
pub(super) fn read(value: Option<Value>, diagnostics: &mut Diagnostics) -> Vec<Builder> {
    let mut builders = Vec::new();
    for (index, value) in list(value, "`builders`", diagnostics).into_iter().enumerate() {
        let builder = builder(value, &format!("builder {}", index + 1));
        builders.extend(diagnostics.take(builder));
    }
    without_duplicates(builders, diagnostics)
}

/// Gives the builds their names, and sorts them by those.
pub(super) fn name(mut builders: Vec<Builder>, scope: &Scope, diagnostics: &mut Diagnostics) -> Vec<Builder> {
    for builder in &mut builders {
        let name = scope.render(&builder.raw_name.value, &builder.raw_name.span);
        builder.name = diagnostics.take(name).unwrap_or_else(|| builder.raw_name.value.clone());
    }
    let mut builders = without_duplicates(builders, diagnostics);
    builders.sort_by(|left, right| left.name.cmp(&right.name));
    builders
}

/// The first character, which stands for the whole document.
fn start_of(document: &Span) -> Span {
    Span::new(&document.source, document.range.start..document.range.start + 1)
}

fn builder(value: Value, what: &str) -> Result<Builder, Diagnostic> {
    let mut config = map(value, what)?;
    let kind = take_type(&mut config, what)?;
    let name = take(&mut config, "name").map(|value| text(value, &format!("the `name` of {what}"))).transpose()?;
    let raw_name = name.filter(|name| !name.value.is_empty()).unwrap_or_else(|| kind.clone());
    Ok(Builder { kind, name: raw_name.value.clone(), raw_name, config })
}

/// Two builders of one name could not be told apart.
fn without_duplicates(builders: Vec<Builder>, diagnostics: &mut Diagnostics) -> Vec<Builder> {
    let mut places: BTreeMap<String, Span> = BTreeMap::new();
    let mut unique = Vec::with_capacity(builders.len());
    for (index, builder) in builders.into_iter().enumerate() {
        if let Some(first) = places.get(&builder.name) {
            diagnostics.push(duplicate(index + 1, &builder, first));
            continue;
        }
        places.insert(builder.name.clone(), builder.raw_name.span.clone());
        unique.push(builder);
    }
    unique
}

fn duplicate(number: usize, builder: &Builder, first: &Span) -> Diagnostic {
    let (line, _) = first.source.position(first.range.start);
    Diagnostic::error(format!("builder {number}: a builder with the name `{}` exists already", builder.name))
        .at_with(&builder.raw_name.span, format!("the first one is on line {line}"))
        .help("give each builder a `name` of its own")
}
