//! The syntax tree of a text, and its source form.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};
use std::ops::Range;

use super::quote;
use super::value::Value;

/// The texts that `define` and `block` name.
pub(super) type Definitions = BTreeMap<String, Vec<Node>>;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) definitions: Definitions,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Action(Pipeline),
    Branch(Branch),
    /// `{{template "name" pipeline}}`
    Call {
        name: String,
        argument: Option<Pipeline>,
        range: Range<usize>,
    },
    Break,
    Continue,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Branch {
    pub(super) kind: BranchKind,
    pub(super) condition: Pipeline,
    pub(super) then: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BranchKind {
    If,
    With,
    Range,
}

/// Commands joined by `|`: each value is the last argument of the next one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pipeline {
    pub(super) binding: Option<Binding>,
    pub(super) commands: Vec<Command>,
    pub(super) range: Range<usize>,
}

/// `$x :=`, `$x =`, and for `range` `$index, $element :=`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binding {
    pub(super) names: Vec<String>,
    pub(super) assigns: bool,
}

/// A function with its arguments, or one value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Command {
    /// At least one.
    pub(super) operands: Vec<Operand>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) base: Base,
    /// `.A.B` behind the base.
    pub(super) fields: Vec<String>,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Base {
    Literal(Value),
    Dot,
    /// Without the dollar sign; the empty name is the root of the data.
    Variable(String),
    Function(String),
    Nested(Box<Pipeline>),
}

impl Operand {
    pub(super) fn literal(value: Value, range: &Range<usize>) -> Self {
        Self { base: Base::Literal(value), fields: Vec::new(), range: range.clone() }
    }
}

impl Command {
    /// The function this command calls, with the operands that are its arguments.
    pub(super) fn call(&self) -> Option<(&str, &[Operand])> {
        match self.operands.split_first() {
            Some((Operand { base: Base::Function(name), fields, .. }, arguments)) if fields.is_empty() => {
                Some((name, arguments))
            }
            _ => None,
        }
    }
}

impl Pipeline {
    pub(super) fn of(operand: Operand) -> Self {
        let range = operand.range.clone();
        Self { binding: None, commands: vec![Command { operands: vec![operand] }], range }
    }
}

impl Display for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (name, nodes) in &self.definitions {
            write!(f, "{{{{define {}}}}}", quote::write(name))?;
            write_nodes(nodes, f)?;
            f.write_str("{{end}}")?;
        }
        write_nodes(&self.nodes, f)
    }
}

fn write_nodes(nodes: &[Node], f: &mut Formatter<'_>) -> Result {
    nodes.iter().try_for_each(|node| node.fmt(f))
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Action(pipeline) => write!(f, "{{{{ {pipeline} }}}}"),
            Self::Branch(branch) => branch.fmt(f),
            Self::Call { name, argument: Some(argument), .. } => {
                write!(f, "{{{{ template {} {argument} }}}}", quote::write(name))
            }
            Self::Call { name, argument: None, .. } => write!(f, "{{{{ template {} }}}}", quote::write(name)),
            Self::Break => f.write_str("{{ break }}"),
            Self::Continue => f.write_str("{{ continue }}"),
        }
    }
}

impl Display for Branch {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let word = match self.kind {
            BranchKind::If => "if",
            BranchKind::With => "with",
            BranchKind::Range => "range",
        };
        write!(f, "{{{{ {word} {} }}}}", self.condition)?;
        write_nodes(&self.then, f)?;
        if !self.otherwise.is_empty() {
            f.write_str("{{ else }}")?;
            write_nodes(&self.otherwise, f)?;
        }
        f.write_str("{{ end }}")
    }
}

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(binding) = &self.binding {
            let names: Vec<String> = binding.names.iter().map(|name| format!("${name}")).collect();
            write!(f, "{} {} ", names.join(", "), if binding.assigns { "=" } else { ":=" })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            command.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, operand) in self.operands.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            operand.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.base {
            Base::Literal(Value::String(text)) => f.write_str(&quote::write(text))?,
            Base::Literal(Value::None) => f.write_str("nil")?,
            Base::Literal(value) => value.fmt(f)?,
            Base::Dot if self.fields.is_empty() => f.write_str(".")?,
            Base::Dot => {}
            Base::Variable(name) => write!(f, "${name}")?,
            Base::Function(name) => f.write_str(name)?,
            Base::Nested(pipeline) => write!(f, "({pipeline})")?,
        }
        self.fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}
