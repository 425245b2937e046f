//! The tree of a configuration: bodies with attributes and blocks, and the expressions in them.

use std::sync::Arc;

use crate::source::{Span, Spanned};
use crate::template::hcl::value::Value;

/// Attributes and blocks, each in the order of writing.
#[derive(Clone, Debug)]
pub(in crate::template) struct Body {
    pub(in crate::template) attributes: Vec<Attribute>,
    pub(in crate::template) blocks: Vec<Block>,
    pub(in crate::template) span: Span,
}

/// `name = value`. A body has none twice.
#[derive(Clone, Debug)]
pub(in crate::template) struct Attribute {
    pub(in crate::template) name: Spanned<String>,
    pub(in crate::template) value: Arc<Expression>,
}

/// `kind "label" { .. }`
#[derive(Clone, Debug)]
pub(in crate::template) struct Block {
    pub(in crate::template) kind: Spanned<String>,
    pub(in crate::template) labels: Vec<Spanned<String>>,
    pub(in crate::template) body: Body,
    /// The kind and the labels.
    pub(in crate::template) span: Span,
}

impl Body {
    pub(in crate::template) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.value == name)
    }
}

#[derive(Clone, Debug)]
pub(in crate::template) struct Expression {
    pub(in crate::template) kind: ExpressionKind,
    pub(in crate::template) span: Span,
}

/// Chains (operators of one rank, steps behind a value, parts of a text) are lists, not nested trees:
/// so only brackets make a tree deep, and their number is limited.
#[derive(Clone, Debug)]
pub(in crate::template) enum ExpressionKind {
    Literal(Value),
    Template(Vec<Part>),
    List(Vec<Expression>),
    Object(Vec<Item>),
    /// The root name of a reference.
    Variable(String),
    Traversal {
        base: Box<Expression>,
        steps: Vec<Step>,
    },
    Call(Call),
    Unary {
        operator: UnaryOperator,
        operand: Box<Expression>,
    },
    /// Operators of one rank, applied from left to right.
    Binary {
        first: Box<Expression>,
        rest: Vec<(Spanned<BinaryOperator>, Expression)>,
    },
    Conditional(Box<Conditional>),
    For(Box<For>),
    Parentheses(Box<Expression>),
}

/// A piece of a text with `${}` and `%{}` in it.
#[derive(Clone, Debug)]
pub(in crate::template) enum Part {
    Literal(String),
    Interpolation(Expression),
    If { condition: Expression, then: Vec<Part>, otherwise: Vec<Part> },
    For { bindings: Bindings, collection: Expression, body: Vec<Part> },
}

#[derive(Clone, Debug)]
pub(in crate::template) struct Item {
    pub(in crate::template) key: Key,
    pub(in crate::template) value: Expression,
}

#[derive(Clone, Debug)]
pub(in crate::template) enum Key {
    /// A bare word stands for itself.
    Name(Spanned<String>),
    Computed(Expression),
}

/// What stands behind a value.
#[derive(Clone, Debug)]
pub(in crate::template) enum Step {
    /// `.name`
    Attribute(Spanned<String>),
    /// `[key]`, and `.0`
    Index(Expression),
    /// `[*]` or `.*`, with the steps it applies to each element.
    Splat { span: Span, steps: Vec<Step> },
}

#[derive(Clone, Debug)]
pub(in crate::template) struct Call {
    pub(in crate::template) name: Spanned<String>,
    pub(in crate::template) arguments: Vec<Expression>,
    /// `f(list...)`: the elements of the last argument are arguments.
    pub(in crate::template) expands_last: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum UnaryOperator {
    Not,
    Negate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl BinaryOperator {
    pub(in crate::template) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

#[derive(Clone, Debug)]
pub(in crate::template) struct Conditional {
    pub(in crate::template) condition: Expression,
    pub(in crate::template) then: Expression,
    pub(in crate::template) otherwise: Expression,
}

/// `[for .. : value if ..]`, and `{for .. : key => value... if ..}`
#[derive(Clone, Debug)]
pub(in crate::template) struct For {
    pub(in crate::template) bindings: Bindings,
    pub(in crate::template) collection: Expression,
    /// `Some` makes a map.
    pub(in crate::template) key: Option<Expression>,
    pub(in crate::template) value: Expression,
    /// `...`: values of equal keys are gathered in lists.
    pub(in crate::template) groups: bool,
    pub(in crate::template) condition: Option<Expression>,
}

/// The names that `for` gives to the key and to the value of an element.
#[derive(Clone, Debug)]
pub(in crate::template) struct Bindings {
    pub(in crate::template) key: Option<String>,
    pub(in crate::template) value: String,
}

impl Bindings {
    pub(in crate::template) fn names(&self) -> impl Iterator<Item = &str> {
        self.key.as_deref().into_iter().chain(std::iter::once(&*self.value))
    }
}

impl Expression {
    pub(in crate::template) fn literal(value: Value, span: Span) -> Self {
        Self { kind: ExpressionKind::Literal(value), span }
    }

    /// The value of an expression that was written as a plain string.
    pub(in crate::template) fn as_plain_string(&self) -> Option<&str> {
        match &self.kind {
            ExpressionKind::Literal(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The element of a list that was written out.
    pub(in crate::template) fn element(&self, index: usize) -> Option<&Expression> {
        match &self.kind {
            ExpressionKind::List(items) => items.get(index),
            ExpressionKind::Parentheses(inner) => inner.element(index),
            _ => None,
        }
    }

    /// The value behind a key of a map that was written out.
    pub(in crate::template) fn entry(&self, key: &str) -> Option<&Expression> {
        match &self.kind {
            ExpressionKind::Object(items) => items.iter().rev().find(|item| item.key.is(key)).map(|item| &item.value),
            ExpressionKind::Parentheses(inner) => inner.entry(key),
            _ => None,
        }
    }
}

impl Key {
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Name(known) => known.value == name,
            Self::Computed(expression) => expression.as_plain_string() == Some(name),
        }
    }
}
