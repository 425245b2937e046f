//! The template's own lists of algorithms.

use crate::diag::Diagnostic;
use crate::plan::communicator::algorithms::Names;
use crate::plan::decode::Decoder;
use crate::source::Spanned;

/// The names that can be spoken, in the template's order. One that SSH knows and we do not is passed over, as
/// long as another is left.
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
    if names.unspoken.contains(&name.value.as_str()) {
        let message = format!("`{}` in `{key}` is passed over: this program does not speak it", name.value);
        return Diagnostic::warning(message).at(&name.span);
    }
    let error = Diagnostic::error(format!("`{key}` has no `{}`", name.value)).at(&name.span);
    error.suggest(&name.value, names.spoken())
}
