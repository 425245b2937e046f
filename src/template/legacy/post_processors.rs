//! The `post-processors` of a template: a list of sequences, each in one of three forms.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::PostProcessor;
use crate::template::value::{Kind, Object, Value};

use super::component::{Filter, SharedPostProcessor};
use super::object::{list, string, strings, take, take_type, wrong_kind};

pub(super) fn read(value: Option<Value>, diagnostics: &mut Diagnostics) -> Vec<Vec<SharedPostProcessor>> {
    let values = list(value, "`post-processors`", diagnostics);
    let sequences = values.into_iter().enumerate();
    sequences.map(|(index, value)| sequence(value, index + 1, diagnostics)).collect()
}

/// A list is a sequence; anything else is a sequence of one.
fn sequence(value: Value, number: usize, diagnostics: &mut Diagnostics) -> Vec<SharedPostProcessor> {
    let steps = match value.kind {
        Kind::List(steps) => steps,
        _ => vec![value],
    };
    let mut sequence = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        let post_processor = post_processor(step, &format!("post-processor {number}.{}", index + 1), diagnostics);
        sequence.extend(diagnostics.take(post_processor));
    }
    sequence
}

fn post_processor(value: Value, what: &str, diagnostics: &mut Diagnostics) -> Result<SharedPostProcessor, Diagnostic> {
    match value.kind {
        Kind::String(kind) if kind.is_empty() => {
            Err(Diagnostic::error(format!("{what} has no `type`")).at(&value.span))
        }
        Kind::String(kind) => Ok(bare(Spanned::new(kind, value.span))),
        Kind::Map(config) => with_config(config, what, diagnostics),
        Kind::List(_) => {
            Err(Diagnostic::error(format!("{what}: a sequence cannot stand inside of a sequence")).at(&value.span))
        }
        _ => Err(wrong_kind(what, "a string, a map or a list of those", &value)),
    }
}

/// `"compress"`: the type alone.
fn bare(kind: Spanned<String>) -> SharedPostProcessor {
    let config = Object { entries: Vec::new(), span: kind.span.clone() };
    let post_processor = PostProcessor { name: kind.value.clone(), kind, keep_input_artifact: None, config };
    SharedPostProcessor { post_processor, filter: Filter::default() }
}

/// The common keys are strict here: a string is neither a list nor a boolean.
fn with_config(
    mut config: Object,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Result<SharedPostProcessor, Diagnostic> {
    let kind = take_type(&mut config, what)?;
    let name = take(&mut config, "name").map(|value| string(value, &format!("the `name` of {what}"))).transpose()?;
    let keep_input_artifact = take(&mut config, "keep_input_artifact");
    let mut names = |key: &str| {
        let value = take(&mut config, key);
        value.map(|value| strings(value, &format!("`{key}` of {what}"), false, diagnostics)).unwrap_or_default()
    };
    let filter = Filter { only: names("only"), except: names("except") };
    let post_processor = PostProcessor {
        name: name.map_or_else(|| kind.value.clone(), |name| name.value),
        kind,
        keep_input_artifact: keep_input_artifact.and_then(|value| diagnostics.take(flag(&value, what))),
        config,
    };
    Ok(SharedPostProcessor { post_processor, filter })
}

fn flag(value: &Value, what: &str) -> Result<bool, Diagnostic> {
    match value.kind {
        Kind::Bool(flag) => Ok(flag),
        _ => Err(wrong_kind(&format!("`keep_input_artifact` of {what}"), "true or false", value)),
    }
}
