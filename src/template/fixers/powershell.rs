//! PowerShell: escapes that are made for the user today.

use crate::source::Spanned;
use crate::template::value::{Kind, Value};

use super::Role;
use super::component::Component;

const ESCAPES: [(&str, &str); 4] = [("`$", "$"), ("`\"", "\""), ("``", "`"), ("`'", "'")];

/// In environment variables and in the account that scripts run under.
pub(super) fn escapes(component: &mut Component<'_>) {
    if !component.is(Role::Provisioner, &["powershell"]) {
        return;
    }
    for (key, value) in &mut component.options.entries {
        let changed = match (key.value.as_str(), &mut value.kind) {
            ("elevated_user" | "elevated_password", _) => unescape(value).is_some(),
            ("environment_vars", Kind::List(items)) => items.iter_mut().filter_map(unescape).count() > 0,
            _ => continue,
        };
        if changed {
            let Spanned { value: name, span } = key;
            let message = format!("`{name}` has escapes for PowerShell");
            let finding = crate::diag::Diagnostic::warning(message).at(span);
            component.diagnostics.push(finding.help("they are taken out, since Packer makes them itself"));
        }
    }
}

/// Something when there were escapes.
fn unescape(value: &mut Value) -> Option<()> {
    let Kind::String(text) = &mut value.kind else { return None };
    let plain = ESCAPES.iter().fold(text.clone(), |text, (escape, character)| text.replace(escape, character));
    (std::mem::replace(text, plain) != *text).then_some(())
}
