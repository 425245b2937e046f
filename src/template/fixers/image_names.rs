//! The names that images get in clouds.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::value::{Kind, Object, Value};

use super::Role;
use super::component::Component;

/// `{{.CreateTime}}` was a field of two options; the function `timestamp` says the same everywhere.
pub(super) fn create_time(component: &mut Component<'_>) {
    if component.role != Role::Builder {
        return;
    }
    for (key, value) in &mut component.options.entries {
        if let ("ami_name" | "snapshot_name", Kind::String(text)) = (key.value.as_str(), &mut value.kind)
            && let Some(renewed) = with_timestamp(text)
        {
            *text = renewed;
            let warning = Diagnostic::warning(format!("`{{{{.CreateTime}}}}` in `{}` is an old form", key.value));
            component.diagnostics.push(warning.at(&value.span).help("it is read as `{{timestamp}}`"));
        }
    }
}

fn with_timestamp(text: &str) -> Option<String> {
    let mut pieces = text.split("{{");
    let mut renewed = pieces.next()?.to_owned();
    let mut is_changed = false;
    for piece in pieces {
        renewed.push_str("{{");
        match piece.split_once("}}") {
            Some((action, rest)) if action.trim() == ".CreateTime" => {
                renewed.extend(["timestamp}}", rest]);
                is_changed = true;
            }
            _ => renewed.push_str(piece),
        }
    }
    is_changed.then_some(renewed)
}

/// `clean_ami_name` and `clean_image_name` are one function today.
pub(super) fn clean_names(component: &mut Component<'_>) {
    if component.role == Role::Builder {
        rename_functions(component.options, component.diagnostics);
    }
}

fn rename_functions(options: &mut Object, diagnostics: &mut Diagnostics) {
    for (_, Value { kind, span }) in &mut options.entries {
        match kind {
            Kind::String(text) if text.contains("{{") => {
                for old in ["clean_ami_name", "clean_image_name"] {
                    if !text.contains(old) {
                        continue;
                    }
                    *text = text.replace(old, "clean_resource_name");
                    let warning = Diagnostic::warning(format!("`{old}` is the old name of `clean_resource_name`"));
                    diagnostics.push(warning.at(span).help("it is read as `clean_resource_name`"));
                }
            }
            Kind::Map(inner) => rename_functions(inner, diagnostics),
            _ => {}
        }
    }
}
