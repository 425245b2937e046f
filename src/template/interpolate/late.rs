//! Texts that are complete only at run time.

use serde::{Serialize, Serializer};

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::value::Deferred;

use super::ast::{Base, Branch, Command, Definitions, Node, Operand, Pipeline, Tree};
use super::evaluate::{Missing, evaluate};
use super::growth::Growth;
use super::{Fields, Scope, Site};

/// A text in which everything known at plan time is filled in and the dot-variables are not.
#[derive(Clone)]
pub struct Late {
    body: Body,
    /// As written in the template: errors show this one, which no value was filled into.
    written: String,
}

#[derive(Clone)]
enum Body {
    Filled {
        tree: Tree,
        missing: Missing,
    },
    /// An expression over the running build; the text it yields is filled in then.
    Deferred {
        value: Deferred,
        /// This many bytes at its beginning were used before: the name in `NAME=value`.
        used: usize,
        scope: Box<Scope>,
        site: OwnedSite,
    },
}

/// A `Site` that stays.
#[derive(Clone)]
struct OwnedSite {
    names: Vec<String>,
    is_struct: bool,
}

impl OwnedSite {
    fn of(site: Site<'_>) -> Self {
        let (Site::Struct(names) | Site::Map(names)) = site;
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Self { names, is_struct: matches!(site, Site::Struct(_)) }
    }

    fn late(&self, scope: &Scope, text: &str, span: &Span) -> Result<Late, Diagnostic> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        scope.late(text, span, if self.is_struct { Site::Struct(&names) } else { Site::Map(&names) })
    }
}

/// A late text that cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} in `{text}`")]
pub struct RenderError {
    pub message: String,
    pub text: String,
}

impl Late {
    /// A text without any late value.
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        let tree = Tree { nodes: vec![Node::Text(text.clone())], definitions: Definitions::new() };
        Self { body: Body::Filled { tree, missing: Missing::NoValue }, written: text }
    }

    pub(super) fn new(tree: Tree, written: &str, site: Site<'_>) -> Self {
        let missing = match site {
            Site::Struct(_) => Missing::Error,
            Site::Map(_) => Missing::NoValue,
        };
        Self { body: Body::Filled { tree, missing }, written: written.to_owned() }
    }

    /// What an expression yields in the running build, but for its first `used` bytes.
    pub(super) fn deferred(value: Deferred, used: usize, scope: &Scope, site: Site<'_>) -> Self {
        let written = value.written();
        let written = after_name(&written, used).to_owned();
        let scope = Box::new(scope.clone());
        Self { body: Body::Deferred { value, used, scope, site: OwnedSite::of(site) }, written }
    }

    /// Fills in the dot-variables. Their values are taken as they are: braces in them mean nothing.
    pub fn render(&self, fields: &Fields) -> Result<String, RenderError> {
        match &self.body {
            Body::Filled { tree, missing } => {
                evaluate(tree, fields, *missing, &Growth::default()).map_err(|problem| self.error(problem.message))
            }
            Body::Deferred { value, used, scope, site } => {
                let text = value.text(fields).map_err(|diagnostic| self.error(diagnostic.message))?;
                let rest = text.get(*used..).unwrap_or_default();
                let span = Span::whole("build", &*self.written);
                let late = site.late(scope, rest, &span).map_err(|diagnostic| self.error(diagnostic.message))?;
                late.render(fields)
            }
        }
    }

    fn error(&self, message: String) -> RenderError {
        RenderError { message, text: self.written.clone() }
    }

    /// The text, if nothing in it is late.
    pub fn known(&self) -> Option<String> {
        let Body::Filled { tree, .. } = &self.body else { return None };
        let texts = tree.nodes.iter().map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// Whether the text depends on a dot-variable.
    pub fn uses(&self, field: &str) -> bool {
        match &self.body {
            Body::Filled { tree, .. } => {
                in_nodes(&tree.nodes, field) || tree.definitions.values().any(|nodes| in_nodes(nodes, field))
            }
            Body::Deferred { value, .. } => value.uses(field),
        }
    }
}

/// What stands behind the name of `NAME=value`, if the name is written out.
fn after_name(written: &str, used: usize) -> &str {
    match written.split_at_checked(used) {
        Some((name, value)) if name.ends_with('=') && !name.contains("${") => value,
        _ => written,
    }
}

fn in_nodes(nodes: &[Node], field: &str) -> bool {
    nodes.iter().any(|node| match node {
        Node::Action(pipeline) => in_pipeline(pipeline, field),
        Node::Branch(Branch { condition, then, otherwise, .. }) => {
            in_pipeline(condition, field) || in_nodes(then, field) || in_nodes(otherwise, field)
        }
        Node::Call { argument, .. } => argument.as_ref().is_some_and(|pipeline| in_pipeline(pipeline, field)),
        Node::Text(_) | Node::Break | Node::Continue => false,
    })
}

fn in_pipeline(pipeline: &Pipeline, field: &str) -> bool {
    let in_command = |command: &Command| command.operands.iter().any(|operand| in_operand(operand, field));
    pipeline.commands.iter().any(in_command)
}

/// All of the data counts as each of its fields.
fn in_operand(operand: &Operand, field: &str) -> bool {
    match &operand.base {
        Base::Nested(pipeline) => in_pipeline(pipeline, field),
        Base::Dot => operand.fields.first().is_none_or(|name| name == field),
        Base::Variable(name) if name.is_empty() => operand.fields.first().is_none_or(|name| name == field),
        Base::Variable(_) | Base::Literal(_) | Base::Function(_) => false,
    }
}

/// Two texts are the same when they say the same, wherever they were written.
impl PartialEq for Late {
    fn eq(&self, other: &Self) -> bool {
        let missing = |late: &Self| match &late.body {
            Body::Filled { missing, .. } => Some(*missing),
            Body::Deferred { .. } => None,
        };
        missing(self) == missing(other) && self.to_string() == other.to_string()
    }
}

/// Only what the template says: what was filled in may be secret.
impl std::fmt::Debug for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Late").field(&self.written).finish()
    }
}

/// The source form, with `{{ .Name }}` for what is late. Secrets are filled in, so a writer must mask them.
impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.body {
            Body::Filled { tree, .. } => tree.fmt(f),
            Body::Deferred { .. } => f.write_str(&self.written),
        }
    }
}

impl Serialize for Late {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
