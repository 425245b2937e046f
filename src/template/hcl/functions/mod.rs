//! The functions that HCL expressions can call. `try`, `can` and `convert` look at expressions instead of
//! values, `templatefile` evaluates a text, `env` is there only in the defaults of variables: these
//! belong to the evaluator.

#[cfg(test)]
mod any_arguments;
mod arguments;
mod base64;
#[cfg(test)]
mod cases;
mod dates;
mod digests;
mod encoding;
mod file_set;
mod files;
mod format;
mod ids;
mod json;
mod limits;
mod lists;
mod maps;
mod network;
mod numbers;
mod paths;
mod re2;
mod regex;
mod rsa;
mod services;
mod sets;
mod strings;
mod table;
mod unify;
mod yaml;

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

const GROUPS: &[&[Function]] = &[
    base64::FUNCTIONS,
    dates::FUNCTIONS,
    digests::FUNCTIONS,
    encoding::FUNCTIONS,
    files::FUNCTIONS,
    format::FUNCTIONS,
    ids::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    maps::FUNCTIONS,
    network::FUNCTIONS,
    numbers::FUNCTIONS,
    paths::FUNCTIONS,
    regex::FUNCTIONS,
    services::FUNCTIONS,
    sets::FUNCTIONS,
    strings::FUNCTIONS,
    yaml::FUNCTIONS,
];

/// What the evaluator calls by itself.
const OF_THE_EVALUATOR: &[&str] = &["can", "convert", "env", "templatefile", "try"];

/// Calls a function. An argument that is not wholly known makes the result unknown, but for functions
/// that look only at the shape of it.
pub(in crate::template) fn call(name: &str, arguments: &[Value], context: &Context<'_>) -> Result<Value, CallError> {
    let Some(function) = GROUPS.iter().copied().flatten().find(|function| function.name == name) else {
        return Err(CallError { is_unknown: true, ..CallError::new(format!("there is no function `{name}`")) });
    };
    match Arguments::prepare(function, arguments, context)? {
        Some(arguments) => function.run(&arguments).and_then(limits::check),
        None => Ok(Value::Unknown),
    }
}

/// All names, sorted; for suggestions.
pub(in crate::template) fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = GROUPS.iter().copied().flatten().map(|function| function.name).collect();
    names.extend(OF_THE_EVALUATOR);
    names.sort_unstable();
    names.into_iter()
}
