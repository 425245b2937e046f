//! What the expressions of a template see, in a form that can be kept: expressions over the running build
//! are evaluated long after the template was read.

use std::collections::BTreeMap;
use std::fmt::{Debug, Formatter};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::io::secrets::{Secret, Secrets};

use super::evaluate::{self, Budget, Scope};
use super::functions::Context;
use super::syntax::Expression;
use super::value::Value;

/// What is the same everywhere in one run.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// `path.root`, as given.
    pub(super) root: PathBuf,
    pub(super) working_folder: PathBuf,
    pub(super) started: jiff::Timestamp,
}

/// Names with their values, and what functions look at. Cloning one is cheap.
#[derive(Clone)]
pub(super) struct World {
    names: Arc<BTreeMap<String, Value>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    facts: Facts,
    /// Only defaults of variables may look at it.
    environment: Option<BTreeMap<String, String>>,
    /// Of all evaluations of one template.
    budget: Arc<Budget>,
    secrets: Secrets,
}

impl World {
    /// `secrets` takes what expressions make from secrets.
    pub(super) fn new(facts: Facts, secrets: Secrets) -> Self {
        let shared = Shared { facts, environment: None, budget: Arc::default(), secrets };
        Self { names: Arc::default(), shared: Arc::new(shared) }
    }

    /// The same without any name.
    pub(super) fn without_names(&self) -> Self {
        Self { names: Arc::default(), shared: Arc::clone(&self.shared) }
    }

    /// Without any name, and only `env` may be called.
    pub(super) fn of_defaults(&self, environment: &BTreeMap<String, Secret>) -> Self {
        let environment = environment.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned())).collect();
        let shared = Shared {
            facts: self.shared.facts.clone(),
            environment: Some(environment),
            budget: Arc::clone(&self.shared.budget),
            secrets: self.shared.secrets.clone(),
        };
        Self { names: Arc::default(), shared: Arc::new(shared) }
    }

    #[must_use]
    pub(super) fn with(&self, name: &str, value: Value) -> Self {
        let mut names = (*self.names).clone();
        names.insert(name.to_owned(), value);
        Self { names: Arc::new(names), shared: Arc::clone(&self.shared) }
    }

    /// The same for a name of an outer scope: one that is there already hides it.
    #[must_use]
    pub(super) fn with_outer(&self, name: &str, value: Value) -> Self {
        if self.names.contains_key(name) { self.clone() } else { self.with(name, value) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name)
    }

    /// Whether the values of the template have grown beyond their bound, which is an error of its own.
    pub(super) fn is_spent(&self) -> bool {
        self.shared.budget.is_spent()
    }

    pub(super) fn evaluate(&self, expression: &Expression) -> Result<Value, Diagnostic> {
        let Facts { root, working_folder, started } = &self.shared.facts;
        let context = Context { root, working_folder, started: *started };
        let budget = &self.shared.budget;
        let mut scope = match &self.shared.environment {
            Some(environment) => Scope::constant(budget).with_environment(environment),
            None => Scope::new(context, budget),
        };
        scope = scope.with_secrets(&self.shared.secrets);
        for (name, value) in &*self.names {
            scope.set(name.as_str(), value.clone());
        }
        evaluate::evaluate(expression, &scope)
    }
}

/// Names only: values may be secret.
impl Debug for World {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("World").field(&self.names.keys().collect::<Vec<_>>()).finish()
    }
}
