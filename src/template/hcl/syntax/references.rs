//! What an expression refers to, for the order of evaluation and for checks.

use crate::source::Span;
use crate::template::hcl::value::Value;

use super::tree::{Expression, ExpressionKind, For, Key, Part, Step};

/// A root name and the constant attributes and indices behind it: `local.a["b"]` is `local`, `a`, `b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template) struct Reference {
    pub(in crate::template) path: Vec<String>,
    pub(in crate::template) span: Span,
}

impl Reference {
    pub(in crate::template) fn root(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }
}

impl Expression {
    /// In the order of writing. Names that a `for` around them gives are left out.
    pub(in crate::template) fn references(&self) -> Vec<Reference> {
        let mut walk = Walk::default();
        walk.expression(self);
        walk.found
    }

    /// Whether a root name is among what it refers to.
    pub(in crate::template) fn refers_to(&self, root: &str) -> bool {
        self.references().iter().any(|reference| reference.root() == root)
    }
}

#[derive(Default)]
struct Walk<'a> {
    found: Vec<Reference>,
    bound: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::Literal(_) => {}
            ExpressionKind::Template(parts) => self.parts(parts),
            ExpressionKind::List(items) => self.all(items),
            ExpressionKind::Object(items) => {
                for item in items {
                    if let Key::Computed(key) = &item.key {
                        self.expression(key);
                    }
                    self.expression(&item.value);
                }
            }
            ExpressionKind::Variable(name) => self.root(name, &[], expression),
            ExpressionKind::Traversal { base, steps } => self.traversal(expression, base, steps),
            ExpressionKind::Call(call) => {
                // The second argument of `convert` is a type, whose words are no references.
                let count = if call.name.value == "convert" { 1 } else { call.arguments.len() };
                self.all(call.arguments.iter().take(count));
            }
            ExpressionKind::Unary { operand: inner, .. } | ExpressionKind::Parentheses(inner) => self.expression(inner),
            ExpressionKind::Binary { first, rest } => {
                self.expression(first);
                self.all(rest.iter().map(|(_, operand)| operand));
            }
            ExpressionKind::Conditional(arms) => self.all([&arms.condition, &arms.then, &arms.otherwise]),
            ExpressionKind::For(each) => self.each(each),
        }
    }

    fn all(&mut self, expressions: impl IntoIterator<Item = &'a Expression>) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn each(&mut self, each: &'a For) {
        self.expression(&each.collection);
        let outer = self.bound.len();
        self.bound.extend(each.bindings.names());
        self.all(each.key.iter().chain([&each.value]).chain(&each.condition));
        self.bound.truncate(outer);
    }

    fn parts(&mut self, parts: &'a [Part]) {
        for part in parts {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(value) => self.expression(value),
                Part::If { condition, then, otherwise } => {
                    self.expression(condition);
                    self.parts(then);
                    self.parts(otherwise);
                }
                Part::For { bindings, collection, body } => {
                    self.expression(collection);
                    let outer = self.bound.len();
                    self.bound.extend(bindings.names());
                    self.parts(body);
                    self.bound.truncate(outer);
                }
            }
        }
    }

    fn traversal(&mut self, whole: &Expression, base: &'a Expression, steps: &'a [Step]) {
        match &base.kind {
            ExpressionKind::Variable(name) => self.root(name, steps, whole),
            _ => self.expression(base),
        }
        self.indices(steps);
    }

    /// Expressions in brackets refer to something as well.
    fn indices(&mut self, steps: &'a [Step]) {
        for step in steps {
            match step {
                Step::Attribute(_) => {}
                Step::Index(key) => self.expression(key),
                Step::Splat { steps, .. } => self.indices(steps),
            }
        }
    }

    fn root(&mut self, name: &str, steps: &[Step], whole: &Expression) {
        if self.bound.contains(&name) {
            return;
        }
        let mut path = vec![name.to_owned()];
        path.extend(steps.iter().map_while(constant));
        self.found.push(Reference { path, span: whole.span.clone() });
    }
}

/// The name that a step certainly takes.
fn constant(step: &Step) -> Option<String> {
    match step {
        Step::Attribute(name) => Some(name.value.clone()),
        Step::Index(key) => match &key.kind {
            ExpressionKind::Literal(value @ (Value::String(_) | Value::Number(_))) => value.to_text().ok(),
            _ => None,
        },
        Step::Splat { .. } => None,
    }
}
