//! Variables: those with a plain default stay variables, those that are computed become local values.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::template::interpolate::{calls, references};
use crate::template::value::{Kind, Object, Value};

use super::layout::{Block, Body};
use super::names::{Names, Taken};
use super::text::{Part, Place, expression, parts, quoted};
use super::{Writer, map};

/// As deep as variables may depend on each other, like where their values are worked out.
const ROUNDS: usize = 100;

/// What is declared.
#[derive(Debug, Default)]
pub(super) struct Variables {
    variables: Vec<Variable>,
    locals: Vec<Local>,
}

#[derive(Debug)]
struct Variable {
    name: String,
    /// An expression; `None` is required.
    default: Option<String>,
    sensitive: bool,
}

#[derive(Debug)]
struct Local {
    name: String,
    expression: String,
    sensitive: bool,
}

pub(super) fn read(root: &Object, names: &mut Names, diagnostics: &mut Diagnostics) -> Variables {
    let declared = root.get("variables").and_then(|value| map(&value.kind)).map_or(&[][..], |map| &map.entries);
    let mut reader = Reader {
        names,
        taken: Taken::default(),
        found: Variables::default(),
        sensitive: sensitive(root),
        unresolvable: unresolvable(declared),
    };
    let identifiers: Vec<String> = declared.iter().map(|entry| reader.name(entry, diagnostics)).collect();
    for ((name, value), identifier) in declared.iter().zip(identifiers) {
        reader.declare(name, identifier, value);
    }
    reader.undeclared(root, declared);
    reader.found
}

fn sensitive(root: &Object) -> BTreeSet<String> {
    match root.get("sensitive-variables").map(|value| &value.kind) {
        Some(Kind::List(names)) => {
            names.iter().filter_map(|name| super::string(&name.kind)).map(str::to_owned).collect()
        }
        _ => BTreeSet::new(),
    }
}

struct Reader<'a> {
    names: &'a mut Names,
    taken: Taken,
    found: Variables,
    sensitive: BTreeSet<String>,
    unresolvable: BTreeSet<String>,
}

impl Reader<'_> {
    /// Decides what a variable becomes, so that others can name it.
    fn name(&mut self, (name, value): &(Spanned<String>, Value), diagnostics: &mut Diagnostics) -> String {
        let identifier = self.taken.unique(&name.value);
        if identifier != name.value {
            let warning = Diagnostic::warning(format!("variable `{}` is called `{identifier}`", name.value));
            diagnostics.push(warning.at(&name.span).help("in HCL2 names are letters, digits, `_` and `-`"));
        }
        let is_computed = matches!(&value.kind, Kind::String(text) if self.is_computed(&name.value, text));
        let kind = if is_computed { "local" } else { "var" };
        if self.unresolvable.contains(&name.value) {
            let warning = Diagnostic::warning(format!("variable `{}` can never get its value", name.value));
            diagnostics.push(warning.at(&name.span).help("it is empty, as it was"));
        } else if is_computed {
            let warning = Diagnostic::warning(format!("variable `{}` becomes a local value", name.value));
            let help = "it is computed, so it cannot be given on the command line any more";
            diagnostics.push(warning.at(&name.span).help(help));
        }
        self.names.add_variable(&name.value, format!("{kind}.{identifier}"));
        identifier
    }

    fn declare(&mut self, name: &Spanned<String>, identifier: String, value: &Value) {
        let sensitive = self.sensitive.contains(&name.value);
        let Kind::String(text) = &value.kind else {
            return self.found.variables.push(Variable { name: identifier, default: None, sensitive });
        };
        let text = if self.unresolvable.contains(&name.value) { "" } else { text };
        let parts = parts(text, Place::Variable, self.names);
        if self.is_computed(&name.value, text) {
            let expression = expression(&self.without_environment(parts));
            self.found.locals.push(Local { name: identifier, expression, sensitive });
        } else {
            self.names.add_default(&format!("var.{identifier}"), text);
            let default = Some(expression(&parts));
            self.found.variables.push(Variable { name: identifier, default, sensitive });
        }
    }

    /// Whether a default says more than that of an HCL2 variable can, which may only ask for the environment.
    fn is_computed(&self, name: &str, text: &str) -> bool {
        let parts = parts(text, Place::Variable, self.names);
        let asks_within = calls(text).iter().any(|call| call.function == "env" && call.action.is_none());
        let has_expression = parts.iter().any(|part| matches!(part, Part::Expression(_)));
        (has_expression || asks_within) && !self.unresolvable.contains(name)
    }

    /// A local value cannot ask for the environment; a variable that does stands in for it.
    fn without_environment(&mut self, parts: Vec<Part>) -> Vec<Part> {
        let stand_in = |part| match part {
            Part::Environment(variable) => {
                let name = self.taken.unique(&format!("env_{variable}"));
                let default = Some(format!("env({})", quoted(&variable)));
                self.found.variables.push(Variable { name: name.clone(), default, sensitive: false });
                Part::Expression(format!("var.{name}"))
            }
            part => part,
        };
        parts.into_iter().map(stand_in).collect()
    }

    /// A variable that is used and not declared is empty, unless somebody gives it.
    fn undeclared(&mut self, root: &Object, declared: &[(Spanned<String>, Value)]) {
        let mut used = BTreeSet::new();
        root.entries.iter().for_each(|(_, value)| uses(value, &mut used));
        for (name, _) in declared {
            used.remove(&name.value);
        }
        for name in used {
            let identifier = self.taken.unique(&name);
            self.names.add_variable(&name, format!("var.{identifier}"));
            let sensitive = self.sensitive.contains(&name);
            self.found.variables.push(Variable { name: identifier, default: Some(quoted("")), sensitive });
        }
    }
}

