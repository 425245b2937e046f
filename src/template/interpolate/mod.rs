//! `{{ }}`: Go's template language as Packer templates use it, with spans and with values that are
//! known only at run time.
//!
//! A text goes through `lexer`, `parser` (to the tree in `ast`) and `fold`, which fills in what a
//! `Scope` knows. What is left is a `Late`: it needs no scope, only the values of its dot-variables,
//! which `evaluate` takes when the machine runs.

mod ast;
mod calls;
mod evaluate;
mod fold;
mod functions;
mod growth;
mod late;
mod lexer;
mod parser;
mod place;
mod problem;
mod quote;
mod references;
mod scope;
pub(in crate::template) mod time;
mod value;

use std::collections::BTreeMap;

pub(super) use calls::{Call, calls};
pub use late::{Late, RenderError};
pub(super) use lexer::Dots;
pub(super) use place::within as place_within;
pub(super) use problem::Problem;
pub(super) use references::references;
pub use scope::{Facts, Scope};

/// The dot-variables of a place: what `{{ .Name }}` stands for there.
pub type Fields = BTreeMap<String, String>;

/// What a place offers as dot-variables, and what happens to a name it does not offer.
#[derive(Clone, Copy, Debug)]
pub enum Site<'a> {
    /// An unknown `.X` is an error that names the known ones.
    Struct(&'a [&'a str]),
    /// An unknown `.X` renders `<no value>`.
    Map(&'a [&'a str]),
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
