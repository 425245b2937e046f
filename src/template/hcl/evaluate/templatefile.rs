//! `templatefile(path, vars)`: a file with `${}` and `%{}` in it, which sees nothing but `vars`.

use std::collections::BTreeSet;
use std::io::Read;

use crate::diag::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::template::hcl::functions::Context;
use crate::template::hcl::syntax::parse_template;
use crate::template::hcl::syntax::tree::{Call, Expression};
use crate::template::hcl::value::Value;

use super::special::count;
use super::{Evaluated, Scope, at, call::arguments, evaluate as value_of};

/// In bytes. Larger files are not templates, and devices have no end.
const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

pub(super) fn evaluate(call: &Call, span: &Span, scope: &Scope<'_>, context: &Context<'_>) -> Evaluated {
    let Some(values) = arguments(call, scope)? else { return Ok(Value::Unknown) };
    let [path, variables] = &*values else { return Err(count(call, span, "a path and a map of variables")) };
    if scope.is_template_file() {
        return Err(Diagnostic::error("templatefile cannot be called in a file that templatefile reads").at(span));
    }
    if !path.is_wholly_known() || *variables == Value::Unknown {
        return Ok(Value::Unknown);
    }
    let path = at(path.to_text(), span)?;
    let Value::Map(variables) = variables else {
        let message = format!("templatefile: the variables must be a map, this is {}", variables.describe());
        return Err(Diagnostic::error(message).at(span));
    };
    let text = read(&path, context).map_err(|reason| Diagnostic::error(format!("templatefile: {reason}")).at(span))?;
    scope.budget().charge_text(&text, span)?;
    let template = parse_template(&SourceFile::new(path, text))?;
    let mut inner = scope.for_template_file();
    for (name, value) in &**variables {
        inner.set(&**name, value.clone());
    }
    check_names(&template, &inner, span)?;
    value_of(&template, &inner)
}

fn read(path: &str, context: &Context<'_>) -> Result<String, String> {
    let file = fs_err::File::open(context.root.join(path)).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(format!("{path} is larger than {} MiB", SIZE_LIMIT / (1024 * 1024)));
    }
    String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8 text"))
}

/// Every name the file refers to, even where it is not evaluated, must be given.
fn check_names(template: &Expression, scope: &Scope<'_>, span: &Span) -> Evaluated<()> {
    let mut missing = template.references();
    missing.retain(|reference| scope.get(reference.root()).is_none());
    let Some(first) = missing.first() else { return Ok(()) };
    let names: BTreeSet<String> = missing.iter().map(|reference| format!("`{}`", reference.root())).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let (line, _) = span.source.position(span.range.start);
    Err(Diagnostic::error(format!("the file refers to {names}, which the call does not give"))
        .at(&first.span)
        .help(format!("add it to the variables of templatefile in {}, line {line}", span.source.name)))
}
