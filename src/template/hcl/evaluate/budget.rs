//! A bound on what the expressions of one template may create and how long they may take, so that a list
//! doubled thirty times or a few nested `for` end in an error instead of filling the memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::value::Value;

/// In bytes that are created or looked at.
const DEFAULT_LIMIT: u64 = 256 * 1024 * 1024;

/// What it costs to evaluate an expression, whatever it is.
const STEP: u64 = 16;

/// What a value costs besides its text.
const ELEMENT: u64 = 32;

/// Values nested deeper than this are refused; recursion over values is thereby bounded. Expressions and
/// files that are read nest less deep, only locals that contain locals get here.
const DEPTH_LIMIT: usize = 200;

/// Shared by all evaluations of one template. It only shrinks: `try` does not give anything back.
#[derive(Debug)]
pub(in crate::template) struct Budget {
    spent: AtomicU64,
    limit: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(DEFAULT_LIMIT)
    }
}

impl Budget {
    pub(in crate::template) fn new(limit: u64) -> Self {
        Self { spent: AtomicU64::new(0), limit }
    }

    pub(super) fn charge(&self, bytes: u64, span: &Span) -> Result<(), Diagnostic> {
        let before = self.spent.fetch_add(bytes.min(self.limit), Ordering::Relaxed);
        if before.saturating_add(bytes) <= self.limit {
            return Ok(());
        }
        Err(Diagnostic::error(format!("the template's values grow beyond {} MiB", self.limit / (1024 * 1024)))
            .at_with(span, "the limit is reached here")
            .help("look for lists that double and for `for` inside of `for`"))
    }

    /// Whether nothing is left, so that every further evaluation fails for the same reason.
    pub(in crate::template) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > self.limit
    }

    pub(super) fn charge_step(&self, span: &Span) -> Result<(), Diagnostic> {
        self.charge(STEP, span)
    }

    pub(super) fn charge_text(&self, text: &str, span: &Span) -> Result<(), Diagnostic> {
        self.charge(text.len() as u64, span)
    }

    /// Charges for a whole value, shared parts as often as they occur in it, and bounds its depth.
    pub(super) fn admit(&self, value: Value, span: &Span) -> Result<Value, Diagnostic> {
        self.charge_value(&value, span)?;
        Ok(value)
    }

    pub(super) fn charge_value(&self, value: &Value, span: &Span) -> Result<(), Diagnostic> {
        self.charge_nested(value, span, 0)
    }

    fn charge_nested(&self, value: &Value, span: &Span, depth: usize) -> Result<(), Diagnostic> {
        if depth > DEPTH_LIMIT {
            return Err(Diagnostic::error(format!("the value is nested more than {DEPTH_LIMIT} deep")).at(span));
        }
        match value {
            Value::Unknown | Value::Null | Value::Bool(_) | Value::Number(_) => self.charge(ELEMENT, span),
            Value::String(text) => self.charge(ELEMENT + text.len() as u64, span),
            Value::List(items) | Value::Set(items) => {
                self.charge(ELEMENT, span)?;
                items.iter().try_for_each(|item| self.charge_nested(item, span, depth + 1))
            }
            Value::Map(entries) => {
                self.charge(ELEMENT, span)?;
                entries.iter().try_for_each(|(key, item)| {
                    self.charge(ELEMENT + key.len() as u64, span)?;
                    self.charge_nested(item, span, depth + 1)
                })
            }
        }
    }
}
