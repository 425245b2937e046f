//! Texts with `{{ }}` to texts with `${ }`. What has no equal stays as it is: HCL2 templates know `{{ }}` too.

use crate::template::interpolate::{Call, calls};

use super::names::{Names, is_identifier};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// An HCL2 expression.
    Expression(String),
    /// The value of an environment variable; only the default of a variable can ask for it.
    Environment(String),
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Variable,
    Option,
}

/// The pieces of a text, every call of a function that HCL2 has in its own way taken out.
pub(super) fn parts(text: &str, place: Place, names: &Names) -> Vec<Part> {
    let mut parts = Parts { text, at: 0, done: Vec::new() };
    for call in calls(text) {
        let Some(part) = translated(&call, place, names) else { continue };
        if call.range.start < parts.at {
            continue;
        }
        match &call.action {
            Some(action) => parts.replace(action.start, action.end, part),
            // Other functions work on it: it becomes a literal within the braces.
            None if is_simple(&call) => {
                parts.replace(call.range.start, call.range.start, Part::Text("`".to_owned()));
                parts.replace(call.range.start, call.range.end, part);
                parts.done.push(Part::Text("`".to_owned()));
            }
            None => {}
        }
    }
    parts.rest()
}

/// Whether a call yields a text that can stand between backquotes.
fn is_simple(call: &Call) -> bool {
    matches!(call.function.as_str(), "user" | "build" | "env" | "template_dir" | "pwd")
}

fn translated(call: &Call, place: Place, names: &Names) -> Option<Part> {
    let arguments: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
    let expression = match (call.function.as_str(), arguments.as_slice(), place) {
        ("user", [name], _) => names.variable(name),
        ("template_dir", [], _) => "path.root".to_owned(),
        ("pwd", [], _) => "path.cwd".to_owned(),
        ("build", [value], Place::Option) if is_identifier(value) => format!("build.{value}"),
        // A source that has another name in the build is still called by its own in `{{ }}`.
        ("build_name", [], Place::Option) if names.renames => "source.name".to_owned(),
        ("isotime", [layout], Place::Option) => format!("legacy_isotime({})", quoted(layout)),
        ("env", [name], Place::Variable) => return Some(Part::Environment((*name).to_owned())),
        // Every use of the variable is the same one.
        ("uuid", [], Place::Variable) => "uuidv4()".to_owned(),
        (function @ ("vault" | "consul_key" | "aws_secretsmanager"), arguments, Place::Variable) => {
            let arguments: Vec<_> = arguments.iter().map(|argument| quoted(argument)).collect();
            format!("{function}({})", arguments.join(", "))
        }
        _ => return None,
    };
    Some(Part::Expression(expression))
}

struct Parts<'a> {
    text: &'a str,
    at: usize,
    done: Vec<Part>,
}

impl Parts<'_> {
    fn replace(&mut self, start: usize, end: usize, part: Part) {
        let before = self.text.get(self.at..start).unwrap_or_default();
        if !before.is_empty() {
            self.done.push(Part::Text(before.to_owned()));
        }
        self.done.push(part);
        self.at = end;
    }

    fn rest(mut self) -> Vec<Part> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.is_empty() {
            self.done.push(Part::Text(rest.to_owned()));
        }
        self.done
    }
}

/// The expression for a whole text. A text that is one expression needs no quotes.
pub(super) fn expression(parts: &[Part]) -> String {
    match parts {
        [Part::Expression(expression)] => return expression.clone(),
        [Part::Environment(name)] => return format!("env({})", quoted(name)),
        _ => {}
    }
    let mut out = String::from("\"");
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => escape(text, matches!(parts.get(index + 1), Some(next) if !is_text(next)), &mut out),
            Part::Expression(expression) => out.extend(["${", expression, "}"]),
            Part::Environment(name) => out.extend(["${env(", &quoted(name), ")}"]),
        }
    }
    out.push('"');
    out
}

fn is_text(part: &Part) -> bool {
    matches!(part, Part::Text(_))
}

/// A literal text.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    escape(text, false, &mut out);
    out.push('"');
    out
}

/// `${` and `%{` are written with the sign doubled. A sign in front of another one is written by its code, so that
/// nobody counts them.
fn escape(text: &str, before_expression: bool, out: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let is_last = next.is_none() && before_expression;
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if next == Some('{') => out.extend([character, character]),
            '$' if next == Some('$') || is_last => out.push_str("\\u0024"),
            '%' if next == Some('%') || is_last => out.push_str("\\u0025"),
            '\0'..='\u{1f}' | '\u{7f}' => unicode(character, out),
            _ => out.push(character),
        }
    }
}

/// `\u0041`
fn unicode(character: char, out: &mut String) {
    out.push_str("\\u");
    let digits = (0..4).rev().map(|place| (u32::from(character) >> (4 * place)) & 0xf);
    out.extend(digits.filter_map(|digit| char::from_digit(digit, 16)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgraded(text: &str) -> String {
        expression(&parts(text, Place::Option, &Names::default()))
    }

    #[test]
    fn calls_become_expressions() {
        for (old, new) in [
            ("{{user `a`}}", "var.a"),
            ("x{{ user \"a\" }}y", "\"x${var.a}y\""),
            ("{{template_dir}}/http {{pwd}}", "\"${path.root}/http ${path.cwd}\""),
            ("{{isotime `2006-01`}}", "legacy_isotime(\"2006-01\")"),
            ("{{build `User`}} {{build `ID` | upper}}", "\"${build.User} {{`${build.ID}` | upper}}\""),
            ("{{user `a` | upper}}", "\"{{`${var.a}` | upper}}\""),
            ("{{- user `a` -}}", "\"{{- `${var.a}` -}}\""),
            ("{{if eq (user `a`) `b`}}c{{end}}", "\"{{if eq (`${var.a}`) `b`}}c{{end}}\""),
            ("{{timestamp}} {{ .Vars }} {{isotime}}", "\"{{timestamp}} {{ .Vars }} {{isotime}}\""),
            ("{{user `a`", "\"{{user `a`\""),
        ] {
            assert_eq!(upgraded(old), new, "{old}");
        }
    }

    #[test]
    fn what_hcl_would_read_is_escaped() {
        for (old, new) in [
            ("a\"b\\c\n\t", r#""a\"b\\c\n\t""#),
            ("${x} %{if} $x 5%", r#""$${x} %%{if} $x 5%""#),
            ("$${x}", r#""\u0024$${x}""#),
            ("${{user `a`}}", r#""\u0024${var.a}""#),
            ("${{.Name}}", r#""$${{.Name}}""#),
            ("$$", r#""\u0024$""#),
            ("\u{1b}", r#""\u001b""#),
        ] {
            assert_eq!(upgraded(old), new, "{old}");
        }
        assert_eq!(upgraded("5%{{user `a`}}"), r#""5\u0025${var.a}""#);
    }
}
