//! JSON templates written as HCL2: what the command `hcl2_upgrade` prints.
//!
//! The result plans the same. Variables that are computed from others become local values, since the default of
//! an HCL2 variable cannot be; `{{user}}` becomes `${var}`; what only a running build knows stays in `{{ }}`, which
//! HCL2 templates have too. A builder keeps its name where that can be the label of a source.

mod build;
mod components;
mod layout;
mod names;
mod text;
mod variables;

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::source::SourceFile;

use super::fixers::{self, Role};
use super::value::{Kind, Object};
use super::{Template, json};
use layout::{Block, Body};
use names::Names;

/// What an option's value must be in HCL2, where a text does not stand for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    List,
    Flag,
    Integer,
    Duration,
    /// A map with options of its own, which is a block.
    Block,
    Other,
}

/// How the result is written.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Comments that explain the parts.
    pub annotations: bool,
    /// The form of an option of a component.
    pub form: &'a dyn Fn(Role, &str, &str) -> Form,
}

impl std::fmt::Debug for Style<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Style").field("annotations", &self.annotations).finish_non_exhaustive()
    }
}

/// The text of a template as HCL2. `template` is what the same text was read as; what was wrong then is not said
/// again.
pub fn upgrade(source: &Arc<SourceFile>, template: &Template, style: Style<'_>) -> (Option<String>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let Some(document) = diagnostics.take(json::parse(source, "template")) else { return (None, diagnostics) };
    let Kind::Map(mut root) = document.value.kind else { return (None, diagnostics) };
    fixers::mend_template(&mut root, &mut Diagnostics::default());
    let mut names = Names::default();
    let variables = variables::read(&root, &mut names, &mut diagnostics);
    let sources = build::name_sources(&root, template, &mut names, &mut diagnostics);
    let writer = Writer { names: &names, style };
    let mut body = Body::default();
    writer.head(&root, &mut body);
    writer.variables(&variables, &mut body);
    writer.sources(&sources, &mut body);
    writer.build(&root, &sources, &mut body);
    (Some(body.to_text()), diagnostics)
}

/// Writes the parts, with all names known.
struct Writer<'a> {
    names: &'a Names,
    style: Style<'a>,
}

impl Writer<'_> {
    fn annotate(&self, body: &mut Body, text: &str) {
        if self.style.annotations {
            body.comment(text);
        }
    }

    /// Notes, and the version that is needed.
    fn head(&self, root: &Object, body: &mut Body) {
        self.annotate(
            body,
            "Written by hcl2_upgrade from a JSON template. Blocks may be moved to other files of this folder\n\
             that end in .pkr.hcl; then give the folder in place of a file.",
        );
        let notes = root.entries.iter().filter(|(key, _)| key.value.starts_with('_'));
        for note in notes.filter_map(|(_, value)| string(&value.kind)) {
            body.comment(note);
        }
        if let Some(version) = text_of(root, "min_packer_version").filter(|version| !version.is_empty()) {
            let mut packer = Block::new("packer", &[]);
            packer.body.attribute("required_version", text::quoted(&format!(">= {version}")));
            body.block(packer);
        }
    }
}

fn string(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}

fn text_of<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    string(&object.get(key)?.kind)
}

/// The maps in a list; the template was read, so there is nothing else in it.
fn maps<'a>(object: &'a Object, key: &str) -> Vec<&'a Object> {
    match object.get(key).map(|value| &value.kind) {
        Some(Kind::List(items)) => items.iter().filter_map(|item| map(&item.kind)).collect(),
        _ => Vec::new(),
    }
}

fn map(kind: &Kind) -> Option<&Object> {
    match kind {
        Kind::Map(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
