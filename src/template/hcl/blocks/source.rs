//! `source` and `data`: a type, a name, and options of which nothing is known here.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::hcl::syntax::{Block, Body};

use super::is_identifier;
use super::parts::labels;

#[derive(Debug)]
pub(in crate::template::hcl) struct SourceBlock {
    pub(in crate::template::hcl) kind: Spanned<String>,
    pub(in crate::template::hcl) name: Spanned<String>,
    pub(in crate::template::hcl) body: Body,
}

impl SourceBlock {
    /// `type.name`
    pub(in crate::template::hcl) fn address(&self) -> Spanned<String> {
        joined(&self.kind, &self.name)
    }
}

fn joined(kind: &Spanned<String>, name: &Spanned<String>) -> Spanned<String> {
    Spanned::new(format!("{}.{}", kind.value, name.value), name.span.clone())
}

/// `type.name` of a block, if it is a source.
pub(super) fn address(block: &Block) -> Option<Spanned<String>> {
    match block.labels.as_slice() {
        [kind, name] if block.kind.value == "source" => Some(joined(kind, name)),
        _ => None,
    }
}

pub(super) fn read(block: &Block, diagnostics: &mut Diagnostics) -> Option<SourceBlock> {
    let [kind, name] = labels(block, ["type", "name"], diagnostics)?;
    for label in [kind, name] {
        if !is_identifier(&label.value) {
            let error = Diagnostic::error(format!("`{}` cannot be a label of `{}`", label.value, block.kind.value));
            diagnostics.push(error.at(&label.span).help("use letters, digits, `_` and `-`; a letter comes first"));
        }
    }
    Some(SourceBlock { kind: kind.clone(), name: name.clone(), body: block.body.clone() })
}
