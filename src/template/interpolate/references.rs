//! Which user variables a text names.

use std::ops::Range;

use super::ast::{Base, Branch, Command, Node, Operand, Pipeline};
use super::lexer::Dots;
use super::parser;
use super::value::Value;

/// The names in ``{{user `name`}}`` with their places. None, when the text is not well formed.
pub(in crate::template) fn references(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    if let Ok(tree) = parser::parse(text, Dots::Keep) {
        tree.definitions.values().for_each(|nodes| in_nodes(nodes, &mut found));
        in_nodes(&tree.nodes, &mut found);
    }
    found
}

fn in_nodes(nodes: &[Node], found: &mut Vec<(String, Range<usize>)>) {
    for node in nodes {
        match node {
            Node::Action(pipeline) | Node::Call { argument: Some(pipeline), .. } => in_pipeline(pipeline, found),
            Node::Branch(Branch { condition, then, otherwise, .. }) => {
                in_pipeline(condition, found);
                in_nodes(then, found);
                in_nodes(otherwise, found);
            }
            Node::Call { .. } | Node::Text(_) | Node::Break | Node::Continue => {}
        }
    }
}

fn in_pipeline(pipeline: &Pipeline, found: &mut Vec<(String, Range<usize>)>) {
    for command in &pipeline.commands {
        found.extend(user_call(command));
        for operand in &command.operands {
            if let Base::Nested(inner) = &operand.base {
                in_pipeline(inner, found);
            }
        }
    }
}

fn user_call(command: &Command) -> Option<(String, Range<usize>)> {
    match command.call()? {
        ("user", [Operand { base: Base::Literal(Value::String(name)), range, .. }]) => {
            Some((name.clone(), range.clone()))
        }
        _ => None,
    }
}
