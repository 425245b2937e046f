//! Local values and data sources, in the order in which they need each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::template::variables::VariableInputs;

use super::blocks::{LocalBlock, SourceBlock};
use super::data;
use super::inputs;
use super::syntax::{Body, Reference};
use super::value::Value;
use super::world::World;

/// One that may need others.
#[derive(Clone, Copy)]
enum Node<'a> {
    Local(&'a LocalBlock),
    Data(&'a SourceBlock),
}

impl Node<'_> {
    /// As other expressions name it.
    fn address(&self) -> String {
        match self {
            Self::Local(local) => format!("local.{}", local.name.value),
            Self::Data(data) => format!("data.{}", data.address().value),
        }
    }

    fn span(&self) -> &Span {
        match self {
            Self::Local(local) => &local.name.span,
            Self::Data(data) => &data.name.span,
        }
    }

    fn references(&self) -> Vec<Reference> {
        match self {
            Self::Local(local) => local.value.references(),
            Self::Data(data) => body_references(&data.body),
        }
    }
}

fn body_references(body: &Body) -> Vec<Reference> {
    let own = body.attributes.iter().flat_map(|attribute| attribute.value.references());
    own.chain(body.blocks.iter().flat_map(|block| body_references(&block.body))).collect()
}

/// The world with `local` and `data` in it. What fails is reported once; what needs it stays unknown.
pub(super) fn evaluate_all(
    locals: &[LocalBlock],
    data: &[SourceBlock],
    world: &World,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> World {
    let nodes: Vec<Node<'_>> = locals.iter().map(Node::Local).chain(data.iter().map(Node::Data)).collect();
    let order = order(&nodes, diagnostics);
    let mut globals = Globals::new(data);
    for index in order {
        if world.is_spent() {
            break;
        }
        let here = globals.world(world);
        match nodes[index] {
            Node::Local(local) => {
                let mut value = diagnostics.take(here.evaluate(&local.value)).unwrap_or(Value::Unknown);
                drop(here);
                if local.sensitive {
                    value = inputs::secret(value, inputs);
                }
                Arc::make_mut(&mut globals.locals).insert(local.name.value.clone(), value);
            }
            Node::Data(block) => {
                if let Some(value) = data::read(block, &here, inputs, diagnostics) {
                    globals.data.entry(block.kind.value.clone()).or_default().insert(block.name.value.clone(), value);
                }
            }
        }
    }
    globals.world(world)
}

/// What has been evaluated so far.
#[derive(Default)]
struct Globals {
    /// Given to each scope for a moment; in between it is changed in place.
    locals: Arc<BTreeMap<String, Value>>,
    data: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Globals {
    fn new(data: &[SourceBlock]) -> Self {
        let kinds = data.iter().filter(|block| data::is_known(&block.kind.value));
        let data = kinds.map(|block| (block.kind.value.clone(), BTreeMap::new())).collect();
        Self { locals: Arc::default(), data }
    }

    fn world(&self, world: &World) -> World {
        let data = self.data.iter().map(|(kind, named)| (kind.clone(), Value::map(named.clone()))).collect();
        world.with("local", Value::Map(Arc::clone(&self.locals))).with("data", Value::map(data))
    }
}

/// Indexes in the order of evaluation: first what needs nothing. Members of circles are left out and reported.
fn order(nodes: &[Node<'_>], diagnostics: &mut Diagnostics) -> Vec<usize> {
    let by_address: BTreeMap<String, usize> =
        nodes.iter().enumerate().map(|(index, node)| (node.address(), index)).collect();
    let needs: Vec<Vec<usize>> = nodes.iter().map(|node| needs(node, &by_address)).collect();
    let mut waits: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by = vec![Vec::new(); nodes.len()];
    for (index, needs) in needs.iter().enumerate() {
        for need in needs {
            needed_by[*need].push(index);
        }
    }
    let mut ready: Vec<usize> = (0..nodes.len()).rev().filter(|index| waits[*index] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(index) = ready.pop() {
        order.push(index);
        for dependant in &needed_by[index] {
            waits[*dependant] -= 1;
            if waits[*dependant] == 0 {
                ready.push(*dependant);
            }
        }
    }
    report_circles(nodes, &needs, &waits, diagnostics);
    order
}

fn needs(node: &Node<'_>, by_address: &BTreeMap<String, usize>) -> Vec<usize> {
    let mut needs: Vec<usize> = Vec::new();
    for reference in node.references() {
        let length = if reference.path.first().is_some_and(|root| root == "data") { 3 } else { 2 };
        let address = reference.path.iter().take(length).map(String::as_str).collect::<Vec<_>>().join(".");
        needs.extend(by_address.get(&address));
    }
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// Follows what is needed from each node that waits, until a place is met again: of this walk, a circle; of an
/// earlier one, a circle that has been reported.
fn report_circles(nodes: &[Node<'_>], needs: &[Vec<usize>], waits: &[usize], diagnostics: &mut Diagnostics) {
    let mut seen = vec![false; nodes.len()];
    for start in (0..nodes.len()).filter(|index| waits[*index] > 0) {
        let (mut path, mut next) = (Vec::new(), Some(start));
        while let Some(index) = next.filter(|index| !seen[*index]) {
            seen[index] = true;
            path.push(index);
            next = needs[index].iter().copied().find(|need| waits[*need] > 0);
        }
        if let Some(begin) = path.iter().position(|index| next == Some(*index)) {
            diagnostics.push(circle(&path[begin..], nodes));
        }
    }
}

fn circle(members: &[usize], nodes: &[Node<'_>]) -> Diagnostic {
    const SHOWN: usize = 8;
    let mut names: Vec<String> = members.iter().take(SHOWN).map(|index| nodes[*index].address()).collect();
    names.push(if members.len() > SHOWN { "...".to_owned() } else { names[0].clone() });
    let error = Diagnostic::error(format!("values need each other in a circle: {}", names.join(" -> ")));
    error.at(nodes[members[0]].span())
}
