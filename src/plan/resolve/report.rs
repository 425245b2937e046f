//! Diagnostics with the names of the builds they belong to.

use std::collections::HashMap;
use std::ops::Range;

use crate::diag::{Diagnostic, Diagnostics};

/// More different findings are only counted.
const LIMIT: usize = 200;

/// How many builds a finding names.
const NAMES: usize = 10;

/// Findings of several builds. A provisioner that is wrong for all of them is reported once.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
    /// The numbers of the findings with a message at a place.
    numbers: HashMap<(String, Option<Range<usize>>), Vec<usize>>,
    rest: Diagnostics,
}

#[derive(Debug)]
struct Finding {
    diagnostic: Diagnostic,
    /// The first of the builds that have it.
    builds: Vec<String>,
    /// How many there are, and the last one.
    count: usize,
    last: String,
}

impl Report {
    pub(super) fn add(&mut self, build: &str, found: Diagnostics) {
        self.rest.leave_out(found.left_out());
        for diagnostic in found {
            self.add_one(build, diagnostic);
        }
    }

    fn add_one(&mut self, build: &str, diagnostic: Diagnostic) {
        let place = diagnostic.label.as_ref().map(|(span, _)| span.range.clone());
        let key = (diagnostic.message.clone(), place);
        let mut known = self.numbers.get(&key).into_iter().flatten().copied();
        if let Some(number) = known.find(|number| self.findings[*number].diagnostic == diagnostic) {
            self.findings[number].add(build);
        } else if self.findings.len() < LIMIT {
            self.numbers.entry(key).or_default().push(self.findings.len());
            self.findings.push(Finding::new(diagnostic, build));
        } else {
            self.rest.push(Finding::new(diagnostic, build).named());
        }
    }

    /// In the order of the template; what has no place in it comes first.
    pub(super) fn into_diagnostics(mut self) -> Diagnostics {
        self.findings.sort_by_key(|finding| finding.diagnostic.label.as_ref().map(|(span, _)| span.range.start));
        let mut diagnostics = Diagnostics::default();
        self.findings.into_iter().for_each(|finding| diagnostics.push(finding.named()));
        diagnostics.extend(self.rest);
        diagnostics
    }
}

impl Finding {
    fn new(diagnostic: Diagnostic, build: &str) -> Self {
        Self { diagnostic, builds: vec![build.to_owned()], count: 1, last: build.to_owned() }
    }

    /// A build's findings come one after the other.
    fn add(&mut self, build: &str) {
        if self.last == build {
            return;
        }
        self.count += 1;
        build.clone_into(&mut self.last);
        if self.builds.len() < NAMES {
            self.builds.push(build.to_owned());
        }
    }

    fn named(self) -> Diagnostic {
        let names: Vec<_> = self.builds.iter().map(|build| format!("`{build}`")).collect();
        let noun = if self.count == 1 { "build" } else { "builds" };
        let more = self.count - names.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = format!("{noun} {}{more}: {}", names.join(", "), self.diagnostic.message);
        Diagnostic { message, ..self.diagnostic }
    }
}
