//! Texts in, texts out. What people count in a text are grapheme clusters: "é" is one, however it is written.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::limits::{ELEMENT_LIMIT, Text};
use crate::template::hcl::functions::table::{Function, number, text, texts};
use crate::template::hcl::value::Value;
use crate::template::letter_case::{lower, upper, upper_of};

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::always("chomp", &[text("str")], |a| Value::string(a.text(0).trim_end_matches(['\r', '\n']))),
    Function::always("endswith", &[text("str"), text("suffix")], |a| Value::Bool(a.text(0).ends_with(a.text(1)))),
    Function::new("indent", &[number("spaces"), text("str")], indent),
    Function::new("join", &[text("separator")], join).and_some(texts("lists")),
    Function::always("lower", &[text("str")], |a| Value::string(lower(a.text(0)))),
    Function::new("replace", &[text("str"), text("substr"), text("replace")], replace),
    Function::always("split", &[text("separator"), text("str")], split),
    Function::always("startswith", &[text("str"), text("prefix")], |a| Value::Bool(a.text(0).starts_with(a.text(1)))),
    Function::always("strcontains", &[text("str"), text("substr")], |a| Value::Bool(a.text(0).contains(a.text(1)))),
    Function::always("strrev", &[text("str")], |a| Value::string(a.text(0).graphemes(true).rev().collect::<String>())),
    Function::new("substr", &[text("str"), number("offset"), number("length")], substr),
    Function::always("title", &[text("str")], |a| Value::string(title(a.text(0)))),
    Function::always("trim", &[text("str"), text("cutset")], trim),
    Function::always("trimprefix", &[text("str"), text("prefix")], trim_prefix),
    Function::always("trimspace", &[text("str")], |a| Value::string(a.text(0).trim())),
    Function::always("trimsuffix", &[text("str"), text("suffix")], trim_suffix),
    Function::always("upper", &[text("str")], |a| Value::string(upper(a.text(0)))),
];

/// All lines but the first.
fn indent(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let width = arguments.count(0)?;
    let mut out = Text::default();
    for (index, line) in arguments.text(1).split('\n').enumerate() {
        if index > 0 {
            out.push("\n")?;
            out.push_repeated(" ", width)?;
        }
        out.push(line)?;
    }
    Ok(out.into_value())
}

fn join(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let mut out = Text::default();
    let mut is_first = true;
    for index in 1..arguments.len() {
        for piece in arguments.texts(index)? {
            if !is_first {
                out.push(arguments.text(0))?;
            }
            out.push(piece)?;
            is_first = false;
        }
    }
    Ok(out.into_value())
}

/// The first letter of each word large. An apostrophe ends a word.
fn title(text: &str) -> String {
    let mut is_inside = false;
    let large = |character: char| {
        let starts = !std::mem::replace(&mut is_inside, is_of_word(character));
        if starts { upper_of(character) } else { character }
    };
    text.chars().map(large).collect()
}

fn is_of_word(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    !character.is_whitespace()
}

/// Takes the text as it is: no regular expression, no escapes.
fn replace(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (text, old, new) = (arguments.text(0), arguments.text(1), arguments.text(2));
    let mut out = Text::default();
    let mut copied = 0;
    for (at, found) in text.match_indices(old) {
        out.push(&text[copied..at])?;
        out.push(new)?;
        copied = at + found.len();
    }
    out.push(&text[copied..])?;
    Ok(out.into_value())
}

/// An empty separator cuts between all characters.
fn split(arguments: &Arguments<'_>) -> Value {
    let (separator, text) = (arguments.text(0), arguments.text(1));
    let limit = ELEMENT_LIMIT + 1;
    let pieces: Vec<Value> = if separator.is_empty() {
        text.chars().take(limit).map(|character| Value::string(character.encode_utf8(&mut [0; 4]))).collect()
    } else {
        text.split(separator).take(limit).map(Value::string).collect()
    };
    Value::list(pieces)
}

/// A negative offset counts from the end, a negative length means all the rest.
fn substr(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (text, offset, length) = (arguments.text(0), arguments.integer(1)?, arguments.integer(2)?);
    let skipped = match usize::try_from(offset) {
        Ok(skipped) => skipped,
        Err(_) => text.graphemes(true).count().saturating_sub(clamp(offset.unsigned_abs())),
    };
    let taken = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Value::string(text.graphemes(true).skip(skipped).take(taken).collect::<String>()))
}

fn clamp(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn trim(arguments: &Arguments<'_>) -> Value {
    let cut: HashSet<char> = arguments.text(1).chars().collect();
    Value::string(arguments.text(0).trim_matches(|character| cut.contains(&character)))
}

fn trim_prefix(arguments: &Arguments<'_>) -> Value {
    let text = arguments.text(0);
    Value::string(text.strip_prefix(arguments.text(1)).unwrap_or(text))
}

fn trim_suffix(arguments: &Arguments<'_>) -> Value {
    let text = arguments.text(0);
    Value::string(text.strip_suffix(arguments.text(1)).unwrap_or(text))
}
