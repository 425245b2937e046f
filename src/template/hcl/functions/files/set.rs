//! `fileset`: the files below a folder whose paths match a pattern.

use std::path::Path;

use regex::Regex;

use super::contents::below;
use super::paths;
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::{Arguments, quoted};
use crate::template::hcl::functions::limits::check_elements;
use crate::template::hcl::value::Value;

/// Folders are not followed deeper than this.
const DEPTH_LIMIT: usize = 64;

pub(super) fn file_set(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let folder = below(arguments.context.root, arguments.text(0))?;
    let pattern = paths::clean(arguments.text(1).trim_start_matches('/'));
    let search = Search::new(&pattern)?;
    let mut found = Vec::new();
    let mut seen = 0;
    // The part without wildcards may lead upwards, too.
    let mut waiting = vec![(folder.join(&search.fixed), search.fixed.clone(), 0)];
    while let Some((folder, name, depth)) = waiting.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry.map_err(|error| CallError::of(0, error.to_string()))?;
            seen += 1;
            check_elements(seen)?;
            let name = format!("{name}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(|error| CallError::of(0, error.to_string()))?;
            if kind.is_dir() && depth < search.depth {
                waiting.push((entry.path(), format!("{name}/"), depth + 1));
            } else if search.pattern.is_match(&name) && is_file(&entry.path()) {
                found.push(Value::string(name));
            }
        }
    }
    Ok(Value::set(found))
}

/// Links to files count, too.
fn is_file(path: &Path) -> bool {
    fs_err::metadata(path).is_ok_and(|facts| facts.is_file())
}

struct Search {
    /// The folders in front of the first wildcard, with a slash at the end.
    fixed: String,
    pattern: Regex,
    /// How deep below them files can be.
    depth: usize,
}

impl Search {
    fn new(pattern: &str) -> Result<Self, CallError> {
        let wrong = |why: &str| CallError::of(1, format!("{} is not a pattern: {why}", quoted(pattern)));
        let plain = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
        let fixed = pattern[..plain].rfind('/').map_or(0, |slash| slash + 1);
        let regex = expression(pattern).ok_or_else(|| wrong("a bracket is not closed"))?;
        let compiled = Regex::new(&format!("^(?s:{regex})$")).map_err(|_| wrong("a class is not valid"))?;
        let wild = &pattern[fixed..];
        let depth = if wild.contains("**") { DEPTH_LIMIT } else { wild.matches('/').count() };
        Ok(Self { fixed: pattern[..fixed].to_owned(), pattern: compiled, depth })
    }
}

/// The pattern as a regular expression; `None` if a bracket stays open.
fn expression(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut braces = 0_usize;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '*' => push_star(rest, &mut out),
            '[' => push_class(rest, &mut out)?,
            '\\' => push_quoted(&rest[1..], &mut out)? + 1,
            _ => {
                match first {
                    '?' => out.push_str("[^/]"),
                    '{' => out.push_str("(?:"),
                    '}' if braces > 0 => out.push(')'),
                    ',' if braces > 0 => out.push('|'),
                    _ => out.push_str(&regex::escape(&rest[..first.len_utf8()])),
                }
                first.len_utf8()
            }
        };
        braces = match first {
            '{' => braces + 1,
            '}' => braces.saturating_sub(1),
            _ => braces,
        };
        rest = &rest[length..];
    }
    (braces == 0).then_some(out)
}

/// Two stars match over folders; `**/` also none of them.
fn push_star(rest: &str, out: &mut String) -> usize {
    let (expression, length) = match rest {
        _ if rest.starts_with("**/") => ("(?:.*/)?", 3),
        _ if rest.starts_with("**") => (".*", 2),
        _ => ("[^/]*", 1),
    };
    out.push_str(expression);
    length
}

/// `[a-z]`, `[^a-z]` or `[!a-z]`.
fn push_class(rest: &str, out: &mut String) -> Option<usize> {
    let end = rest[1..].find(']')? + 1;
    let inside = &rest[1..end];
    let (negation, letters) = match inside.strip_prefix(['^', '!']) {
        Some(letters) => ("^/", letters),
        None => ("", inside),
    };
    let letters: String = letters
        .chars()
        .map(|letter| if "[&~^".contains(letter) { format!(r"\{letter}") } else { letter.to_string() })
        .collect();
    out.extend(["[", negation, &letters, "]"]);
    (!letters.is_empty()).then_some(end + 1)
}

fn push_quoted(rest: &str, out: &mut String) -> Option<usize> {
    let length = rest.chars().next()?.len_utf8();
    out.push_str(&regex::escape(&rest[..length]));
    Some(length)
}
