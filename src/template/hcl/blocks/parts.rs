//! Taking the parts of a body by name, and reporting those that nobody asked for.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::hcl::syntax::{Attribute, Block, Body, Expression};

/// A body whose attributes and blocks are all known by name.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    body: &'a Body,
    attributes: Vec<&'static str>,
    blocks: Vec<&'static str>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(body: &'a Body) -> Self {
        Self { body, attributes: Vec::new(), blocks: Vec::new() }
    }

    pub(super) fn attribute(&mut self, name: &'static str) -> Option<&'a Attribute> {
        self.attributes.push(name);
        self.body.attribute(name)
    }

    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Arc<Expression>> {
        self.attribute(name).map(|attribute| &attribute.value)
    }

    pub(super) fn blocks(&mut self, kind: &'static str) -> impl Iterator<Item = &'a Block> + use<'a> {
        self.blocks.push(kind);
        self.body.blocks.iter().filter(move |block| block.kind.value == kind)
    }

    /// Reports what was not asked for; `place` is such as "a `build` block".
    pub(super) fn finish(self, place: &str, diagnostics: &mut Diagnostics) {
        for attribute in &self.body.attributes {
            let name = &attribute.name;
            if self.attributes.contains(&name.value.as_str()) {
                continue;
            }
            let error = Diagnostic::error(format!("{place} has no argument `{}`", name.value)).at(&name.span);
            diagnostics.push(if self.blocks.contains(&name.value.as_str()) {
                error.help(format!("`{}` is a block: write it without `=`", name.value))
            } else {
                error.suggest(&name.value, self.attributes.iter().copied())
            });
        }
        for block in &self.body.blocks {
            let kind = &block.kind;
            if self.blocks.contains(&kind.value.as_str()) {
                continue;
            }
            let error = Diagnostic::error(format!("{place} has no block `{}`", kind.value)).at(&kind.span);
            diagnostics.push(if self.attributes.contains(&kind.value.as_str()) {
                error.help(format!("`{0}` is an argument: write `{0} = ...`", kind.value))
            } else {
                error.suggest(&kind.value, self.blocks.iter().copied())
            });
        }
    }
}

/// The labels of a block, if there are as many as it needs; `names` say what they mean.
pub(super) fn labels<'a, const N: usize>(
    block: &'a Block,
    names: [&str; N],
    diagnostics: &mut Diagnostics,
) -> Option<&'a [Spanned<String>; N]> {
    has_labels(block, &names, diagnostics);
    <&[_; N]>::try_from(block.labels.as_slice()).ok()
}

/// Whether a block has as many labels as it needs.
pub(super) fn has_labels(block: &Block, names: &[&str], diagnostics: &mut Diagnostics) -> bool {
    let (needed, given) = (names.len(), block.labels.len());
    if needed != given {
        let kind = &block.kind.value;
        let noun = if needed == 1 { "label" } else { "labels" };
        let shown: Vec<String> = names.iter().map(|name| format!(" \"{name}\"")).collect();
        let error = Diagnostic::error(format!("a `{kind}` block has {needed} {noun}, not {given}")).at(&block.span);
        diagnostics.push(error.help(format!("write it as {kind}{} {{ ... }}", shown.concat())));
    }
    needed == given
}
