//! What an expression can refer to and call.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Budget;
use crate::io::secrets::Secrets;
use crate::template::hcl::functions;
use crate::template::hcl::value::Value;

/// Names with their values, over those of an outer scope.
pub(in crate::template) struct Scope<'a> {
    names: BTreeMap<Cow<'a, str>, Value>,
    outer: Option<&'a Scope<'a>>,
    world: World<'a>,
}

/// What is the same in all nested scopes.
#[derive(Clone, Copy)]
struct World<'a> {
    /// Nothing where calls are not allowed.
    functions: Option<functions::Context<'a>>,
    /// Nothing where `env` must not be called.
    environment: Option<&'a BTreeMap<String, String>>,
    budget: &'a Budget,
    /// Takes what is made from secrets.
    secrets: Option<&'a Secrets>,
    /// `templatefile` does not run inside of a file it reads.
    is_template_file: bool,
}

impl<'a> Scope<'a> {
    /// Without names.
    pub(in crate::template) fn new(functions: functions::Context<'a>, budget: &'a Budget) -> Self {
        Self::of_world(World {
            functions: Some(functions),
            environment: None,
            budget,
            secrets: None,
            is_template_file: false,
        })
    }

    /// Nothing to refer to and nothing to call.
    pub(in crate::template) fn constant(budget: &'a Budget) -> Self {
        Self::of_world(World { functions: None, environment: None, budget, secrets: None, is_template_file: false })
    }

    fn of_world(world: World<'a>) -> Self {
        Self { names: BTreeMap::new(), outer: None, world }
    }

    /// `env` may be called and sees these variables; everything else may not.
    #[must_use]
    pub(in crate::template) fn with_environment(mut self, environment: &'a BTreeMap<String, String>) -> Self {
        self.world.environment = Some(environment);
        self
    }

    #[must_use]
    pub(in crate::template) fn with_secrets(mut self, secrets: &'a Secrets) -> Self {
        self.world.secrets = Some(secrets);
        self
    }

    pub(in crate::template) fn set(&mut self, name: impl Into<Cow<'a, str>>, value: Value) {
        self.names.insert(name.into(), value);
    }

    /// A scope over this one.
    pub(super) fn inner(&self) -> Scope<'_> {
        Scope { names: BTreeMap::new(), outer: Some(self), world: self.world }
    }

    /// The scope of a file that `templatefile` reads.
    pub(super) fn for_template_file(&self) -> Scope<'_> {
        Scope::of_world(World { is_template_file: true, ..self.world })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.outer.and_then(|outer| outer.get(name)))
    }

    /// For suggestions.
    pub(super) fn all_names(&self) -> Vec<&str> {
        let mut names = self.outer.map(Scope::all_names).unwrap_or_default();
        names.extend(self.names.keys().map(|name| &**name));
        names
    }

    pub(super) fn budget(&self) -> &'a Budget {
        self.world.budget
    }

    pub(super) fn secrets(&self) -> Option<&'a Secrets> {
        self.world.secrets
    }

    pub(super) fn functions(&self) -> Option<functions::Context<'a>> {
        self.world.functions
    }

    pub(super) fn environment(&self) -> Option<&'a BTreeMap<String, String>> {
        self.world.environment
    }

    pub(super) fn is_template_file(&self) -> bool {
        self.world.is_template_file
    }
}
