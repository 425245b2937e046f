//! Values of variables: from the environment, variable files and flags, in the order of precedence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::io::secrets::MASK;
use crate::source::{SourceFile, Span, Spanned};
use crate::template::text;
use crate::template::variables::VariableInputs;

use super::blocks::VariableBlock;
use super::evaluate::evaluate_constant;
use super::syntax::{self, Body, JsonSchema, parse_expression};
use super::value::{Type, Value};
use super::world::World;

/// What somebody says a variable is.
#[derive(Debug)]
struct Given {
    value: Value,
    span: Span,
}

/// All variables, declared or not, as values; what has none is unknown when nothing is asked for.
pub(super) fn resolve(
    declared: &[VariableBlock],
    automatic_files: &[PathBuf],
    world: &World,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Value> {
    let outer = world;
    let world = outer.of_defaults(&inputs.environment);
    let mut given = from_environment(declared, &world, inputs, diagnostics);
    let names = |path: &PathBuf| path.as_path().to_owned();
    for path in automatic_files.iter().chain(&inputs.files).map(names) {
        given.extend(from_file(&path, declared, inputs, diagnostics));
    }
    given.extend(from_flags(declared, &world, inputs, diagnostics));
    let mut values = BTreeMap::new();
    for variable in declared {
        let mut value = value(variable, given.remove(&variable.name.value), &world, inputs, diagnostics);
        if variable.sensitive {
            value = secret(value, inputs);
        }
        values.insert(variable.name.value.clone(), value);
    }
    validate(declared, &values, outer, diagnostics);
    values
}

/// `PKR_VAR_name`; other names are nobody's business.
fn from_environment(
    declared: &[VariableBlock],
    world: &World,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Given> {
    let mut given = BTreeMap::new();
    for variable in declared {
        let key = format!("PKR_VAR_{}", variable.name.value);
        if let Some(text) = inputs.environment.get(&key) {
            let read = from_text(variable, text.reveal(), &key, world);
            given.extend(diagnostics.take(read).map(|read| (variable.name.value.clone(), read)));
        }
    }
    given
}

fn by_name(declared: &[VariableBlock]) -> BTreeMap<&str, &VariableBlock> {
    declared.iter().map(|variable| (variable.name.value.as_str(), variable)).collect()
}

fn from_flags(
    declared: &[VariableBlock],
    world: &World,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Given> {
    let mut given = BTreeMap::new();
    let by_name = by_name(declared);
    for (name, text) in &inputs.vars {
        if let Some(variable) = by_name.get(name.as_str()) {
            let read = from_text(variable, text, &format!("-var {name}"), world);
            given.extend(diagnostics.take(read).map(|read| (name.clone(), read)));
        } else {
            let error = Diagnostic::error(format!("-var names the variable `{name}`, which is not declared"));
            let known = declared.iter().map(|variable| variable.name.value.as_str());
            let error = error.suggest(name, known);
            let help = format!("declare it: variable \"{name}\" {{}}");
            diagnostics.push(if error.help.is_some() { error } else { error.help(help) });
        }
    }
    given
}

/// A text is itself where a variable holds one, and an expression where it holds anything else.
fn from_text(variable: &VariableBlock, text: &str, origin: &str, world: &World) -> Result<Given, Diagnostic> {
    let shown = if variable.sensitive { MASK } else { text };
    let span = Span::whole(origin, shown);
    let is_text = match (&variable.kind, &variable.default) {
        (Some(kind), _) => matches!(kind, Type::Any | Type::String | Type::Number),
        (None, Some(default)) => {
            !matches!(world.evaluate(default), Ok(Value::Bool(_) | Value::List(_) | Value::Set(_) | Value::Map(_)))
        }
        (None, None) => true,
    };
    if is_text {
        return Ok(Given { value: Value::string(text), span });
    }
    let source = SourceFile::new(origin, text);
    let value = parse_expression(&source).and_then(|expression| evaluate_constant(&expression));
    let value = value.map_err(|error| {
        let help = error.help.unwrap_or_else(|| "quote texts: [\"a\", \"b\"]".to_owned());
        Diagnostic::error(format!("variable `{}`: {}", variable.name.value, error.message)).at(&span).help(help)
    })?;
    Ok(Given { value, span })
}

fn from_file(
    path: &Path,
    declared: &[VariableBlock],
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Given> {
    let mut given = BTreeMap::new();
    let Some(source) = diagnostics.take(text::read_strict(path, "variable file")) else { return given };
    let Some(body) = file_body(path, &source, diagnostics) else { return given };
    for block in &body.blocks {
        let error = Diagnostic::error(format!("a variable file has no block `{}`", block.kind.value)).at(&block.span);
        let help = if block.kind.value == "variable" {
            "variables are declared in the template (.pkr.hcl); a variable file gives them values: name = value"
        } else {
            "it gives values to variables: name = value"
        };
        diagnostics.push(error.help(help));
    }
    let by_name = by_name(declared);
    for attribute in &body.attributes {
        let name = &attribute.name;
        match by_name.get(name.value.as_str()) {
            Some(variable) => {
                let span = shown_span(&attribute.value.span, variable.sensitive);
                let value = evaluate_constant(&attribute.value);
                given.extend(diagnostics.take(value).map(|value| (name.value.clone(), Given { value, span })));
            }
            None if inputs.warn_undeclared => {
                let warning = Diagnostic::warning(format!("variable `{}` is not declared", name.value));
                let known = declared.iter().map(|variable| variable.name.value.as_str());
                diagnostics.push(warning.at(&name.span).suggest(&name.value, known));
            }
            None => {}
        }
    }
    given
}

fn file_body(path: &Path, source: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Option<Body> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => syntax::parse_json_body(source, diagnostics, &JsonSchema::ATTRIBUTES),
        Some("hcl") => syntax::parse_body(source, diagnostics),
        _ => {
            let error = Diagnostic::error(format!("the variable file {} is neither .hcl nor .json", path.display()));
            diagnostics.push(error.help("name it something.pkrvars.hcl"));
            None
        }
    }
}

/// The place of a value without the value.
fn shown_span(span: &Span, sensitive: bool) -> Span {
    if !sensitive {
        return span.clone();
    }
    Span::whole(span.source.name.clone(), MASK)
}

fn value(
    variable: &VariableBlock,
    given: Option<Given>,
    world: &World,
    inputs: &VariableInputs,
    diagnostics: &mut Diagnostics,
) -> Value {
    let given = given.or_else(|| {
        let default = variable.default.as_ref()?;
        let span = shown_span(&default.span, variable.sensitive);
        let value = diagnostics.take(world.evaluate(default)).unwrap_or(Value::Unknown);
        Some(Given { value, span })
    });
    if let Some(given) = given {
        diagnostics.take(converted(variable, &given, world)).unwrap_or(Value::Unknown)
    } else {
        if !inputs.syntax_only {
            diagnostics.push(missing(&variable.name));
        }
        Value::Unknown
    }
}

fn missing(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(format!("variable `{}` has no value", name.value)).at(&name.span).help(format!(
        "give one with -var '{0}=...', in a -var-file, by PKR_VAR_{0}, or with `default` in its block",
        name.value
    ))
}

fn converted(variable: &VariableBlock, given: &Given, world: &World) -> Result<Value, Diagnostic> {
    let inferred;
    let kind = match (&variable.kind, &variable.default) {
        (Some(kind), _) => kind,
        (None, default) => {
            inferred = default.as_ref().map_or(Type::Any, |default| inferred_type(default, world));
            &inferred
        }
    };
    kind.convert(&given.value)
        .map_err(|reason| Diagnostic::error(format!("variable `{}`: {reason}", variable.name.value)).at(&given.span))
}

/// A default tells the type. Lists are not bound to its length, nor maps to its keys.
fn inferred_type(default: &syntax::Expression, world: &World) -> Type {
    match world.evaluate(default) {
        Ok(Value::String(_)) => Type::String,
        Ok(Value::Number(_)) => Type::Number,
        Ok(Value::Bool(_)) => Type::Bool,
        _ => Type::Any,
    }
}

/// A sensitive value: every text in it is masked, and so is what expressions make from it.
pub(super) fn secret(value: Value, inputs: &VariableInputs) -> Value {
    register(&value, inputs);
    value.into_secret(&BTreeSet::new())
}

fn register(value: &Value, inputs: &VariableInputs) {
    match value {
        Value::String(text) => inputs.secrets.add(text),
        Value::Number(_) => inputs.secrets.add(&value.to_text().unwrap_or_default()),
        Value::List(items) | Value::Set(items) => items.iter().for_each(|item| register(item, inputs)),
        Value::Map(entries) => entries.values().for_each(|entry| register(entry, inputs)),
        Value::Unknown | Value::Null | Value::Bool(_) => {}
    }
}

fn validate(
    declared: &[VariableBlock],
    values: &BTreeMap<String, Value>,
    world: &World,
    diagnostics: &mut Diagnostics,
) {
    for variable in declared {
        let name = &variable.name.value;
        let own = BTreeMap::from([(name.clone(), values[name].clone())]);
        let world = world.without_names().with("var", Value::map(own));
        for validation in &variable.validations {
            match diagnostics.take(world.evaluate(&validation.condition)) {
                Some(Value::Bool(true) | Value::Unknown) | None => {}
                Some(Value::Bool(false)) => diagnostics.push(
                    Diagnostic::error(format!("the value of variable `{name}` is not valid: {}", validation.message))
                        .at(&validation.condition.span),
                ),
                Some(other) => {
                    let error = format!("the condition of variable `{name}` is {}", other.describe());
                    let error = Diagnostic::error(error).at(&validation.condition.span);
                    diagnostics.push(error.help("it must be true or false"));
                }
            }
        }
    }
}
