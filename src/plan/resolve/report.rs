//! Diagnostics with the names of the builds they belong to.

use crate::diag::{Diagnostic, Diagnostics};

/// Findings of several builds. A provisioner that is wrong for all of them is reported once.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<(Vec<String>, Diagnostic)>);

impl Report {
    pub(super) fn add(&mut self, build: &str, found: Diagnostics) {
        for diagnostic in found {
            match self.0.iter_mut().find(|(_, known)| *known == diagnostic) {
                Some((builds, _)) if builds.iter().any(|known| known == build) => {}
                Some((builds, _)) => builds.push(build.to_owned()),
                None => self.0.push((vec![build.to_owned()], diagnostic)),
            }
        }
    }

    /// In the order of the template; what has no place in it comes first.
    pub(super) fn into_diagnostics(mut self) -> Diagnostics {
        self.0.sort_by_key(|(_, diagnostic)| diagnostic.label.as_ref().map(|(span, _)| span.range.start));
        let mut diagnostics = Diagnostics::default();
        for (builds, mut diagnostic) in self.0 {
            let names: Vec<_> = builds.iter().map(|build| format!("`{build}`")).collect();
            let noun = if names.len() == 1 { "build" } else { "builds" };
            diagnostic.message = format!("{noun} {}: {}", names.join(", "), diagnostic.message);
            diagnostics.push(diagnostic);
        }
        diagnostics
    }
}
