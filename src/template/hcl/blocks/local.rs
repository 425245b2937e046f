//! `locals` and `local`.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::hcl::syntax::{Block, Expression};

use super::parts::{Parts, labels};
use super::variable::flag;

/// A named expression.
#[derive(Debug)]
pub(in crate::template::hcl) struct LocalBlock {
    pub(in crate::template::hcl) name: Spanned<String>,
    pub(in crate::template::hcl) value: Arc<Expression>,
    pub(in crate::template::hcl) sensitive: bool,
}

/// `locals { name = expression }`
pub(super) fn read_all(block: &Block, diagnostics: &mut Diagnostics) -> Vec<LocalBlock> {
    for inner in &block.body.blocks {
        let error = Diagnostic::error(format!("`locals` has no block `{}`", inner.kind.value)).at(&inner.span);
        diagnostics.push(error.help("it holds names with their values: write `name = ...`"));
    }
    let attributes = block.body.attributes.iter();
    attributes
        .map(|attribute| LocalBlock {
            name: attribute.name.clone(),
            value: Arc::clone(&attribute.value),
            sensitive: false,
        })
        .collect()
}

/// `local "name" { expression = ..., sensitive = ... }`
pub(super) fn read(block: &Block, diagnostics: &mut Diagnostics) -> Option<LocalBlock> {
    let [name] = labels(block, ["name"], diagnostics)?;
    let mut parts = Parts::new(&block.body);
    let value = parts.value("expression").cloned();
    let sensitive = parts.value("sensitive").is_some_and(|written| flag(written, diagnostics));
    parts.finish("a `local` block", diagnostics);
    let Some(value) = value else {
        diagnostics.push(Diagnostic::error("a `local` block needs `expression`").at(&block.span));
        return None;
    };
    Some(LocalBlock { name: name.clone(), value, sensitive })
}
