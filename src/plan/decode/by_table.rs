//! Checking options by their table alone: for components that this program does not run, and for options
//! that change nothing here.

use crate::diag::Diagnostic;
use crate::plan::catalog::{Opt, Shape};
use crate::source::Spanned;
use crate::template::value::{Kind, Value};

use super::read::quoted_list;
use super::{Decoder, Expect};

impl Decoder<'_> {
    /// Checks every option: its type, its words, the files it names, and that nothing required is missing.
    pub(in crate::plan) fn check_by_table(&mut self) {
        for option in self.options.iter() {
            self.check_option(option);
            if option.required && !self.is_set(option.name) {
                let error = Diagnostic::error(format!("`{}` must be set", option.name));
                self.push(error.at(&self.whole_span().clone()));
            }
        }
        if self.options == self.component.options {
            self.component.one_of.iter().for_each(|names| self.check_one_of(names));
        }
    }

    fn check_one_of(&mut self, names: &[&'static str]) {
        let set: Vec<_> = names.iter().copied().filter(|name| self.is_set(name)).collect();
        match set.as_slice() {
            [] => {
                let error = Diagnostic::error(format!("one of {} must be set", quoted_list(names)));
                self.push(error.at(&self.whole_span().clone()));
            }
            [_] => {}
            [first, second, ..] => self.exclusive(first, second),
        }
    }

    pub(super) fn check_inert(&mut self) {
        self.options.iter().filter(|option| option.inert).for_each(|option| self.check_option(option));
    }

    fn check_option(&mut self, option: &'static Opt) {
        let Some(value) = self.value(option.name) else { return };
        if option.late || matches!(option.shape, Shape::Any) {
            self.check_templates(&value);
            return self.check_shape(option, &value);
        }
        if let Some(value) = self.rendered(&value) {
            self.check_shape(option, &value);
        }
    }

    /// Texts that cannot be rendered yet must still be templates without mistakes.
    fn check_templates(&mut self, value: &Value) {
        match &value.kind {
            Kind::String(text) => {
                let checked = self.scope.check(text, &value.span);
                self.take(checked);
            }
            Kind::List(list) => list.iter().for_each(|item| self.check_templates(item)),
            Kind::Map(map) => map.entries.iter().for_each(|(_, item)| self.check_templates(item)),
            _ => {}
        }
    }

    fn check_shape(&mut self, option: &'static Opt, value: &Value) {
        let (key, typing) = (option.name, self.typing);
        match option.shape {
            Shape::Text => drop(self.converted(key, "a string", value, typing.string(value))),
            Shape::Choice(words) => self.check_choice(key, words, value),
            Shape::File => self.check_path(option, Expect::File, value),
            Shape::Folder => self.check_path(option, Expect::Folder, value),
            Shape::Path => self.check_path(option, Expect::Any, value),
            Shape::Flag => drop(self.converted(key, "a boolean", value, typing.boolean(value))),
            Shape::Trilean => drop(self.converted(key, "a boolean", value, typing.trilean(value))),
            Shape::Integer => drop(self.converted(key, "an integer", value, typing.integer(value))),
            Shape::Duration => {
                drop(self.converted(key, "a duration such as `1m30s`", value, typing.duration(value)));
            }
            Shape::Texts => drop(self.converted(key, "a list of strings", value, typing.strings(value))),
            Shape::Files => self.check_paths(option, Expect::File, value),
            Shape::Folders => self.check_paths(option, Expect::Folder, value),
            Shape::Paths => self.check_paths(option, Expect::Any, value),
            Shape::Integers => drop(self.converted(key, "a list of numbers", value, typing.integers(value))),
            Shape::Rows => drop(self.rows(key, value)),
            Shape::TextMap => drop(self.converted(key, "a map of strings", value, typing.pairs(value))),
            Shape::Nested(_) => {
                if let Some(mut inner) = self.nested(key) {
                    inner.check_by_table();
                    self.absorb(inner);
                }
            }
            Shape::Any => {}
        }
    }

    fn check_choice(&mut self, key: &'static str, words: &'static [&'static str], value: &Value) {
        let text = self.converted(key, "a string", value, self.typing.string(value));
        if let Some(text) = text.filter(|text| !text.is_empty() && !words.contains(&text.as_str())) {
            let message = format!("`{key}` cannot be `{text}`; it is one of {}", quoted_list(words));
            self.push(Diagnostic::error(message).at(&value.span).suggest(&text, words.iter().copied()));
        }
    }

    fn check_path(&mut self, option: &'static Opt, expect: Expect, value: &Value) {
        let text = self.converted(option.name, "a string", value, self.typing.string(value));
        let path = text.map(|text| Spanned::new(text, value.span.clone()));
        self.require_all(option, expect, path.into_iter().collect());
    }

    fn check_paths(&mut self, option: &'static Opt, expect: Expect, value: &Value) {
        let paths = self.converted(option.name, "a list of strings", value, self.typing.strings(value));
        self.require_all(option, expect, paths.unwrap_or_default());
    }

    /// Texts that are completed later and patterns may lead anywhere.
    fn require_all(&mut self, option: &'static Opt, expect: Expect, paths: Vec<Spanned<String>>) {
        let is_pattern = |path: &str| option.shape == Shape::Paths && path.contains(['*', '?', '[']);
        for path in paths {
            if !path.value.is_empty() && !is_pattern(&path.value) && !path.value.contains("{{") {
                self.require(&format!("`{}`", option.name), &path.value, expect, &path.span);
            }
        }
    }
}
