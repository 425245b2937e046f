//! The functions of template texts: those that depend only on their arguments live here; those that
//! look at the run or the variables live in `scope`.

mod compare;
mod escape;
mod printf;
mod text;

use std::ops::RangeInclusive;

use super::value::Value;
use Run::{Always, May};

/// A function that depends only on its arguments.
struct Pure {
    name: &'static str,
    arity: RangeInclusive<usize>,
    run: Run,
}

enum Run {
    /// Takes any arguments of the right number.
    Always(fn(&[Value]) -> Value),
    /// Looks at the kinds of its arguments.
    May(fn(&[Value]) -> Result<Value, String>),
}

const MANY: usize = usize::MAX;

const PURE: &[Pure] = &[
    Pure { name: "and", arity: 1..=MANY, run: Always(compare::and) },
    Pure { name: "clean_ami_name", arity: 1..=1, run: May(text::clean_name) },
    Pure { name: "clean_image_name", arity: 1..=1, run: May(text::clean_name) },
    Pure { name: "clean_resource_name", arity: 1..=1, run: May(text::clean_name) },
    Pure { name: "eq", arity: 2..=MANY, run: May(compare::eq) },
    Pure { name: "ge", arity: 2..=2, run: May(compare::ge) },
    Pure { name: "gt", arity: 2..=2, run: May(compare::gt) },
    Pure { name: "html", arity: 0..=MANY, run: Always(escape::html) },
    Pure { name: "index", arity: 1..=MANY, run: May(text::index) },
    Pure { name: "js", arity: 0..=MANY, run: Always(escape::js) },
    Pure { name: "le", arity: 2..=2, run: May(compare::le) },
    Pure { name: "len", arity: 1..=1, run: May(text::len) },
    Pure { name: "lower", arity: 1..=1, run: May(text::lower) },
    Pure { name: "lt", arity: 2..=2, run: May(compare::lt) },
    Pure { name: "ne", arity: 2..=2, run: May(compare::ne) },
    Pure { name: "not", arity: 1..=1, run: Always(compare::not) },
    Pure { name: "or", arity: 1..=MANY, run: Always(compare::or) },
    Pure { name: "print", arity: 0..=MANY, run: Always(printf::print) },
    Pure { name: "printf", arity: 1..=MANY, run: May(printf::printf) },
    Pure { name: "println", arity: 0..=MANY, run: Always(printf::println) },
    Pure { name: "replace", arity: 4..=4, run: May(text::replace) },
    Pure { name: "replace_all", arity: 3..=3, run: May(text::replace_all) },
    Pure { name: "sed", arity: 0..=MANY, run: May(text::sed) },
    Pure { name: "slice", arity: 1..=3, run: May(text::slice) },
    Pure { name: "split", arity: 3..=3, run: May(text::split) },
    Pure { name: "upper", arity: 1..=1, run: May(text::upper) },
    Pure { name: "urlquery", arity: 0..=MANY, run: Always(escape::urlquery) },
];

/// The functions that look at the run or the variables.
const SCOPED: &[&str] = &[
    "aws_secretsmanager",
    "aws_secretsmanager_raw",
    "build",
    "build_name",
    "build_type",
    "consul_key",
    "env",
    "isotime",
    "packer_version",
    "pwd",
    "strftime",
    "template_dir",
    "timestamp",
    "user",
    "uuid",
    "vault",
];

pub(super) fn exists(name: &str) -> bool {
    is_scoped(name) || pure(name).is_some()
}

pub(super) fn is_scoped(name: &str) -> bool {
    SCOPED.contains(&name)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PURE.iter().map(|function| function.name).chain(SCOPED.iter().copied())
}

fn pure(name: &str) -> Option<&'static Pure> {
    PURE.iter().find(|function| function.name == name)
}

/// Calls a function that is not scoped.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let function = pure(name).ok_or_else(|| format!("`{name}` is not possible here"))?;
    check_arity(name, &function.arity, arguments.len())?;
    match function.run {
        Always(run) => Ok(run(arguments)),
        May(run) => run(arguments).map_err(|message| format!("`{name}`: {message}")),
    }
}

pub(super) fn check_arity(name: &str, arity: &RangeInclusive<usize>, given: usize) -> Result<(), String> {
    if arity.contains(&given) {
        return Ok(());
    }
    let wanted = match (*arity.start(), *arity.end()) {
        (least, MANY) => format!("at least {least}"),
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least} to {most}"),
    };
    let plural = if wanted == "1" || wanted == "at least 1" { "" } else { "s" };
    Err(format!("`{name}` takes {wanted} argument{plural}, and {given} are given"))
}

/// Argument number `index` as a string.
pub(super) fn string(arguments: &[Value], index: usize) -> Result<&str, String> {
    match &arguments[index] {
        Value::String(text) => Ok(text),
        other => Err(format!("argument {} must be a string, not {}", index + 1, other.kind())),
    }
}

/// Argument number `index` as an integer.
fn integer(arguments: &[Value], index: usize) -> Result<i64, String> {
    match &arguments[index] {
        Value::Int(number) => Ok(*number),
        other => Err(format!("argument {} must be an integer, not {}", index + 1, other.kind())),
    }
}
