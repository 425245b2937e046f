//! The options of a component: its body's attributes and blocks as a map of values.

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::source::{Span, Spanned};
use crate::template::value::{self, Kind, Object};

use super::blocks::{Placed, expand};
use super::deferred::Deferred;
use super::syntax::{Body, Expression};
use super::value::Value;
use super::world::World;

/// Evaluates a body. Several blocks of one kind are a list of maps. With the name of a build, what depends on
/// that build while it runs is kept as an expression.
pub(super) fn object(body: &Body, world: &World, build: Option<&Arc<str>>, diagnostics: &mut Diagnostics) -> Object {
    let mut entries = Vec::with_capacity(body.attributes.len());
    for attribute in &body.attributes {
        let evaluated = world.evaluate(&attribute.value);
        let value = evaluated.map(|value| Written { expression: &attribute.value, world, build }.value(&value));
        entries.extend(diagnostics.take(value).map(|value| (attribute.name.clone(), value)));
    }
    let mut object = Object { entries, span: body.span.clone() };
    for Placed { block, world } in expand(&body.blocks, world, diagnostics) {
        let inner = self::object(&block.body, &world, build, diagnostics);
        add_block(&mut object, block.kind, inner);
    }
    object
}

fn add_block(object: &mut Object, kind: Spanned<String>, inner: Object) {
    let value = value::Value { span: inner.span.clone(), kind: Kind::Map(inner) };
    let before = object.entries.iter_mut().find(|(key, _)| key.value == kind.value);
    match before {
        None => object.entries.push((kind, value)),
        Some((_, value::Value { kind: Kind::List(list), .. })) => list.push(value),
        Some((_, first)) => {
            let span = first.span.clone();
            let first = std::mem::replace(first, value::Value { kind: Kind::Null, span: span.clone() });
            let list = value::Value { kind: Kind::List(vec![first, value]), span };
            object.entries.retain(|(key, _)| key.value != kind.value);
            object.entries.push((kind, list));
        }
    }
}

/// An attribute's expression, for the places of values and for what is evaluated later.
struct Written<'a> {
    expression: &'a Arc<Expression>,
    world: &'a World,
    build: Option<&'a Arc<str>>,
}

impl Written<'_> {
    fn value(&self, value: &Value) -> value::Value {
        self.part(value, Some(self.expression), &self.expression.span, &mut Vec::new())
    }

    /// `path` leads from the attribute's value to this part of it.
    fn part(&self, value: &Value, literal: Option<&Expression>, span: &Span, path: &mut Vec<PathStep>) -> value::Value {
        let kind = match value {
            Value::Unknown => self.unknown(path),
            Value::Null => Kind::Null,
            Value::Bool(flag) => Kind::Bool(*flag),
            Value::Number(number) => Kind::Number(number.to_string()),
            Value::String(text) => Kind::String(text.to_string()),
            Value::List(items) | Value::Set(items) => Kind::List(
                items.iter().enumerate().map(|(index, item)| self.element(index, item, literal, span, path)).collect(),
            ),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, item)| self.entry(key, item, literal, span, path)).collect();
                Kind::Map(Object { entries, span: span.clone() })
            }
        };
        value::Value { kind, span: span.clone() }
    }

    fn element(
        &self,
        index: usize,
        item: &Value,
        literal: Option<&Expression>,
        span: &Span,
        path: &mut Vec<PathStep>,
    ) -> value::Value {
        let inner = literal.and_then(|literal| literal.element(index));
        let span = inner.map_or(span, |inner| &inner.span);
        path.push(PathStep::Element(index));
        let value = self.part(item, inner, span, path);
        path.pop();
        value
    }

    fn entry(
        &self,
        key: &str,
        item: &Value,
        literal: Option<&Expression>,
        span: &Span,
        path: &mut Vec<PathStep>,
    ) -> (Spanned<String>, value::Value) {
        let inner = literal.and_then(|literal| literal.entry(key));
        let span = inner.map_or(span, |inner| &inner.span);
        path.push(PathStep::Entry(key.to_owned()));
        let value = self.part(item, inner, span, path);
        path.pop();
        (Spanned::new(key.to_owned(), span.clone()), value)
    }

    fn unknown(&self, path: &[PathStep]) -> Kind {
        let uses_build = || {
            let references = self.expression.references();
            references.iter().any(|reference| reference.path.first().is_some_and(|root| root == "build"))
        };
        match self.build {
            Some(build) if uses_build() => Kind::Deferred(Deferred::new(
                Arc::clone(self.expression),
                self.world.clone(),
                Arc::clone(build),
                path.to_vec(),
            )),
            _ => Kind::Unknown,
        }
    }
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathStep {
    Element(usize),
    Entry(String),
}
