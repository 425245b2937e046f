//! The options of a component: its body's attributes and blocks as a map of values.

use std::fmt::{Display, Formatter};
use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::source::Spanned;
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
        let value = evaluated.map(|value| Written { expression: &attribute.value, world, build }.part(&value, &[]));
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

/// A value with the expression it came out of: for its place, and to evaluate it anew while the build runs.
#[derive(Clone, Copy)]
struct Written<'a> {
    expression: &'a Expression,
    world: &'a World,
    build: Option<&'a Arc<str>>,
}

impl Written<'_> {
    /// `path` leads from the expression's value to this part of it.
    fn part(&self, value: &Value, path: &[PathStep]) -> value::Value {
        let kind = match value {
            Value::Unknown => self.unknown(path),
            Value::Null => Kind::Null,
            Value::Bool(flag) => Kind::Bool(*flag),
            Value::Number(number) => Kind::Number(number.to_string()),
            Value::String(text) => Kind::String(text.to_string()),
            Value::List(items) | Value::Set(items) => {
                Kind::List(items.iter().enumerate().map(|(index, item)| self.element(index, item, path)).collect())
            }
            Value::Map(map) => {
                let entries = map.iter().map(|(key, item)| self.entry(key, item, path)).collect();
                Kind::Map(Object { entries, span: self.expression.span.clone() })
            }
        };
        value::Value { kind, span: self.expression.span.clone() }
    }

    fn element(&self, index: usize, item: &Value, path: &[PathStep]) -> value::Value {
        let literal = self.expression.element(index).filter(|_| path.is_empty());
        self.inner(literal, PathStep::Element(index), item, path)
    }

    fn entry(&self, key: &str, item: &Value, path: &[PathStep]) -> (Spanned<String>, value::Value) {
        let literal = self.expression.entry(key).filter(|_| path.is_empty());
        let value = self.inner(literal, PathStep::Entry(key.to_owned()), item, path);
        (Spanned::new(key.to_owned(), value.span.clone()), value)
    }

    /// What is written out has an expression of its own; what was worked out is a part of a whole.
    fn inner(&self, literal: Option<&Expression>, step: PathStep, item: &Value, path: &[PathStep]) -> value::Value {
        match literal {
            Some(expression) => Written { expression, ..*self }.part(item, &[]),
            None => self.part(item, &[path, &[step]].concat()),
        }
    }

    fn unknown(&self, path: &[PathStep]) -> Kind {
        match self.build {
            Some(build) if self.expression.refers_to("build") => Kind::Deferred(Deferred::new(
                Arc::new(self.expression.clone()),
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

impl Display for PathStep {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Element(index) => write!(f, "[{index}]"),
            Self::Entry(key) => write!(f, "[{key:?}]"),
        }
    }
}
