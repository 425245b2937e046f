//! The `$variables` of a text while it is folded.

use std::collections::BTreeSet;

use crate::template::interpolate::ast::{Binding, Branch, Node, Pipeline, Tree};
use crate::template::interpolate::value::Value;

/// The variables in scope, innermost last, with the values that are known.
pub(super) struct Bindings {
    stack: Vec<(String, Option<Value>)>,
    /// Names that some `=` changes: their values are left to run time.
    assigned: BTreeSet<String>,
}

impl Bindings {
    pub(super) fn new(assigned: BTreeSet<String>) -> Self {
        Self { stack: Vec::new(), assigned }
    }

    pub(super) fn depth(&self) -> usize {
        self.stack.len()
    }

    pub(super) fn truncate(&mut self, depth: usize) {
        self.stack.truncate(depth);
    }

    pub(super) fn clear(&mut self) {
        self.stack.clear();
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.stack.iter().rev().find(|(known, _)| known == name).and_then(|(_, value)| value.as_ref())
    }

    /// Whether the binding must stay in the text, because its value is needed at run time.
    pub(super) fn bind(&mut self, binding: &Binding, value: Option<&Value>) -> bool {
        if binding.assigns {
            return true;
        }
        let mut stays = false;
        for name in &binding.names {
            let known = value.filter(|_| !self.assigned.contains(name)).cloned();
            stays |= known.is_none();
            self.stack.push((name.clone(), known));
        }
        stays
    }
}

/// Whether one of these nodes itself declares a variable.
pub(super) fn declares(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| matches!(node, Node::Action(Pipeline { binding: Some(binding), .. }) if !binding.assigns))
}

pub(super) fn assigned_names(tree: &Tree) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(&tree.nodes, &mut names);
    tree.definitions.values().for_each(|nodes| collect(nodes, &mut names));
    names
}

fn collect(nodes: &[Node], names: &mut BTreeSet<String>) {
    for node in nodes {
        let pipeline = match node {
            Node::Action(pipeline) => pipeline,
            Node::Branch(Branch { condition, then, otherwise, .. }) => {
                collect(then, names);
                collect(otherwise, names);
                condition
            }
            _ => continue,
        };
        if let Some(Binding { names: bound, assigns: true }) = &pipeline.binding {
            names.extend(bound.iter().cloned());
        }
    }
}
