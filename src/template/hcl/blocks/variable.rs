//! `variable` and `variables`.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::hcl::evaluate::evaluate_constant;
use crate::template::hcl::syntax::{Attribute, Block, Expression};
use crate::template::hcl::value::{Type, Value};

use super::is_identifier;
use super::parts::{Parts, labels};

/// A declared variable.
#[derive(Debug)]
pub(in crate::template::hcl) struct VariableBlock {
    pub(in crate::template::hcl) name: Spanned<String>,
    /// `None`: whatever the default is.
    pub(in crate::template::hcl) kind: Option<Type>,
    /// May call `env` and nothing else that looks around.
    pub(in crate::template::hcl) default: Option<Arc<Expression>>,
    pub(in crate::template::hcl) sensitive: bool,
    pub(in crate::template::hcl) validations: Vec<Validation>,
}

/// A condition on a variable's value.
#[derive(Debug)]
pub(in crate::template::hcl) struct Validation {
    pub(in crate::template::hcl) condition: Arc<Expression>,
    pub(in crate::template::hcl) message: String,
}

pub(super) fn read(block: &Block, diagnostics: &mut Diagnostics) -> Option<VariableBlock> {
    let [name] = labels(block, ["name"], diagnostics)?;
    if !is_identifier(&name.value) {
        let error = Diagnostic::error(format!("`{}` cannot be the name of a variable", name.value)).at(&name.span);
        diagnostics.push(error.help("use letters, digits, `_` and `-`; a letter comes first"));
    }
    let mut parts = Parts::new(&block.body);
    let kind = parts.value("type").and_then(|written| diagnostics.take(Type::parse(written)));
    let default = parts.value("default").map(|default| constant(default, &name.value, diagnostics));
    if let Some(written) = parts.value("description") {
        diagnostics.take(evaluate_constant(written).and_then(|value| text_or_null(&value, written)));
    }
    let sensitive = parts.value("sensitive").is_some_and(|written| flag(written, diagnostics));
    let validations =
        parts.blocks("validation").filter_map(|block| validation(block, &name.value, diagnostics)).collect();
    parts.finish("a `variable` block", diagnostics);
    Some(VariableBlock { name: name.clone(), kind, default, sensitive, validations })
}

/// `variables { name = default }`
pub(super) fn read_short(block: &Block, diagnostics: &mut Diagnostics) -> Vec<VariableBlock> {
    for inner in &block.body.blocks {
        let error = Diagnostic::error(format!("`variables` has no block `{}`", inner.kind.value)).at(&inner.span);
        diagnostics.push(error.help("it holds names with their defaults: write `name = ...`"));
    }
    let variable = |attribute: &Attribute| {
        let Attribute { name, value } = attribute;
        let default = Some(constant(value, &name.value, diagnostics));
        VariableBlock { name: name.clone(), kind: None, default, sensitive: false, validations: Vec::new() }
    };
    block.body.attributes.iter().map(variable).collect()
}

fn text_or_null(value: &Value, written: &Expression) -> Result<(), Diagnostic> {
    if *value == Value::Null {
        return Ok(());
    }
    let text = value.to_text().map(|_| ());
    text.map_err(|reason| Diagnostic::error(format!("`description`: {reason}")).at(&written.span))
}

pub(super) fn flag(written: &Expression, diagnostics: &mut Diagnostics) -> bool {
    let value = evaluate_constant(written).and_then(|value| match value {
        Value::Null => Ok(false),
        value => value.to_bool().map_err(|reason| Diagnostic::error(reason).at(&written.span)),
    });
    diagnostics.take(value).unwrap_or(false)
}

fn validation(block: &Block, variable: &str, diagnostics: &mut Diagnostics) -> Option<Validation> {
    let mut parts = Parts::new(&block.body);
    let condition = parts.value("condition").cloned();
    let message = parts.value("error_message").cloned();
    parts.finish("a `validation` block", diagnostics);
    let (Some(condition), Some(message)) = (condition, message) else {
        let error = Diagnostic::error("a `validation` block needs `condition` and `error_message`").at(&block.span);
        diagnostics.push(error);
        return None;
    };
    let is_own = refers_to_itself_only(&condition, variable, diagnostics);
    let message = diagnostics.take(sentence(&message))?;
    is_own.then_some(Validation { condition, message })
}

/// Whether a condition looks at its variable, and at nothing else.
fn refers_to_itself_only(condition: &Expression, variable: &str, diagnostics: &mut Diagnostics) -> bool {
    let references = condition.references();
    let is_self = |path: &[String]| matches!(path, [root, name, ..] if root == "var" && name == variable);
    let (own, others): (Vec<_>, Vec<_>) = references.iter().partition(|reference| is_self(&reference.path));
    for reference in &others {
        let error = format!("the condition of variable `{variable}` refers to `{}`", reference.path.join("."));
        let help = format!("it can look only at `var.{variable}`");
        diagnostics.push(Diagnostic::error(error).at(&reference.span).help(help));
    }
    if own.is_empty() {
        let error = format!("the condition of variable `{variable}` does not look at `var.{variable}`");
        diagnostics.push(Diagnostic::error(error).at(&condition.span));
    }
    others.is_empty() && !own.is_empty()
}

/// A default knows no other value. One that refers to any is reported, and is not known from then on.
fn constant(default: &Arc<Expression>, variable: &str, diagnostics: &mut Diagnostics) -> Arc<Expression> {
    const ROOTS: [&str; 7] = ["var", "local", "data", "path", "packer", "source", "build"];
    let references = default.references();
    let Some(reference) = references.iter().find(|reference| ROOTS.contains(&reference.root())) else {
        return Arc::clone(default);
    };
    let error = format!("the default of variable `{variable}` refers to `{}`", reference.path.join("."));
    let help = "a default is a constant or `env(...)`; what follows from other values is a local value";
    diagnostics.push(Diagnostic::error(error).at(&reference.span).help(help));
    Arc::new(Expression::literal(Value::Unknown, default.span.clone()))
}

/// Shown to people as it is, so it must be a sentence.
fn sentence(written: &Expression) -> Result<String, Diagnostic> {
    let Value::String(text) = evaluate_constant(written)? else {
        return Err(Diagnostic::error("`error_message` must be a string").at(&written.span));
    };
    let first_is_lower = text.chars().next().is_some_and(|first| first.is_alphabetic() && !first.is_uppercase());
    if text.is_empty() || first_is_lower || !text.ends_with(['.', '?', '!']) {
        return Err(Diagnostic::error("`error_message` must be a whole sentence")
            .at(&written.span)
            .help("begin it with a capital letter and end it with `.`, `?` or `!`"));
    }
    Ok(text.to_string())
}
