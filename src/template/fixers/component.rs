//! One component while its options are mended.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};
use crate::template::value::{Kind, Object, Value};

use super::Role;

pub(super) struct Component<'a> {
    pub(super) role: Role,
    pub(super) kind: &'a str,
    pub(super) options: &'a mut Object,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Component<'_> {
    pub(super) fn is(&self, role: Role, kinds: &[&str]) -> bool {
        self.role == role && kinds.contains(&self.kind)
    }

    pub(super) fn is_builder_of(&self, family: &str) -> bool {
        self.role == Role::Builder && self.kind.starts_with(family)
    }

    pub(super) fn is_set(&self, key: &str) -> bool {
        self.options.get(key).is_some_and(|value| value.kind != Kind::Null)
    }

    /// An option that is written as a string.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.options.get(key)?.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<(Spanned<String>, Value)> {
        self.options.remove(key)
    }

    /// Sets an option in place of what stood at `key`.
    pub(super) fn set(&mut self, name: &str, kind: Kind, key: &Span, value: &Span) {
        self.options.remove(name);
        let entry = (Spanned::new(name.to_owned(), key.clone()), Value { kind, span: value.clone() });
        self.options.entries.push(entry);
    }

    /// Tells of an option that was written in another way.
    pub(super) fn warn_replaced(&mut self, old: &Spanned<String>, new: &str) {
        self.warn(old, &format!("`{}` is an old option", old.value), &format!("it is read as {new}"));
    }

    /// Tells of an option whose successor is set too.
    pub(super) fn warn_unused(&mut self, old: &Spanned<String>, new: &str) {
        let help = format!("`{new}` is set too and is used; remove `{}`", old.value);
        self.warn(old, &format!("`{}` is the old name of `{new}`", old.value), &help);
    }

    pub(super) fn warn(&mut self, place: &Spanned<String>, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::warning(message).at(&place.span).help(help));
    }
}
