//! What the shell provisioners share: scripts, environment, exit codes.

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{Environment, Scripts};
use crate::source::{Span, Spanned};
use crate::template::interpolate::{Late, Site};
use crate::template::value::Deferred;

pub(in crate::plan::resolve) const DEFAULT_SHEBANG: &str = "/bin/sh -e";

/// One of `inline`, `script`, `scripts` and, where it exists, `command`. The shebang is left open.
pub(super) fn scripts(decoder: &mut Decoder<'_>, command: Option<&'static str>) -> Scripts {
    let mut lines = decoder.late_strings("inline", Site::Map(fields::BUILD));
    let script = decoder.string("script").map(|script| Spanned::new(script, decoder.span("script")));
    let files = decoder.spanned_strings("scripts");
    let line =
        command.and_then(|key| Some(Spanned::new(decoder.late(key, Site::Map(fields::BUILD))?, decoder.span(key))));
    let mut given = vec![("inline", !lines.is_empty()), ("script", script.is_some()), ("scripts", !files.is_empty())];
    given.extend(command.map(|key| (key, line.is_some())));
    require_one(decoder, &given);
    lines.extend(line);
    let files: Vec<_> = files.into_iter().chain(script).collect();
    for file in &files {
        decoder.require("script", &file.value, Expect::File, &file.span);
    }
    if files.is_empty() {
        return Scripts::Inline { lines: lines.into_iter().map(|line| line.value).collect(), shebang: None };
    }
    Scripts::Files(files.into_iter().map(|file| file.value.into()).collect())
}

fn require_one(decoder: &mut Decoder<'_>, given: &[(&'static str, bool)]) {
    let set: Vec<&'static str> = given.iter().filter(|(_, is_given)| *is_given).map(|(key, _)| *key).collect();
    match set.as_slice() {
        [] => {
            let keys: Vec<&'static str> = given.iter().map(|(key, _)| *key).collect();
            let names = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            decoder.missing(&keys, Diagnostic::error(format!("one of {names} must be set")));
        }
        [_] => {}
        [first, second, ..] => decoder.exclusive(first, second),
    }
}

/// `environment_vars` with `env` laid over.
pub(super) fn environment(decoder: &mut Decoder<'_>) -> Environment {
    let mut environment = Environment::new();
    let deferred = decoder.deferred_items("environment_vars");
    for (at, pair) in decoder.raw_strings("environment_vars").into_iter().enumerate() {
        let entry = match deferred.get(&at) {
            Some(value) => deferred_entry(decoder, value, &pair.span),
            None => entry(decoder, &pair),
        };
        let entry = decoder.take(entry);
        if let Some((_, value)) = &entry {
            decoder.warn_of_no_value(&pair.value, &value.to_string(), &pair.span);
        }
        environment.extend(entry);
    }
    environment.extend(decoder.late_map("env", Site::Map(fields::BUILD)));
    environment
}

/// A `NAME=value`. Where a variable of the template holds all of it, it is split after it is rendered.
fn entry(decoder: &Decoder<'_>, pair: &Spanned<String>) -> Result<(String, Late), Diagnostic> {
    let scope = decoder.scope();
    if let Some((name, value)) = split_outside_actions(&pair.value) {
        let name = scope.render(name, &pair.span)?;
        let value = scope.late(value, &pair.span, Site::Map(fields::BUILD))?;
        return named(name, value, &pair.span);
    }
    let text = scope.render(&pair.value, &pair.span)?;
    let (name, value) = text.split_once('=').unwrap_or_default();
    named(name.to_owned(), Late::literal(value), &pair.span)
}

/// A `NAME=value` over the running build. The name must not depend on it.
fn deferred_entry(decoder: &Decoder<'_>, value: &Deferred, span: &Span) -> Result<(String, Late), Diagnostic> {
    let anyhow = |sample: &str| {
        let facts = fields::BUILD.iter().map(|&name| (name.to_owned(), sample.to_owned())).collect();
        value.text(&facts).map(|text| text.split_once('=').map(|(name, _)| name.to_owned()).unwrap_or_default())
    };
    let name = anyhow("0")?;
    if name != anyhow("1")? {
        return Err(Diagnostic::error("the name of an environment variable cannot depend on the build").at(span));
    }
    let late = decoder.scope().deferred(value, name.len() + 1, Site::Map(fields::BUILD));
    named(name, late, span)
}

fn named(name: String, value: Late, span: &Span) -> Result<(String, Late), Diagnostic> {
    if name.is_empty() {
        return Err(Diagnostic::error("an environment variable is written as `NAME=value`").at(span));
    }
    Ok((name, value))
}

/// Splits at the first `=` that is not within `{{ }}`.
fn split_outside_actions(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let equals = from + text[from..].find('=')?;
        match text[from..equals].find("{{") {
            None => return Some((&text[..equals], &text[equals + 1..])),
            Some(open) => from += open + text[from + open..].find("}}")? + 2,
        }
    }
}

/// Exit codes that count as success. One below 0, which Windows has, reaches us as the same bits without a sign.
pub(super) fn exit_codes(decoder: &mut Decoder<'_>) -> Vec<u32> {
    const KEY: &str = "valid_exit_codes";
    let code = |code: i64| u32::try_from(code).or_else(|_| i32::try_from(code).map(i32::cast_unsigned));
    let codes: Result<Vec<u32>, _> = decoder.integers(KEY).into_iter().map(code).collect();
    let codes = codes.unwrap_or_else(|_| {
        decoder.reject(KEY, format!("`{KEY}` holds a number out of range"));
        Vec::new()
    });
    if codes.is_empty() { vec![0] } else { codes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equals_sign_in_an_action_does_not_split() {
        assert_eq!(split_outside_actions("A=b=c"), Some(("A", "b=c")));
        assert_eq!(split_outside_actions("{{user `a=b`}}x=c"), Some(("{{user `a=b`}}x", "c")));
        assert_eq!(split_outside_actions("{{user `pair`}}"), None);
        assert_eq!(split_outside_actions("{{user `a=b`}}"), None);
        assert_eq!(split_outside_actions("=x"), Some(("", "x")));
    }
}
