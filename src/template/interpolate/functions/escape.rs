//! Escapes for other languages. The tables are those of Go's text/template.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::template::interpolate::value::Value;

use super::printf;

/// Everything but letters, digits and `-_.~`; a space becomes `+` afterwards.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn html(arguments: &[Value]) -> Value {
    let mut out = String::new();
    for character in printf::joined(arguments).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            '\0' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    Value::String(out)
}

pub(super) fn js(arguments: &[Value]) -> Value {
    let mut out = String::new();
    for character in printf::joined(arguments).chars() {
        match character {
            '\\' | '\'' | '"' => out.extend(['\\', character]),
            '<' | '>' | '&' | '=' => push_unicode(character, &mut out),
            _ if character.is_control() => push_unicode(character, &mut out),
            _ => out.push(character),
        }
    }
    Value::String(out)
}

fn push_unicode(character: char, out: &mut String) {
    write!(out, "\\u{:04X}", u32::from(character)).expect("a string takes all text");
}

pub(super) fn urlquery(arguments: &[Value]) -> Value {
    let encoded = utf8_percent_encode(&printf::joined(arguments), QUERY).to_string();
    Value::String(encoded.replace("%20", "+"))
}
