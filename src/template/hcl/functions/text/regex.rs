//! Regular expressions in the syntax of RE2 (<https://github.com/google/re2/wiki/Syntax>). Matching takes
//! linear time; what an expression may need when it is compiled is limited by the library.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

use super::re2;
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::{Arguments, quoted};
use crate::template::hcl::functions::limits::{Budget, Text, check_text};
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("regex", &[text("pattern"), text("string")], first),
    Function::new("regexall", &[text("pattern"), text("string")], all),
    Function::new("regex_replace", &[text("str"), text("pattern"), text("replace")], replace),
];

fn compile(arguments: &Arguments<'_>, index: usize) -> Result<Regex, CallError> {
    Regex::new(&re2::translate(arguments.text(index))).map_err(|error| {
        let why = match error {
            regex::Error::CompiledTooBig(_) => String::from("the expression is too large"),
            // The last line of several says what is wrong, those before it point at the place.
            error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        };
        CallError::of(index, format!("{} is not a regular expression: {why}", quoted(arguments.text(index))))
    })
}

fn first(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let regex = compile(arguments, 0)?;
    let groups = Groups::of(&regex)?;
    match regex.captures(arguments.text(1)) {
        Some(found) => groups.value(&found, &mut Budget::default()),
        None => Err(CallError::of(1, "the expression does not match this text")),
    }
}

fn all(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let regex = compile(arguments, 0)?;
    let groups = Groups::of(&regex)?;
    let mut budget = Budget::default();
    let found = regex.captures_iter(arguments.text(1)).map(|found| groups.value(&found, &mut budget));
    found.collect::<Result<_, _>>().map(Value::list)
}

/// `$1`, `${1}` and `${name}` in the replacement stand for groups.
fn replace(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let regex = compile(arguments, 1)?;
    let (text, replacement) = (arguments.text(0), arguments.text(2));
    let groups = replacement.matches('$').count();
    let mut out = Text::default();
    let mut copied = 0;
    for found in regex.captures_iter(text) {
        let place = found.get_match();
        out.push(&text[copied..place.start()])?;
        // No group is longer than the match.
        check_text(groups.saturating_mul(place.len()).saturating_add(replacement.len()))?;
        let mut expanded = String::new();
        found.expand(replacement, &mut expanded);
        out.push(&expanded)?;
        copied = place.end();
    }
    out.push(&text[copied..])?;
    Ok(out.into_value())
}

/// What a match becomes: a map with named groups, a list with others, the text without any.
enum Groups<'a> {
    None,
    Listed,
    Named(Vec<&'a str>),
}

impl<'a> Groups<'a> {
    fn of(regex: &'a Regex) -> Result<Self, CallError> {
        let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
        let named: Vec<&str> = names.iter().copied().flatten().collect();
        match (names.len(), named.len()) {
            (0, _) => Ok(Self::None),
            (_, 0) => Ok(Self::Listed),
            (all, named_count) if all == named_count => Ok(Self::Named(named)),
            _ => Err(CallError::of(0, "the groups must have names, all of them or none")),
        }
    }

    fn value(&self, found: &Captures<'_>, budget: &mut Budget) -> Result<Value, CallError> {
        let mut group = |text: Option<regex::Match<'_>>| {
            budget.element()?;
            Ok(text.map_or(Value::Null, |text| Value::string(text.as_str())))
        };
        match self {
            Self::None => group(found.get(0)),
            Self::Listed => found.iter().skip(1).map(group).collect::<Result<_, _>>().map(Value::list),
            Self::Named(names) => {
                let entries = names.iter().map(|name| Ok(((*name).to_owned(), group(found.name(name))?)));
                entries.collect::<Result<BTreeMap<_, _>, _>>().map(Value::map)
            }
        }
    }
}
