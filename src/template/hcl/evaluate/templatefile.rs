//! `templatefile(path, vars)`: a file with `${}` and `%{}` in it, which sees nothing but `vars`.

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::template::hcl::functions::{self, Context};
use crate::template::hcl::syntax::parse_template;
use crate::template::hcl::syntax::tree::{Call, Expression};
use crate::template::hcl::value::Value;

use super::call::{arguments, explain};
use super::special::count;
use super::{Evaluated, Scope, evaluate as value_of};

pub(super) fn evaluate(call: &Call, span: &Span, scope: &Scope<'_>, context: &Context<'_>) -> Evaluated {
    let Some(values) = arguments(call, scope)? else { return Ok(Value::Unknown) };
    let [path, variables] = &*values else { return Err(count(call, span, "a path and a map of variables")) };
    if scope.is_template_file() {
        return Err(Diagnostic::error("templatefile cannot be called in a file that templatefile reads").at(span));
    }
    let file =
        functions::call("file", std::slice::from_ref(path), context).map_err(|error| explain(&error, call, span))?;
    let variables = match variables {
        Value::Map(variables) => variables,
        Value::Unknown => return Ok(Value::Unknown),
        other => {
            let message = format!("templatefile: the variables must be a map, this is {}", other.describe());
            return Err(Diagnostic::error(message).at(span));
        }
    };
    let (Ok(path), Value::String(text)) = (path.to_text(), file) else { return Ok(Value::Unknown) };
    scope.budget().charge_text(&text, span)?;
    let template = parse_template(&SourceFile::new(path, &*text))?;
    let mut inner = scope.for_template_file();
    for (name, value) in &**variables {
        inner.set(&**name, value.clone());
    }
    check_names(&template, &inner, span)?;
    value_of(&template, &inner)
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
