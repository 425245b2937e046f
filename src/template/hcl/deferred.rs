//! Values that depend on the running build: expressions over `build.*`, kept until it runs.

use std::collections::BTreeMap;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::template::interpolate::Fields;

use super::component::PathStep;
use super::syntax::{Expression, ExpressionKind};
use super::value::Value;
use super::world::World;

/// An expression, or a part of what it yields.
#[derive(Clone)]
pub struct Deferred {
    expression: Arc<Expression>,
    world: World,
    /// `build.name`
    build: Arc<str>,
    path: Vec<PathStep>,
}

impl Deferred {
    pub(super) fn new(expression: Arc<Expression>, world: World, build: Arc<str>, path: Vec<PathStep>) -> Self {
        Self { expression, world, build, path }
    }

    /// The text that it is in a build with these facts.
    pub fn text(&self, build: &Fields) -> Result<String, Diagnostic> {
        let mut facts: BTreeMap<String, Value> =
            build.iter().map(|(name, value)| (name.clone(), Value::string(value))).collect();
        facts.insert("name".to_owned(), Value::string(&self.build));
        let whole = self.world.with("build", Value::map(facts)).evaluate(&self.expression)?;
        let part = self.path.iter().try_fold(whole, into);
        let text = part
            .ok_or_else(|| String::from("the value lost a part that it had before the build"))
            .and_then(|value| if value == Value::Null { Ok(String::new()) } else { value.to_text() });
        text.map_err(|reason| Diagnostic::error(reason).at(&self.expression.span))
    }

    /// Whether it looks at this fact of the build.
    pub fn uses(&self, field: &str) -> bool {
        self.expression.references().iter().any(|reference| match reference.path.as_slice() {
            [root] => root == "build",
            [root, name, ..] => root == "build" && name == field,
            [] => false,
        })
    }

    /// As a text of the template would say it.
    pub fn written(&self) -> String {
        let span = &self.expression.span;
        let text = span.source.text.get(span.range.clone()).unwrap_or_default();
        if matches!(self.expression.kind, ExpressionKind::Template(_)) {
            let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            return inside.unwrap_or(text).to_owned();
        }
        format!("${{{text}{}}}", self.path.iter().map(PathStep::to_string).collect::<String>())
    }
}

fn into(value: Value, step: &PathStep) -> Option<Value> {
    match (value, step) {
        (Value::List(items) | Value::Set(items), PathStep::Element(index)) => items.get(*index).cloned(),
        (Value::Map(entries), PathStep::Entry(key)) => entries.get(key).cloned(),
        _ => None,
    }
}

/// The same place in the same template.
impl PartialEq for Deferred {
    fn eq(&self, other: &Self) -> bool {
        self.expression.span == other.expression.span && self.path == other.path && self.build == other.build
    }
}

impl Eq for Deferred {}

/// Values of variables may be secret: only what the template says is shown.
impl Debug for Deferred {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Deferred").field(&self.written()).finish()
    }
}
