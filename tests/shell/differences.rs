//! Every difference from Packer that is meant. `docs/differences.md` tells readers of them.

use std::collections::BTreeSet;

use crate::trial::Case;

/// One difference: Packer's form, ours, and why; the same words are in the page for readers.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) why: &'static str,
}

pub(crate) const ALL: &[Difference] = &[];

/// What we are expected to do where Packer did this.
pub(crate) fn apply(_case: &Case, lines: Vec<String>, _used: &mut BTreeSet<usize>) -> Vec<String> {
    lines
}
