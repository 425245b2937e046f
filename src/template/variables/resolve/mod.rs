//! From what is written to values: overrides first, then rounds of filling in until nothing changes.

use std::collections::{BTreeMap, HashSet};

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::io::secrets::{MASK, Secret};
use crate::source::{Span, Spanned};
use crate::template::interpolate::{self, Dots, Facts, Problem, Scope};

use super::{Variable, VariableInputs, Variables, file};

/// Variables may use each other in any order and depth; this many rounds are tried.
const ROUNDS: usize = 100;

/// Characters of a value in a message.
const SHOWN: usize = 200;

/// What a template says about one variable.
#[derive(Clone, Debug)]
pub(in crate::template) struct Declaration {
    pub(in crate::template) name: Spanned<String>,
    /// `None` is required.
    pub(in crate::template) default: Option<Spanned<String>>,
}

/// Gives each variable its value; names that come only from the caller count too.
pub(in crate::template) fn resolve(
    declared: Vec<Declaration>,
    sensitive: &[String],
    inputs: &VariableInputs,
    facts: Facts,
    diagnostics: &mut Diagnostics,
) -> Variables {
    let sensitive: HashSet<&str> = sensitive.iter().map(String::as_str).collect();
    let is_sensitive = |name: &str| sensitive.contains(name);
    let given = given(inputs, &is_sensitive, diagnostics);
    let mut written: BTreeMap<String, Spanned<String>> = BTreeMap::new();
    for declaration in &declared {
        written.extend(declaration.default.clone().map(|default| (declaration.name.value.clone(), default)));
    }
    let given_names: Vec<String> = given.keys().cloned().collect();
    written.extend(given);
    let missing: Vec<_> = declared.iter().filter(|one| !written.contains_key(&one.name.value)).collect();
    if !inputs.syntax_only {
        for declaration in &missing {
            diagnostics.push(required(&declaration.name));
        }
    }
    let scope = Scope::of_variables(facts, inputs.environment.clone());
    let (values, findings) = fill_in(written, scope, &is_sensitive, missing.is_empty());
    // A template that comes to nothing is still quoted in its errors.
    values.iter().filter(|(name, _)| is_sensitive(name)).for_each(|(_, value)| inputs.secrets.add(value.reveal()));
    diagnostics.extend(if inputs.syntax_only { findings.into_warnings() } else { findings });
    variables(declared, given_names, values, &is_sensitive)
}

/// What files and flags say: the later file wins, and any flag wins over files.
fn given(
    inputs: &VariableInputs,
    is_sensitive: &impl Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Spanned<String>> {
    let mut given = BTreeMap::new();
    for path in &inputs.files {
        given.extend(file::read(path, is_sensitive, diagnostics));
    }
    for (name, value) in &inputs.vars {
        let shown = if is_sensitive(name) { MASK } else { value };
        let span = Span::whole(format!("-var {name}"), shown);
        given.insert(name.clone(), Spanned::new(value.clone(), span));
    }
    given
}

fn required(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(format!("required variable `{}` has no value", name.value))
        .at_with(&name.span, "null means: required")
        .help(format!("give one with -var '{}=...' or in a -var-file", name.value))
}

/// Fills in all values by name, again and again while some still wait for others. Unless the variables are
/// `complete`, these may wait for one that is reported already.
fn fill_in(
    written: BTreeMap<String, Spanned<String>>,
    mut scope: Scope,
    is_sensitive: &impl Fn(&str) -> bool,
    complete: bool,
) -> (BTreeMap<String, Secret>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut open = written;
    let mut waiting: BTreeMap<String, Problem> = BTreeMap::new();
    let mut use_of_others_succeeded = false;
    for _ in 0..ROUNDS {
        let before = open.len();
        for (name, text) in std::mem::take(&mut open) {
            if waiting.get(&name).is_some_and(|problem| waits(problem, &scope)) {
                open.insert(name, text);
                continue;
            }
            waiting.remove(&name);
            match scope.try_render(&text.value, Dots::Keep) {
                Ok(value) => {
                    use_of_others_succeeded |= !interpolate::references(&text.value).is_empty();
                    scope.define(&name, Secret::new(value));
                }
                Err(problem) if problem.unresolved.is_some() => {
                    waiting.insert(name.clone(), problem);
                    open.insert(name, text);
                }
                Err(problem) => diagnostics.push(diagnose(&name, &text, problem, is_sensitive)),
            }
        }
        if open.is_empty() || open.len() == before {
            break;
        }
    }
    let known = || scope.values().keys().map(String::as_str);
    for (name, mut problem) in waiting.into_iter().filter(|_| complete) {
        if let Some(unresolved) = problem.unresolved.take() {
            problem = if open.contains_key(&unresolved) {
                problem.help("it waits for a value itself; variables cannot need each other in a circle")
            } else {
                problem.suggest(&unresolved, known())
            };
        }
        let finding = diagnose(&name, &open[&name], problem, is_sensitive);
        diagnostics.push(if use_of_others_succeeded { overlooked(finding) } else { finding });
    }
    (scope.values().clone(), diagnostics)
}

/// Whether the variable it needs has no value yet.
fn waits(problem: &Problem, scope: &Scope) -> bool {
    problem.unresolved.as_ref().is_some_and(|name| !scope.values().contains_key(name))
}

/// A value can be as long as a file; what is wrong with it must stay in sight.
fn shown(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    }
}

fn diagnose(name: &str, text: &Spanned<String>, problem: Problem, is_sensitive: &impl Fn(&str) -> bool) -> Diagnostic {
    let diagnostic = problem.diagnose(&text.value, &text.span);
    let expression = if is_sensitive(name) { MASK.to_owned() } else { shown(&text.value) };
    Diagnostic { message: format!("variable `{name}` = \"{expression}\": {}", diagnostic.message), ..diagnostic }
}

/// Packer overlooks a value that cannot be filled in as soon as another variable could use a variable.
/// Templates depend on that, so it is only a warning then.
fn overlooked(finding: Diagnostic) -> Diagnostic {
    let message = format!("{}; it stays empty", finding.message);
    Diagnostic { severity: Severity::Warning, message, ..finding }
}

/// All names that are declared or given, sorted.
fn variables(
    declared: Vec<Declaration>,
    given_names: Vec<String>,
    mut values: BTreeMap<String, Secret>,
    is_sensitive: &impl Fn(&str) -> bool,
) -> Variables {
    let mut all: BTreeMap<String, (bool, Option<String>)> =
        given_names.into_iter().map(|name| (name, (false, None))).collect();
    for Declaration { name, default } in declared {
        all.insert(name.value, (true, default.map(|default| default.value)));
    }
    let variable = |(name, (declared, default)): (String, (bool, Option<String>))| Variable {
        value: values.remove(&name),
        sensitive: is_sensitive(&name),
        name,
        default,
        declared,
    };
    Variables(all.into_iter().map(variable).collect())
}

#[cfg(test)]
mod tests;
