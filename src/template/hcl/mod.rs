//! HCL2 templates: `.pkr.hcl`, the same in JSON (`.pkr.json`), and folders of them.
//!
//! A text goes through `syntax` (a tree with spans, from either notation), and `evaluate` turns its
//! expressions into `value`s with the help of `functions`.

pub(super) mod evaluate;
pub(super) mod format;
pub(super) mod functions;
pub(super) mod syntax;
pub(super) mod value;
