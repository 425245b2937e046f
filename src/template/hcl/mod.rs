//! HCL2 templates: `.pkr.hcl`, the same in JSON (`.pkr.json`), and folders of them.
//!
//! A text goes through `syntax` (a tree with spans, from either notation), and `evaluate` turns its
//! expressions into `value`s with the help of `functions`.

mod blocks;
mod component;
mod content;
mod data;
mod deferred;
mod evaluate;
mod filter;
pub(super) mod format;
mod functions;
mod globals;
mod inputs;
mod load;
mod syntax;
#[cfg(test)]
mod tests;
mod value;
mod world;

pub(super) use content::Content;
pub use data::DataRequest;
pub use deferred::Deferred;
pub(super) use load::{is_meant, load, parse};
