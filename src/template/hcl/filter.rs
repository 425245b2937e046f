//! For which builds a component is: `only` and `except`, by `type.name`.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};

use super::blocks::{SourceBlock, SourceUse};
use super::syntax::{Attribute, Body};
use super::value::Value;
use super::world::World;

/// The names of a build.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) kind: String,
    /// Of the source as this build names it.
    pub(super) local: String,
    /// `type.name`
    pub(super) full: String,
}

impl Names {
    pub(super) fn new(source: &SourceBlock, source_use: &SourceUse) -> Self {
        let local = source_use.name.clone().unwrap_or_else(|| source.name.value.clone());
        Self { full: format!("{}.{local}", source.kind.value), kind: source.kind.value.clone(), local }
    }

    /// With `source.name` and `source.type`, unless a `dynamic` block calls its iterator so.
    pub(super) fn world(&self, world: &World) -> World {
        let source = BTreeMap::from([
            ("name".to_owned(), Value::string(&self.local)),
            ("type".to_owned(), Value::string(&self.kind)),
        ]);
        world.with_outer("source", Value::map(source))
    }
}

/// Takes an attribute out of a body.
pub(super) fn take(body: &mut Body, name: &str) -> Option<Attribute> {
    let at = body.attributes.iter().position(|attribute| attribute.name.value == name)?;
    Some(body.attributes.remove(at))
}

/// Takes `only` and `except` out, and tells what they say about the build.
pub(super) fn admits(body: &mut Body, world: &World, names: &Names, diagnostics: &mut Diagnostics) -> bool {
    let only = take(body, "only").and_then(|written| list(&written, world, diagnostics));
    let except = take(body, "except").and_then(|written| list(&written, world, diagnostics));
    match (only, except) {
        (Some(only), Some(except)) if !only.is_empty() && !except.is_empty() => {
            let error = Diagnostic::error("`only` and `except` cannot be used together").at(&body.span);
            diagnostics.push(error.help("keep one of the two"));
            false
        }
        (Some(only), _) if !only.is_empty() => only.contains(&names.full),
        (_, except) => !except.unwrap_or_default().contains(&names.full),
    }
}

/// Null and what is not known yet count as absent.
fn list(written: &Attribute, world: &World, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let key = &written.name.value;
    let texts = world.evaluate(&written.value).and_then(|value| match value {
        Value::Null | Value::Unknown => Ok(None),
        Value::List(items) | Value::Set(items) => items
            .iter()
            .map(Value::to_text)
            .collect::<Result<_, _>>()
            .map(Some)
            .map_err(|reason| Diagnostic::error(format!("`{key}`: {reason}")).at(&written.value.span)),
        other => {
            let error = format!("`{key}` must be a list of strings, not {}", other.describe());
            Err(Diagnostic::error(error).at(&written.value.span))
        }
    });
    diagnostics.take(texts).flatten()
}
