//! What is wrong with a text, and where in it.

use std::ops::Range;

use crate::diag::{Diagnostic, closest};
use crate::source::Span;

use super::place;

/// A finding about a template text, with byte offsets in that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template) struct Problem {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// The user variable without a value that caused it.
    pub(in crate::template) unresolved: Option<String>,
}

impl Problem {
    pub(super) fn new(range: &Range<usize>, message: impl Into<String>) -> Self {
        Self { range: range.clone(), message: message.into(), help: None, unresolved: None }
    }

    pub(in crate::template) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(in crate::template) fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(name, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }

    /// The finding as the user sees it; `span` is where `text` is written.
    pub(in crate::template) fn diagnose(self, text: &str, span: &Span) -> Diagnostic {
        let place = place::within(span, text, &self.range);
        let diagnostic = Diagnostic::error(self.message).at(&place);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}
