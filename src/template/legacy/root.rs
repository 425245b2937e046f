//! The keys at the root of a template.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::value::{Kind, Object, Value};
use crate::template::variables::resolve::Declaration;

use super::object::{list, map, string, strings, take, wrong_kind};

const KEYS: [&str; 10] = [
    "builders",
    "comments",
    "description",
    "error-cleanup-provisioner",
    "min_packer_version",
    "post-processors",
    "provisioners",
    "push",
    "sensitive-variables",
    "variables",
];

/// The root, taken apart.
pub(super) struct Root {
    pub(super) description: Option<String>,
    pub(super) min_packer_version: Option<Spanned<String>>,
    pub(super) variables: Vec<Declaration>,
    pub(super) sensitive: Vec<Spanned<String>>,
    pub(super) builders: Option<Value>,
    pub(super) provisioners: Option<Value>,
    pub(super) error_cleanup_provisioner: Option<Value>,
    pub(super) post_processors: Option<Value>,
}

impl Root {
    pub(super) fn read(mut object: Object, diagnostics: &mut Diagnostics) -> Self {
        let sensitive = take(&mut object, "sensitive-variables");
        let root = Self {
            description: take(&mut object, "description")
                .and_then(|value| diagnostics.take(string(value, "`description`")))
                .map(|text| text.value),
            min_packer_version: take(&mut object, "min_packer_version")
                .and_then(|value| diagnostics.take(string(value, "`min_packer_version`"))),
            variables: variables(take(&mut object, "variables"), diagnostics),
            sensitive: sensitive
                .map(|value| strings(value, "`sensitive-variables`", false, diagnostics))
                .unwrap_or_default(),
            builders: take(&mut object, "builders"),
            provisioners: take(&mut object, "provisioners"),
            error_cleanup_provisioner: take(&mut object, "error-cleanup-provisioner"),
            post_processors: take(&mut object, "post-processors"),
        };
        check_unused(&mut object, diagnostics);
        report_rest(object, diagnostics);
        root
    }
}

fn variables(value: Option<Value>, diagnostics: &mut Diagnostics) -> Vec<Declaration> {
    let Some(object) = value.and_then(|value| diagnostics.take(map(value, "`variables`"))) else { return Vec::new() };
    object.entries.into_iter().filter_map(|(name, value)| diagnostics.take(declaration(name, value))).collect()
}

fn declaration(name: Spanned<String>, value: Value) -> Result<Declaration, Diagnostic> {
    let default = match value.kind {
        Kind::Null => None,
        Kind::String(text) => Some(Spanned::new(text, value.span)),
        _ => {
            let finding = wrong_kind(&format!("the default of variable `{}`", name.value), "a string or null", &value);
            return Err(
                finding.help("put the value in double quotes; options take numbers and booleans as strings too")
            );
        }
    };
    Ok(Declaration { name, default })
}

/// Options of a service that is gone, and notes: without effect, but they must have their form.
fn check_unused(object: &mut Object, diagnostics: &mut Diagnostics) {
    if let Some(push) = take(object, "push") {
        diagnostics.take(map(push, "`push`"));
    }
    for comment in list(take(object, "comments"), "`comments`", diagnostics) {
        let Some(comment) = diagnostics.take(map(comment, "each entry of `comments`")) else { continue };
        for (key, value) in comment.entries {
            diagnostics.take(string(value, &format!("comment `{}`", key.value)));
        }
    }
}

/// `_comments` must be strings; any other key that is left is unknown.
fn report_rest(mut object: Object, diagnostics: &mut Diagnostics) {
    object.entries.sort_by(|(left, _), (right, _)| left.value.cmp(&right.value));
    for (key, value) in object.entries {
        if !key.value.starts_with('_') {
            diagnostics.push(
                Diagnostic::error(format!("unknown key `{}` at the root of the template", key.value))
                    .at(&key.span)
                    .suggest(&key.value, KEYS),
            );
        } else if !matches!(value.kind, Kind::String(_)) {
            diagnostics.push(wrong_kind(&format!("comment `{}`", key.value), "a string", &value));
        }
    }
}
