//! The template's own lists of algorithms.

use crate::diag::Diagnostic;
use crate::plan::communicator::algorithms::Names;
use crate::plan::decode::Decoder;
use crate::source::Spanned;

/// The names that can be spoken, in the template's order. Others are passed over, as long as one is left.
pub(super) fn named(decoder: &mut Decoder<'_>, key: &'static str, names: Names, is_used: bool) -> Vec<String> {
    let given = decoder.spanned_strings(key);
    if !is_used || given.is_empty() {
        return Vec::new();
    }
    let mut chosen = Vec::new();
    for name in &given {
        if names.spoken().any(|spoken| spoken == name.value) {
            chosen.push(name.value.clone());
        } else {
            decoder.push(finding(key, name, names));
        }
    }
    if chosen.is_empty() {
        let spoken = names.spoken().collect::<Vec<_>>().join(", ");
        let error = Diagnostic::error(format!("no algorithm in `{key}` can be used")).at(&decoder.span(key));
        decoder.push(error.help(format!("there are {spoken}")));
    }
    chosen
}

fn finding(key: &str, name: &Spanned<String>, names: Names) -> Diagnostic {
    let passed_over = |reason: &str| {
        let message = format!("`{}` in `{key}` is passed over: {reason}", name.value);
        Diagnostic::warning(message).at(&name.span)
    };
    if names.unspoken.contains(&name.value.as_str()) {
        return passed_over("this program does not speak it");
    }
    passed_over("SSH has no such algorithm").suggest(&name.value, names.spoken())
}
