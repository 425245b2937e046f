//! What an expression can refer to and call.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Budget;
use crate::template::hcl::functions;
use crate::template::hcl::value::Value;

/// Names with their values, over those of an outer scope.
#[derive(Clone, Debug)]
pub(in crate::template) struct Scope<'a> {
    names: Vec<(Cow<'a, str>, Value)>,
    failures: BTreeMap<Vec<String>, String>,
    outer: Option<&'a Scope<'a>>,
    world: World<'a>,
}

/// What is the same in all nested scopes.
#[derive(Clone, Copy, Debug)]
struct World<'a> {
    /// Nothing where calls are not allowed.
    functions: Option<functions::Context<'a>>,
    /// Nothing where `env` must not be called.
    environment: Option<&'a BTreeMap<String, String>>,
    budget: &'a Budget,
    /// `templatefile` does not run inside of a file it reads.
    is_template_file: bool,
}

impl<'a> Scope<'a> {
    /// Without names.
    pub(in crate::template) fn new(functions: functions::Context<'a>, budget: &'a Budget) -> Self {
        Self::of_world(World { functions: Some(functions), environment: None, budget, is_template_file: false })
    }

    /// Nothing to refer to and nothing to call.
    pub(in crate::template) fn constant(budget: &'a Budget) -> Self {
        Self::of_world(World { functions: None, environment: None, budget, is_template_file: false })
    }

    fn of_world(world: World<'a>) -> Self {
        Self { names: Vec::new(), failures: BTreeMap::new(), outer: None, world }
    }

    /// `env` may be called and sees these variables; everything else may not.
    #[must_use]
    pub(in crate::template) fn with_environment(mut self, environment: &'a BTreeMap<String, String>) -> Self {
        self.world.environment = Some(environment);
        self
    }

    pub(in crate::template) fn set(&mut self, name: impl Into<Cow<'a, str>>, value: Value) {
        self.names.push((name.into(), value));
    }

    /// Whatever begins with this path has no value, for this reason; `try` and `can` catch that.
    pub(in crate::template) fn fail(&mut self, path: Vec<String>, reason: impl Into<String>) {
        self.failures.insert(path, reason.into());
    }

    /// A scope with one name more.
    pub(in crate::template) fn with<'b>(&'b self, name: impl Into<Cow<'b, str>>, value: Value) -> Scope<'b> {
        let mut scope = self.inner();
        scope.set(name, value);
        scope
    }

    /// A scope over this one.
    pub(super) fn inner(&self) -> Scope<'_> {
        Scope { names: Vec::new(), failures: BTreeMap::new(), outer: Some(self), world: self.world }
    }

    /// The scope of a file that `templatefile` reads.
    pub(super) fn for_template_file(&self) -> Scope<'_> {
        Scope::of_world(World { is_template_file: true, ..self.world })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let own = self.names.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value);
        own.or_else(|| self.outer.and_then(|outer| outer.get(name)))
    }

    /// Why the value at a path is missing, if that was told by `fail`.
    pub(super) fn failure(&self, path: &[String]) -> Option<&str> {
        let own = (1..=path.len()).find_map(|length| self.failures.get(&path[..length]));
        own.map(String::as_str).or_else(|| self.outer.and_then(|outer| outer.failure(path)))
    }

    /// Whether `fail` was called for anything behind this root name.
    pub(super) fn has_failures(&self, root: &str) -> bool {
        self.failures.keys().any(|path| path.first().is_some_and(|first| first == root))
            || self.outer.is_some_and(|outer| outer.has_failures(root))
    }

    /// For suggestions.
    pub(super) fn all_names(&self) -> Vec<&str> {
        let mut names = self.outer.map(Scope::all_names).unwrap_or_default();
        names.extend(self.names.iter().map(|(name, _)| &**name));
        names
    }

    pub(super) fn budget(&self) -> &'a Budget {
        self.world.budget
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
