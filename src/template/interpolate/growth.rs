//! A bound on the text that actions make, so that values which double each other end in an error instead
//! of filling the memory.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::problem::Problem;
use super::value::Value;

/// In bytes, over all texts that share a scope: the values of variables, or the options of all builds.
const LIMIT: usize = 128 << 20;

/// In bytes. A function may hold some copies of its result until it is counted.
pub(super) const VALUE_LIMIT: usize = 4 << 20;

/// What was made so far. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Growth(Arc<AtomicUsize>);

impl Growth {
    pub(super) fn add(&self, bytes: usize, range: &Range<usize>) -> Result<(), Problem> {
        // Nothing is added behind the limit, so the sum cannot overflow.
        let before = self.0.fetch_add(bytes.min(LIMIT), Ordering::Relaxed);
        if bytes <= VALUE_LIMIT && before + bytes <= LIMIT {
            return Ok(());
        }
        self.0.fetch_sub(bytes.min(LIMIT), Ordering::Relaxed);
        Err(Problem::new(range, too_large()).help("look for values that contain each other twice, and for loops"))
    }

    /// Counts text that is read as a template again: its tree is that much larger.
    pub(super) fn add_read_again(&self, text: &str) -> Result<(), Problem> {
        self.add(text.len().saturating_mul(8), &(0..usize::MAX))
    }

    /// Counts a value that was made.
    pub(super) fn admit(&self, value: Value, range: &Range<usize>) -> Result<Value, Problem> {
        if let Value::String(text) = &value {
            self.add(text.len(), range)?;
        }
        Ok(value)
    }
}

pub(super) fn too_large() -> String {
    format!("the text grows beyond {} MiB, or all texts beyond {} MiB", VALUE_LIMIT >> 20, LIMIT >> 20)
}
