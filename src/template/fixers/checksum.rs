//! The installer's checksum: one option today, up to three in old templates.

use crate::source::Spanned;
use crate::template::value::{Kind, Value};

use super::Role;
use super::component::Component;

/// One of the old options.
struct Part {
    key: Spanned<String>,
    value: Value,
    text: String,
}

/// `iso_md5` and `iso_checksum_url` say all by themselves; `iso_checksum_type` goes before `iso_checksum`. Texts may
/// hold `{{ }}`, so they are joined as they are written.
pub(super) fn fix(component: &mut Component<'_>) {
    if component.role != Role::Builder {
        return;
    }
    let algorithm = take(component, "iso_checksum_type");
    let url = take(component, "iso_checksum_url").filter(|url| !url.text.is_empty());
    let md5 = take(component, "iso_md5");
    if let Some(none) = algorithm.as_ref().filter(|algorithm| algorithm.text.eq_ignore_ascii_case("none")) {
        return replace(component, none, "none".to_owned());
    }
    match (url, md5, algorithm) {
        (Some(url), _, _) => replace(component, &url, format!("file:{}", url.text)),
        (None, Some(md5), _) if component.is_set("iso_checksum") => component.warn_unused(&md5.key, "iso_checksum"),
        (None, Some(md5), _) => replace(component, &md5, format!("md5:{}", md5.text)),
        (None, None, Some(algorithm)) => prefix(component, &algorithm),
        (None, None, None) => {}
    }
}

fn take(component: &mut Component<'_>, key: &str) -> Option<Part> {
    let (key, value) = component.remove(key)?;
    match &value.kind {
        Kind::String(text) => Some(Part { key, text: text.clone(), value }),
        Kind::Null => None,
        // Not a text that could be joined: the one who reads the options says so.
        _ => {
            component.options.entries.push((key, value));
            None
        }
    }
}

fn replace(component: &mut Component<'_>, old: &Part, checksum: String) {
    component.warn_replaced(&old.key, &format!("`\"iso_checksum\": \"{checksum}\"`"));
    component.set("iso_checksum", Kind::String(checksum), &old.key.span, &old.value.span);
}

/// A checksum that names its algorithm already keeps it.
fn prefix(component: &mut Component<'_>, algorithm: &Part) {
    let checksum = component.text("iso_checksum").unwrap_or_default();
    let is_whole = checksum.is_empty() || checksum == "none" || names_algorithm(checksum) || algorithm.text.is_empty();
    if is_whole {
        return component.warn_replaced(&algorithm.key, "a part of `iso_checksum`");
    }
    let checksum = format!("{}:{checksum}", algorithm.text);
    component.warn_replaced(&algorithm.key, "the part of `iso_checksum` before a colon");
    if let Some((key, value)) = component.remove("iso_checksum") {
        component.set("iso_checksum", Kind::String(checksum), &key.span, &value.span);
    }
}

/// A colon outside of `{{ }}`.
fn names_algorithm(checksum: &str) -> bool {
    checksum.split("{{").next().is_some_and(|start| start.contains(':'))
}
