//! Fills in what is known at plan time. What is left depends on dot-variables only, and on functions
//! that need nothing but their arguments, so that it can be evaluated without a `Scope`.

mod bindings;
mod expression;

use std::ops::Range;

use super::ast::{Branch, BranchKind, Definitions, Node, Operand, Pipeline, Tree};
use super::evaluate::{Missing, evaluate};
use super::lexer::Dots;
use super::parser;
use super::problem::Problem;
use super::value::Value;
use super::{Fields, Scope, Site};
use bindings::{Bindings, assigned_names, declares};

/// Values may hold templates that hold values; past this the text feeds on itself.
const PASS_LIMIT: usize = 100;

/// Everything that one pass over a text yields. Dot-variables have no value.
pub(super) fn fold_once(scope: &Scope, tree: Tree) -> Result<String, Problem> {
    let tree = Folder::new(scope, Site::Map(&[]), &tree).tree(tree)?;
    evaluate(&tree, &Fields::new(), Missing::NoValue, &scope.growth)
}

/// A tree in which only the site's dot-variables are open. Text that comes out of values is read again.
pub(super) fn fold(scope: &Scope, site: Site<'_>, tree: Tree) -> Result<Tree, Problem> {
    let mut tree = Folder::new(scope, site, &tree).tree(tree)?;
    let whole = 0..usize::MAX;
    let mut definitions = std::mem::take(&mut tree.definitions);
    for pass in 0.. {
        let mut again = Again { scope, site, definitions: &mut definitions, changed: false };
        tree.nodes = again.nodes(tree.nodes)?;
        if !again.changed {
            break;
        }
        if pass == PASS_LIMIT {
            return Err(Problem::new(&whole, "the text still changes after 100 rounds of filling in"));
        }
    }
    tree.definitions = definitions;
    Ok(tree)
}

/// What `.` is.
#[derive(Clone)]
enum Dot {
    /// The data of the site.
    Root,
    Known(Value),
    /// Known only at run time, and not the site's data.
    Inner,
}

struct Folder<'a> {
    scope: &'a Scope,
    site: Site<'a>,
    dot: Dot,
    bindings: Bindings,
}

impl<'a> Folder<'a> {
    fn new(scope: &'a Scope, site: Site<'a>, tree: &Tree) -> Self {
        Self { scope, site, dot: Dot::Root, bindings: Bindings::new(assigned_names(tree)) }
    }

    fn tree(mut self, tree: Tree) -> Result<Tree, Problem> {
        let nodes = self.nodes(tree.nodes)?;
        let mut definitions = Definitions::new();
        self.dot = Dot::Inner;
        for (name, body) in tree.definitions {
            self.bindings.clear();
            definitions.insert(name, self.nodes(body)?);
        }
        Ok(Tree { nodes, definitions })
    }

    fn nodes(&mut self, nodes: Vec<Node>) -> Result<Vec<Node>, Problem> {
        let mut folded = Vec::new();
        for node in nodes {
            match node {
                Node::Action(pipeline) => self.action(pipeline, &mut folded)?,
                Node::Branch(branch) => self.branch(branch, &mut folded)?,
                Node::Call { name, argument, range } => {
                    let argument = argument.map(|pipeline| self.kept(pipeline)).transpose()?;
                    folded.push(Node::Call { name, argument, range });
                }
                node @ (Node::Text(_) | Node::Break | Node::Continue) => folded.push(node),
            }
        }
        Ok(folded)
    }

    fn action(&mut self, mut pipeline: Pipeline, folded: &mut Vec<Node>) -> Result<(), Problem> {
        let binding = pipeline.binding.take();
        let range = pipeline.range.clone();
        let outcome = self.pipeline(pipeline)?;
        match (binding, outcome) {
            (None, Folded::Known(value)) => folded.push(Node::Text(value.to_string())),
            (None, Folded::Late(pipeline)) => folded.push(Node::Action(pipeline)),
            (Some(binding), outcome) => {
                let stays = self.bindings.bind(&binding, outcome.known());
                if stays {
                    let pipeline = outcome.into_pipeline(&range);
                    folded.push(Node::Action(Pipeline { binding: Some(binding), ..pipeline }));
                }
            }
        }
        Ok(())
    }

    /// A pipeline where one must remain.
    fn kept(&mut self, pipeline: Pipeline) -> Result<Pipeline, Problem> {
        let range = pipeline.range.clone();
        Ok(self.pipeline(pipeline)?.into_pipeline(&range))
    }

    fn branch(&mut self, branch: Branch, folded: &mut Vec<Node>) -> Result<(), Problem> {
        let outer = self.bindings.depth();
        let result = self.branch_in_scope(branch, folded);
        self.bindings.truncate(outer);
        result
    }

