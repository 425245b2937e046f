//! What the shell provisioners share: scripts, environment, exit codes.

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{Environment, Scripts};
use crate::source::{Span, Spanned};
use crate::template::interpolate::{Late, Site};

use super::incomplete;

pub(in crate::plan::resolve) const DEFAULT_SHEBANG: &str = "/bin/sh -e";

/// One of `inline`, `script`, `scripts` and, where it exists, `command`.
pub(super) fn scripts(decoder: &mut Decoder<'_>, command: Option<&'static str>) -> Scripts {
    let keys: Vec<&'static str> = ["inline", "script", "scripts"].into_iter().chain(command).collect();
    let set: Vec<&'static str> = keys.iter().copied().filter(|key| !decoder.raw_strings(key).is_empty()).collect();
    let names = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    match set.as_slice() {
        [] => incomplete(decoder, &format!("one of {names} must be set")),
        [_] => {}
        [first, second, ..] => decoder.exclusive(first, second),
    }
    let files = files(decoder);
    match command {
        _ if !files.is_empty() => Scripts::Files(files),
        Some(command) if decoder.is_set(command) => {
            Scripts::Inline { lines: command_line(decoder, command), shebang: None }
        }
        _ => Scripts::Inline { lines: lines(decoder), shebang: None },
    }
}

fn files(decoder: &mut Decoder<'_>) -> Vec<std::path::PathBuf> {
    let mut paths = decoder.spanned_strings("scripts");
    if let Some(script) = decoder.string("script") {
        paths.push(Spanned::new(script, decoder.span("script")));
    }
    for path in &paths {
        decoder.require("script", &path.value, Expect::File, &path.span);
    }
    paths.into_iter().map(|path| path.value.into()).collect()
}

fn lines(decoder: &mut Decoder<'_>) -> Vec<Late> {
    decoder.late_strings("inline", Site::Map(fields::BUILD)).into_iter().map(|line| line.value).collect()
}

fn command_line(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<Late> {
    decoder.late(key, Site::Map(fields::BUILD)).into_iter().collect()
}

/// `environment_vars` with `env` laid over.
pub(super) fn environment(decoder: &mut Decoder<'_>) -> Environment {
    let mut environment = Environment::new();
    for pair in decoder.raw_strings("environment_vars") {
        let entry = entry(decoder, &pair);
        environment.extend(decoder.take(entry));
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

/// Exit codes that count as success.
pub(super) fn exit_codes(decoder: &mut Decoder<'_>) -> Vec<u32> {
    let codes = decoder.numbers("valid_exit_codes");
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