/// The variables that wait for themselves, or for one that is not declared.
fn unresolvable(declared: &[(Spanned<String>, Value)]) -> BTreeSet<String> {
    let mut open: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in declared {
        let text = super::string(&value.kind).unwrap_or_default();
        open.insert(&name.value, references(text).into_iter().map(|(name, _)| name).collect());
    }
    let known: BTreeSet<&str> = open.keys().copied().collect();
    for _ in 0..ROUNDS {
        let waits = |name: &String| open.contains_key(name.as_str()) || !known.contains(name.as_str());
        let resolved = |names: &Vec<String>| !names.iter().any(waits);
        let done: Vec<&str> = open.iter().filter(|(_, names)| resolved(names)).map(|(name, _)| *name).collect();
        if done.is_empty() {
            break;
        }
        for name in done {
            open.remove(name);
        }
    }
    open.into_keys().map(str::to_owned).collect()
}

fn uses(value: &Value, used: &mut BTreeSet<String>) {
    match &value.kind {
        Kind::String(text) if text.contains("{{") => used.extend(references(text).into_iter().map(|(name, _)| name)),
        Kind::List(values) => values.iter().for_each(|value| uses(value, used)),
        Kind::Map(object) => object.entries.iter().for_each(|(_, value)| uses(value, used)),
        _ => {}
    }
}

impl Writer<'_> {
    pub(super) fn variables(&self, variables: &Variables, body: &mut Body) {
        if !variables.variables.is_empty() {
            self.annotate(body, "JSON knows only texts; the types may be changed.");
        }
        for variable in &variables.variables {
            body.block(variable.block());
        }
        if !variables.locals.is_empty() {
            self.annotate(body, "These were variables with functions or other variables in them.");
        }
        let mut locals = Block::new("locals", &[]);
        for local in variables.locals.iter().filter(|local| !local.sensitive) {
            locals.body.attribute(&local.name, local.expression.clone());
        }
        if variables.locals.iter().any(|local| !local.sensitive) {
            body.block(locals);
        }
        for local in variables.locals.iter().filter(|local| local.sensitive) {
            let mut block = Block::new("local", &[&local.name]);
            block.body.attribute("expression", local.expression.clone());
            block.body.attribute("sensitive", "true");
            body.block(block);
        }
    }
}

impl Variable {
    fn block(&self) -> Block {
        let mut block = Block::new("variable", &[&self.name]);
        block.body.attribute("type", "string");
        if let Some(default) = &self.default {
            block.body.attribute("default", default.clone());
        }
        if self.sensitive {
            block.body.attribute("sensitive", "true");
        }
        block
    }
}