    /// The side that is taken where that is known; otherwise the branch with both sides folded.
    fn branch_in_scope(&mut self, mut branch: Branch, folded: &mut Vec<Node>) -> Result<(), Problem> {
        let range = branch.condition.range.clone();
        let binding = branch.condition.binding.take();
        let outcome = self.pipeline(branch.condition)?;
        let known = outcome.known().filter(|_| branch.kind != BranchKind::Range).cloned();
        let stays = binding.as_ref().is_some_and(|binding| self.bindings.bind(binding, known.as_ref()));
        branch.condition = Pipeline { binding, ..outcome.into_pipeline(&range) };
        match known {
            Some(value) if !stays => folded.extend(kept_apart(self.chosen(branch, &value)?, &range)),
            _ => folded.push(self.open_branch(branch)?),
        }
        Ok(())
    }

    fn open_branch(&mut self, branch: Branch) -> Result<Node, Problem> {
        let Branch { kind, condition, then, otherwise } = branch;
        let then = match kind {
            BranchKind::If => self.nodes(then)?,
            BranchKind::With | BranchKind::Range => self.with_dot(Dot::Inner, then)?,
        };
        Ok(Node::Branch(Branch { kind, condition, then, otherwise: self.nodes(otherwise)? }))
    }

    /// The side that a known condition takes.
    fn chosen(&mut self, branch: Branch, value: &Value) -> Result<Vec<Node>, Problem> {
        match (value.is_true(), branch.kind) {
            (false, _) => self.nodes(branch.otherwise),
            (true, BranchKind::With) => self.with_dot(Dot::Known(value.clone()), branch.then),
            (true, _) => self.nodes(branch.then),
        }
    }

    fn with_dot(&mut self, dot: Dot, nodes: Vec<Node>) -> Result<Vec<Node>, Problem> {
        let outer = std::mem::replace(&mut self.dot, dot);
        let folded = self.nodes(nodes);
        self.dot = outer;
        folded
    }
}

/// What a pipeline comes to.
enum Folded {
    Known(Value),
    Late(Pipeline),
}

impl Folded {
    fn known(&self) -> Option<&Value> {
        match self {
            Self::Known(value) => Some(value),
            Self::Late(_) => None,
        }
    }

    fn into_pipeline(self, range: &Range<usize>) -> Pipeline {
        match self {
            Self::Known(value) => Pipeline::of(Operand::literal(value, range)),
            Self::Late(pipeline) => pipeline,
        }
    }
}

/// Keeps variables that `nodes` declare away from what follows.
fn kept_apart(nodes: Vec<Node>, range: &Range<usize>) -> Vec<Node> {
    if !declares(&nodes) {
        return nodes;
    }
    let condition = Pipeline::of(Operand::literal(Value::Bool(true), range));
    vec![Node::Branch(Branch { kind: BranchKind::If, condition, then: nodes, otherwise: Vec::new() })]
}

/// Reads text again that came out of values and holds actions.
struct Again<'a> {
    scope: &'a Scope,
    site: Site<'a>,
    definitions: &'a mut Definitions,
    changed: bool,
}

impl Again<'_> {
    fn nodes(&mut self, nodes: Vec<Node>) -> Result<Vec<Node>, Problem> {
        let mut out = Vec::new();
        for node in joined(nodes) {
            match node {
                Node::Text(text) if text.contains("{{") => out.extend(self.text(&text)?),
                Node::Branch(branch) => {
                    let (then, otherwise) = (self.nodes(branch.then)?, self.nodes(branch.otherwise)?);
                    out.push(Node::Branch(Branch { then, otherwise, ..branch }));
                }
                node => out.push(node),
            }
        }
        Ok(out)
    }

    fn text(&mut self, text: &str) -> Result<Vec<Node>, Problem> {
        self.changed = true;
        self.scope.growth.add_read_again(text)?;
        let tree = parser::parse(text, Dots::Parse)
            .and_then(|tree| Folder::new(self.scope, self.site, &tree).tree(tree))
            .map_err(from_a_value)?;
        self.definitions.extend(tree.definitions);
        Ok(joined(tree.nodes))
    }
}

/// The text is not what the user wrote at the place, and may be secret: the problem points at all of it.
fn from_a_value(problem: Problem) -> Problem {
    let message = format!("{}, in a text that a variable or a function gave", problem.message);
    Problem { range: 0..usize::MAX, message, ..problem }
}

/// Neighbouring texts as one.
fn joined(nodes: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for node in nodes {
        match (out.last_mut(), node) {
            (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
            (_, node) => out.push(node),
        }
    }
    out
}
