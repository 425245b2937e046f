//! Data sources: values from outside, read before anything is built.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::value::Object;
use crate::template::variables::{DataMode, VariableInputs};

use super::blocks::SourceBlock;
use super::component;
use super::value::Value;
use super::world::World;

/// What a data source is asked.
#[derive(Clone, Debug)]
pub struct DataRequest {
    /// Such as `http`.
    pub kind: Spanned<String>,
    pub options: Object,
}

const KINDS: [&str; 2] = ["http", "null"];

pub(super) fn is_known(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// The values of a data source. `None`: nobody knows the type; `try` may still save who asks for them.
pub(super) fn read(
    block: &SourceBlock,
    world: &World,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    if !is_known(&block.kind.value) {
        let warning = Diagnostic::warning(format!("unknown data source type `{}`", block.kind.value));
        diagnostics.push(warning.at(&block.kind.span).suggest(&block.kind.value, KINDS));
        return None;
    }
    let options = component::object(&block.body, world, None, diagnostics);
    let request = DataRequest { kind: block.kind.clone(), options };
    let read = match inputs.data {
        DataMode::Unknown => return Some(Value::Unknown),
        DataMode::Check(check) => Err(check(&request)),
        DataMode::Read(read) => read(&request),
    };
    match read {
        Ok(texts) => Some(outputs(texts)),
        Err(found) => {
            diagnostics.extend(found);
            Some(Value::Unknown)
        }
    }
}

fn outputs(texts: BTreeMap<String, String>) -> Value {
    Value::map(texts.into_iter().map(|(name, text)| (name, Value::string(text))).collect())
}
