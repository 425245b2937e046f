//! The functions that HCL expressions can call. `try`, `can` and `convert` look at expressions instead of
//! values, `templatefile` evaluates a text, `env` is there only in the defaults of variables: these
//! belong to the evaluator.

#[cfg(test)]
mod any_arguments;
mod arguments;
#[cfg(test)]
mod cases;
mod collections;
mod crypto;
mod dates;
mod encoding;
mod files;
mod limits;
mod network;
mod numbers;
mod services;
mod table;
mod text;

use std::path::Path;

use super::value::Value;
use arguments::Arguments;
use table::Function;
#[cfg(test)]
use table::Needs;

/// What functions see besides their arguments.
#[derive(Clone, Copy, Debug)]
pub(in crate::template) struct Context<'a> {
    /// `path.root`: `file`, `fileexists` and `fileset` look there.
    pub(in crate::template) root: &'a Path,
    /// Where the program was started: `abspath` and `filebase64` look there.
    pub(in crate::template) working_folder: &'a Path,
    /// When the program was started: `legacy_isotime`.
    pub(in crate::template) started: jiff::Timestamp,
}

/// Why a call failed; the evaluator adds the place and the function's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template) struct CallError {
    /// A fragment such as "the separator must not be empty".
    pub(in crate::template) message: String,
    /// From 0, when one argument is to blame.
    pub(in crate::template) argument: Option<usize>,
    /// There is no such function.
    pub(in crate::template) is_unknown: bool,
}

impl CallError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), argument: None, is_unknown: false }
    }

    /// The argument at this index is to blame.
    fn of(argument: usize, message: impl Into<String>) -> Self {
        Self { argument: Some(argument), ..Self::new(message) }
    }
}

const GROUPS: &[&[&[Function]]] = &[
    collections::GROUPS,
    crypto::GROUPS,
    encoding::GROUPS,
    files::GROUPS,
    text::GROUPS,
    &[dates::FUNCTIONS, network::FUNCTIONS, numbers::FUNCTIONS, services::FUNCTIONS],
];

/// What the evaluator calls by itself.
const OF_THE_EVALUATOR: &[&str] = &["can", "convert", "env", "templatefile", "try"];

fn functions() -> impl Iterator<Item = &'static Function> {
    GROUPS.iter().copied().flatten().copied().flatten()
}

/// Calls a function. An argument that is not wholly known makes the result unknown, but for functions
/// that look only at the shape of it.
pub(in crate::template) fn call(name: &str, arguments: &[Value], context: &Context<'_>) -> Result<Value, CallError> {
    let Some(function) = functions().find(|function| function.name == name) else {
        return Err(CallError { is_unknown: true, ..CallError::new(format!("there is no function `{name}`")) });
    };
    match Arguments::prepare(function, arguments, context)? {
        Some(arguments) => function.run(&arguments).and_then(limits::check),
        None => Ok(Value::Unknown),
    }
}

/// All names, sorted; for suggestions.
pub(in crate::template) fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = functions().map(|function| function.name).collect();
    names.extend(OF_THE_EVALUATOR);
    names.sort_unstable();
    names.into_iter()
}
