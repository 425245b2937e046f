//! Paths as texts. Nothing here looks at a disk.

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::always("abspath", &[text("path")], abs_path),
    Function::always("basename", &[text("path")], |a| Value::string(base(a.text(0)))),
    Function::always("dirname", &[text("path")], |a| Value::string(parent(a.text(0)))),
    Function::new("pathexpand", &[text("path")], |a| expand(a.text(0)).map(Value::string)),
];

fn abs_path(arguments: &Arguments<'_>) -> Value {
    let folder = arguments.context.working_folder.to_string_lossy();
    Value::string(join(&folder, arguments.text(0)))
}

/// A relative path below a folder, an absolute one as it is; both cleaned.
pub(super) fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { clean(&format!("{folder}/{path}")) }
}

/// Without doubled slashes, `.` and what `..` takes back.
pub(super) fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if is_absolute => {}
            _ => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => String::from("."),
        (false, false) => parts.join("/"),
    }
}

/// The last part.
fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        (false, false) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

/// All up to the last slash.
fn parent(path: &str) -> String {
    clean(&path[..path.rfind('/').map_or(0, |slash| slash + 1)])
}

/// A tilde that stands first is the user's home.
pub(super) fn expand(path: &str) -> Result<String, CallError> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(CallError::of(0, "only the own home can be written as `~`, not that of another user"));
    }
    match std::env::home_dir() {
        Some(home) => Ok(join(&home.to_string_lossy(), rest.trim_start_matches('/'))),
        None => Err(CallError::of(0, "the home of the user is not known")),
    }
}
