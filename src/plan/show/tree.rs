//! A serialized value as an indented tree.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Map, Value};

/// Absent values and empty lists are left out: a plan is long enough without them.
pub(super) fn text(value: &Value, depth: usize) -> String {
    let mut out = String::new();
    write(&mut out, value, depth);
    out
}

fn write(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) => map.iter().filter(|(_, value)| says_something(value)).for_each(|(key, value)| {
            let _ = write!(out, "{}{key}:", "  ".repeat(depth));
            write_below(out, value, depth);
        }),
        Value::Array(list) => list.iter().for_each(|value| {
            let _ = write!(out, "{}-", "  ".repeat(depth));
            write_below(out, value, depth);
        }),
        scalar => {
            let _ = writeln!(out, "{}{}", "  ".repeat(depth), line(scalar));
        }
    }
}

/// What stands after `key:` or `-`.
fn write_below(out: &mut String, value: &Value, depth: usize) {
    if let Some(duration) = duration(value) {
        let _ = if duration.is_zero() { writeln!(out, " 0s") } else { writeln!(out, " {duration:?}") };
    } else if let Some(list) = short_list(value) {
        let _ = writeln!(out, " {list}");
    } else if value.is_object() || value.is_array() {
        out.push('\n');
        write(out, value, depth + 1);
    } else if let Some(text) = value.as_str().filter(|text| text.contains('\n')) {
        out.push('\n');
        text.lines().for_each(|line| {
            let _ = writeln!(out, "{}| {line}", "  ".repeat(depth + 1));
        });
    } else {
        let _ = writeln!(out, " {}", line(value));
    }
}

/// Quoted where the ends of the text could not be seen.
fn line(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && text.trim() == text => text.clone(),
        other => other.to_string(),
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// The form in which serde writes a `Duration`.
fn duration(value: &Value) -> Option<Duration> {
    let map: &Map<String, Value> = value.as_object().filter(|map| map.len() == 2)?;
    let nanoseconds = u32::try_from(map.get("nanos")?.as_u64()?).ok()?;
    Some(Duration::new(map.get("secs")?.as_u64()?, nanoseconds))
}

/// A list of a few plain words goes on one line, as command lines and exit codes do.
fn short_list(value: &Value) -> Option<String> {
    let list = value.as_array().filter(|list| !list.is_empty())?;
    let plain = |value: &Value| match value {
        Value::String(text) => !text.contains('\n'),
        Value::Number(_) => true,
        _ => false,
    };
    let text = serde_json::to_string(list).ok()?;
    (list.iter().all(plain) && text.len() <= 90).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_what_is_set() {
        let value = json!({
            "name": "qemu",
            "empty": "",
            "none": null,
            "wait": {"secs": 1, "nanos": 500_000_000},
            "codes": [0, 143],
            "rows": [["-m", "1G"], ["-cpu", "host"]],
            "script": "one\ntwo",
        });
        insta::assert_snapshot!(text(&value, 0), @r#"
        name: qemu
        empty: ""
        wait: 1.5s
        codes: [0,143]
        rows:
          - ["-m","1G"]
          - ["-cpu","host"]
        script:
          | one
          | two
        "#);
    }
}
