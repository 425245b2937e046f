//! Diagnostics: what is wrong with a text, where, and how to mend it. They are collected, not thrown.

mod record;
mod render;

use serde::Serialize;

use crate::source::Span;

pub use record::{Place, Position, Range, Record};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// One finding about a template, a variable or a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A lower-case sentence without a full stop.
    pub message: String,
    /// The place, and what to write beside it (may be empty).
    pub label: Option<(Span, String)>,
    /// A second place that has to do with it, and why. Few have one, and errors should be small.
    pub related: Option<Box<(Span, String)>>,
    /// The next step for the reader.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), label: None, related: None, help: None }
    }

    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    #[must_use]
    pub fn at(self, span: &Span) -> Self {
        self.at_with(span, "")
    }

    #[must_use]
    pub fn at_with(mut self, span: &Span, label: impl Into<String>) -> Self {
        self.label = Some((span.clone(), label.into()));
        self
    }

    #[must_use]
    pub fn related(mut self, span: &Span, label: impl Into<String>) -> Self {
        self.related = Some(Box::new((span.clone(), label.into())));
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn shortened(mut self) -> Self {
        shorten(&mut self.message);
        self.label.iter_mut().chain(self.related.as_deref_mut()).for_each(|(_, label)| shorten(label));
        self.help.iter_mut().for_each(shorten);
        self
    }

    /// Adds "did you mean" when a candidate is close to `name`.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(name, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }
}

/// How many errors are kept, and how many warnings. Nobody reads more, and a file can hold millions.
const KEPT: usize = 100;

/// Bytes of a sentence that are kept: what it quotes can be as long as the file.
const SENTENCE_LIMIT: usize = 2000;

/// What was found while a text was read, in order: the first errors, the first warnings, and the
/// numbers of those behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    kept_counts: Counts,
    left_out: Counts,
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
}

impl Counts {
    fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        }
    }

    fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
    }
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let kept = self.kept_counts.of(diagnostic.severity);
        if *kept == KEPT {
            *self.left_out.of(diagnostic.severity) += 1;
            return;
        }
        *kept += 1;
        self.kept.push(diagnostic.shortened());
    }

    /// Makes the finding, an error, only if it is kept: for what can be wrong a million times in one text.
    pub fn push_error_with(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.kept_counts.errors == KEPT {
            self.left_out.errors += 1;
        } else {
            self.push(make());
        }
    }

    pub fn extend(&mut self, other: Diagnostics) {
        self.leave_out(other.left_out);
        other.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// What was found but not kept.
    pub fn left_out(&self) -> Counts {
        self.left_out
    }

    /// Counts findings that another collection did not keep.
    pub fn leave_out(&mut self, counts: Counts) {
        self.left_out.add(counts);
    }

    /// Keeps the value, or keeps the diagnostic and gives `None`.
    pub fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// The same findings, none of which stops anything.
    #[must_use]
    pub fn into_warnings(mut self) -> Self {
        self.kept.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
        for counts in [&mut self.kept_counts, &mut self.left_out] {
            *counts = Counts { errors: 0, warnings: counts.errors + counts.warnings };
        }
        self
    }

    pub fn has_errors(&self) -> bool {
        self.kept_counts.errors + self.left_out.errors > 0
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.left_out == Counts::default()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.kept.iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut all = Self::default();
        all.push(diagnostic);
        all
    }
}

/// A longer name was not mistyped. Comparing takes the product of both lengths in time and memory.
const NAME_LIMIT: usize = 100;
/// More names than anybody knows by heart are not searched for one that is alike.
const CANDIDATES_LIMIT: usize = 1000;

/// The candidate nearest to `name`, if it is near enough to be a typing mistake.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().take(NAME_LIMIT + 1).count();
    if length > NAME_LIMIT {
        return None;
    }
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .take(CANDIDATES_LIMIT)
        .filter(|candidate| candidate.chars().take(length + limit + 1).count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn shorten(sentence: &mut String) {
    if sentence.len() > SENTENCE_LIMIT {
        let end = (0..=SENTENCE_LIMIT).rev().find(|&at| sentence.is_char_boundary(at));
        sentence.truncate(end.unwrap_or_default());
        sentence.push_str(" ...");
        sentence.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(count: usize, diagnostic: &Diagnostic) -> Diagnostics {
        let mut all = Diagnostics::default();
        (0..count).for_each(|_| all.push(diagnostic.clone()));
        all
    }

    #[test]
    fn only_the_first_of_a_kind_are_kept() {
        let mut all = many(100_000, &Diagnostic::warning("odd"));
        assert!(!all.has_errors());
        all.extend(many(KEPT + 7, &Diagnostic::error("wrong")));
        all.extend(Diagnostic::error("the last").into());
        assert!(all.has_errors());
        let left_out = Counts { errors: 8, warnings: 100_000 - KEPT };
        assert_eq!((all.iter().count(), all.left_out()), (2 * KEPT, left_out));
    }

    #[test]
    fn a_sentence_ends_somewhere() {
        let all = Diagnostics::from(Diagnostic::error("é".repeat(5_000_000)).help("h".repeat(3000)));
        let diagnostic = all.iter().next().expect("it is kept");
        assert!(diagnostic.message.len() < 2010 && diagnostic.message.ends_with("é ..."));
        assert!(diagnostic.help.as_ref().is_some_and(|help| help.len() < 2010));
    }

    #[test]
    fn the_nearest_name_is_found_among_sane_ones() {
        assert_eq!(closest("headles", ["headless", "memory"]), Some("headless"));
        assert_eq!(closest("Headless", ["headless"]), Some("headless"));
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(closest(&"a".repeat(10_000_000), [format!("{}b", "a".repeat(10_000_000)).as_str()]), None);
    }
}
