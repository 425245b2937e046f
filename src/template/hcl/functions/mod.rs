//! The functions that HCL expressions can call. `try`, `can` and `convert` look at expressions instead of
//! values and `templatefile` evaluates a text: these four belong to the evaluator.

use std::path::Path;

use super::value::Value;

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

/// Calls a function. An argument that is not wholly known makes the result unknown, but for functions
/// that look only at the shape of it.
pub(in crate::template) fn call(name: &str, arguments: &[Value], context: &Context<'_>) -> Result<Value, CallError> {
    let _ = (arguments, context);
    Err(CallError { message: format!("there is no function `{name}`"), argument: None, is_unknown: true })
}

/// All names, sorted; for suggestions.
pub(in crate::template) fn names() -> impl Iterator<Item = &'static str> {
    std::iter::empty()
}
