//! `only`, `except` and `override` must name builders that exist.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};

use super::component::{Content, Filter, SharedProvisioner};

pub(super) fn check(content: &Content, diagnostics: &mut Diagnostics) {
    let known: BTreeSet<_> = content.builders.iter().map(|builder| builder.raw_name.value.as_str()).collect();
    let list = known.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let mut names = Names { known, list, diagnostics };
    for (index, provisioner) in content.provisioners.iter().enumerate() {
        names.check_provisioner(&format!("provisioner {}", index + 1), provisioner);
    }
    if let Some(provisioner) = &content.error_cleanup_provisioner {
        names.check_provisioner("the error-cleanup-provisioner", provisioner);
    }
    for (sequence, steps) in content.post_processors.iter().enumerate() {
        for (step, shared) in steps.iter().enumerate() {
            let what = format!("post-processor {}.{}", sequence + 1, step + 1);
            names.check_filter(&what, &shared.filter, &shared.post_processor.kind.span);
        }
    }
}

/// How many builders a help names.
const SHOWN: usize = 20;

struct Names<'a> {
    /// The raw names of all builders.
    known: BTreeSet<&'a str>,
    /// The first of them, for people.
    list: String,
    diagnostics: &'a mut Diagnostics,
}

impl Names<'_> {
    fn check_provisioner(&mut self, what: &str, provisioner: &SharedProvisioner) {
        self.check_filter(what, &provisioner.filter, provisioner.span());
        for (name, config) in &provisioner.overrides {
            self.check_name(&format!("`override` of {what}"), name, &config.span);
        }
    }

    fn check_filter(&mut self, what: &str, filter: &Filter, span: &Span) {
        if !filter.only.is_empty() && !filter.except.is_empty() {
            let message = format!("{what} has both `only` and `except`");
            self.diagnostics.push(Diagnostic::error(message).at(span).help("keep one of the two"));
        }
        for (key, names) in [("only", &filter.only), ("except", &filter.except)] {
            for Spanned { value, span } in names {
                self.check_name(&format!("`{key}` of {what}"), value, span);
            }
        }
    }

    fn check_name(&mut self, place: &str, name: &str, span: &Span) {
        if self.known.contains(name) {
            return;
        }
        self.diagnostics.push_error_with(|| {
            let error = Diagnostic::error(format!("{place} names the builder `{name}`, which does not exist"));
            let error = error.at(span).suggest(name, self.known.iter().copied());
            let known = format!("the builders are: {}", self.list);
            if error.help.is_some() { error } else { error.help(known) }
        });
    }
}
