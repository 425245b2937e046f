//! Warns of ``{{user `name`}}`` where no such variable exists: it renders as nothing, as in Packer.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::template::interpolate::{place_within, references};
use crate::template::value::{Kind, Object, Value};
use crate::template::variables::Variables;

/// A use of a user variable.
pub(super) struct Use {
    name: String,
    span: Span,
}

/// All uses outside of the variables' own values, which are checked when those are filled in.
pub(super) fn uses(root: &Object) -> Vec<Use> {
    let mut uses = Vec::new();
    for (key, value) in &root.entries {
        if !key.value.eq_ignore_ascii_case("variables") {
            collect(value, &mut uses);
        }
    }
    uses
}

fn collect(value: &Value, uses: &mut Vec<Use>) {
    match &value.kind {
        Kind::String(text) if text.contains("{{") => {
            let found = references(text).into_iter();
            uses.extend(found.map(|(name, range)| Use { name, span: place_within(&value.span, text, &range) }));
        }
        Kind::List(values) => values.iter().for_each(|value| collect(value, uses)),
        Kind::Map(object) => object.entries.iter().for_each(|(_, value)| collect(value, uses)),
        _ => {}
    }
}

/// One warning for each name that does not exist, at its first use.
pub(super) fn report(uses: Vec<Use>, variables: &Variables, diagnostics: &mut Diagnostics) {
    let known: BTreeSet<&str> = variables.0.iter().map(|variable| variable.name.as_str()).collect();
    let mut reported = BTreeSet::new();
    for Use { name, span } in uses {
        if !known.contains(name.as_str()) && reported.insert(name.clone()) {
            let finding = Diagnostic::warning(format!("there is no variable `{name}`; this gives an empty text"));
            diagnostics.push(finding.at(&span).suggest(&name, known.iter().copied()));
        }
    }
}
