//! Reading the options of a component by its table: typed as the template's language has it, each string
//! rendered once, and every option that the table does not have reported at the end.

#[cfg(test)]
mod asked;
mod by_table;
pub mod duration;
mod files;
mod json;
mod late;
mod read;
mod strict;
mod table;
mod typing;
mod weak;

#[cfg(test)]
pub(super) use asked::asked;
pub(super) use files::Expect;
pub(super) use typing::Typing;

use std::path::Path;

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::catalog::{Component, Options};
use crate::source::Span;
use crate::template::interpolate::Scope;
use crate::template::value::{Object, Value};
use table::Reader;

/// Folders that the paths of a template are looked up in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folders<'a> {
    /// What relative paths are relative to.
    pub(super) working: &'a Path,
    /// Only for hints: people expect paths to be relative to the template.
    pub(super) template: &'a Path,
    /// Nothing is built now: what only a running build reads may be made or fetched until then.
    pub(super) may_come_later: bool,
}

/// What all options of a build are read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) scope: &'a Scope,
    pub(super) folders: Folders<'a>,
    pub(super) typing: Typing,
}

/// The options of one builder, provisioner or post-processor while they are read.
///
/// Readers give `None` for an option that is absent, null, or wrong; what is wrong is kept as a diagnostic.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    scope: &'a Scope,
    folders: Folders<'a>,
    typing: Typing,
    component: &'static Component,
    /// The component's, or those of a map within them.
    options: Options,
    object: Object,
    /// The option that was asked for last, for errors in its text.
    reading: Option<&'static str>,
    diagnostics: Diagnostics,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(reading: Reading<'a>, component: &'static Component, object: Object) -> Self {
        let Reading { scope, folders, typing } = reading;
        let (options, diagnostics) = (component.options, Diagnostics::default());
        Self { scope, folders, typing, component, options, object, reading: None, diagnostics }
    }

    /// Reads another map of the same options.
    pub(super) fn again(&self, object: Object) -> Self {
        Self { object, diagnostics: Diagnostics::default(), ..*self }
    }

    pub(super) fn scope(&self) -> &'a Scope {
        self.scope
    }

    pub(super) fn folders(&self) -> Folders<'a> {
        self.folders
    }

    /// The value of an option, unless it is absent or null.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Value> {
        self.ask(key, Reader::Any)
    }

    pub(super) fn is_set(&mut self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// Where an option stands; the whole component where it is absent.
    pub(super) fn span(&self, key: &str) -> Span {
        self.object.get(key).map_or_else(|| self.object.span.clone(), |value| value.span.clone())
    }

    /// Where the component stands.
    pub(super) fn whole_span(&self) -> &Span {
        &self.object.span
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        self.diagnostics.take(result)
    }

    /// Keeps what is wrong in a text, with the name of its option: the line that is shown may not hold it.
    fn take_text<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        let named = |error: Diagnostic| match self.reading {
            Some(key) => Diagnostic { message: format!("`{key}`: {}", error.message), ..error },
            None => error,
        };
        let result = result.map_err(named);
        self.take(result)
    }

    /// An error about an option, shown where it stands. A value that is not known yet cannot be wrong.
    pub(super) fn reject(&mut self, key: &str, message: impl Into<String>) {
        if !self.object.get(key).is_some_and(Value::is_open) {
            self.push(Diagnostic::error(message).at(&self.span(key)));
        }
    }

    pub(super) fn warn(&mut self, key: &str, message: impl Into<String>) {
        self.push(Diagnostic::warning(message).at(&self.span(key)));
    }

    /// Two options of which only one may be set.
    pub(super) fn exclusive(&mut self, first: &'static str, second: &'static str) {
        if self.is_set(first) && self.is_set(second) {
            self.reject(second, format!("`{first}` and `{second}` cannot be used together"));
        }
    }

    /// An error about the component as a whole: none of these options is set. One that is written, but wrong, is
    /// reported already.
    pub(super) fn missing(&mut self, keys: &[&'static str], error: Diagnostic) {
        let is_reported = self.diagnostics.has_errors() && keys.iter().any(|key| self.is_set(key));
        if !is_reported {
            self.push(error.at(&self.object.span.clone()));
        }
    }

    /// All options as they are written.
    pub(super) fn object(&self) -> &Object {
        &self.object
    }

    /// Somebody who writes a template for another program into a text finds it gone only in the guest.
    pub(in crate::plan) fn warn_of_no_value(&mut self, written: &str, shown: &str, span: &Span) {
        const NO_VALUE: &str = "<no value>";
        if shown.contains(NO_VALUE) && !written.contains(NO_VALUE) {
            let warning = Diagnostic::warning("a field that has no value here becomes the text `<no value>`").at(span);
            self.push(warning.help("braces meant for another program belong in a script or a file of their own"));
        }
    }

    /// All that was found wrong, with the options that do not exist.
    pub(super) fn finish(mut self) -> Diagnostics {
        self.check_inert();
        self.report_unknown();
        self.diagnostics
    }
}
