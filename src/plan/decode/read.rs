//! Reading one option as a type. Every text in it is rendered first, once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::diag::Diagnostic;
use crate::io::secrets::Secret;
use crate::source::{Span, Spanned};
use crate::template::value::{Kind, Object, Value};

use super::Decoder;
use super::duration::Signed;
use super::table::Reader;
use super::typing::{Mismatch, Typing};
use super::weak::UNKNOWN;

impl Decoder<'_> {
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        reader: Reader,
        expected: &str,
        convert: impl FnOnce(Typing, &Value) -> Result<T, Mismatch>,
    ) -> Option<T> {
        let value = self.ask(key, reader)?;
        if value.depends_on_build() {
            let error = Diagnostic::error(format!("`{key}` is settled before the build runs")).at(&value.span);
            self.push(error.help("nothing but `build.name` of `build` can be used here"));
            return None;
        }
        let value = self.rendered(&value)?;
        self.converted(key, expected, &value, convert(self.typing, &value))
    }

    pub(super) fn converted<T>(
        &mut self,
        key: &str,
        expected: &str,
        value: &Value,
        result: Result<T, Mismatch>,
    ) -> Option<T> {
        let Err(mismatch) = result else { return result.ok() };
        let diagnostic = Diagnostic::error(format!("`{key}` must be {expected}"));
        let diagnostic = diagnostic.at_with(&value.span, format!("this is {}", value.kind.describe()));
        self.push(match mismatch {
            Mismatch::Kind => diagnostic,
            Mismatch::Text(reason) => {
                Diagnostic::error(format!("`{key}` must be {expected}: {reason}")).at(&value.span)
            }
        });
        None
    }

    /// A value with every text in it rendered.
    pub(super) fn rendered(&mut self, value: &Value) -> Option<Value> {
        let kind = match &value.kind {
            Kind::String(text) => {
                let rendered = self.scope.render(text, &value.span);
                let rendered = self.take_text(rendered)?;
                self.warn_of_no_value(text, &rendered, &value.span);
                Kind::String(rendered)
            }
            Kind::List(list) => {
                let items: Vec<_> = list.iter().map(|item| self.rendered(item)).collect();
                Kind::List(items.into_iter().collect::<Option<_>>()?)
            }
            Kind::Map(map) => Kind::Map(self.rendered_map(map)?),
            other => other.clone(),
        };
        Some(Value { kind, span: value.span.clone() })
    }

    fn rendered_map(&mut self, map: &Object) -> Option<Object> {
        let mut entries = Vec::with_capacity(map.entries.len());
        for (key, value) in &map.entries {
            let name = self.scope.render(&key.value, &key.span);
            let (name, value) = (self.take_text(name), self.rendered(value));
            entries.push((Spanned::new(name?, key.span.clone()), value?));
        }
        Some(Object { entries, span: map.span.clone() })
    }

    /// A text that is not empty; Packer takes an empty one as absent.
    pub(in crate::plan) fn string(&mut self, key: &'static str) -> Option<String> {
        self.read(key, Reader::Text, "a string", Typing::string).filter(|text| !text.is_empty())
    }

    pub(in crate::plan) fn string_or(&mut self, key: &'static str, default: &str) -> String {
        self.string(key).unwrap_or_else(|| default.to_owned())
    }

    pub(in crate::plan) fn secret(&mut self, key: &'static str) -> Option<Secret> {
        self.string(key).map(Secret::new)
    }

    pub(in crate::plan) fn boolean(&mut self, key: &'static str) -> bool {
        self.read(key, Reader::Flag, "a boolean", Typing::boolean).unwrap_or(false)
    }

    /// `None` where nothing is said.
    pub(in crate::plan) fn trilean(&mut self, key: &'static str) -> Option<bool> {
        self.read(key, Reader::Trilean, "a boolean", Typing::trilean).flatten()
    }

    pub(in crate::plan) fn integer(&mut self, key: &'static str) -> Option<i64> {
        self.read(key, Reader::Integer, "an integer", Typing::integer)
    }

    /// An integer within bounds.
    pub(in crate::plan) fn number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        allowed: std::ops::RangeInclusive<i64>,
    ) -> Option<T> {
        let value = self.integer(key)?;
        if !allowed.contains(&value) {
            let (low, high) = allowed.into_inner();
            self.reject(key, format!("`{key}` must be between {low} and {high}; it is {value}"));
            return None;
        }
        T::try_from(value).ok()
    }

    /// A duration that may be negative, as `boot_wait` takes it.
    pub(in crate::plan) fn signed_duration(&mut self, key: &'static str) -> Option<Signed> {
        self.read(key, Reader::Duration, "a duration such as `1m30s`", Typing::duration)
    }

    /// A duration; a negative one counts as none.
    pub(in crate::plan) fn duration(&mut self, key: &'static str) -> Option<Duration> {
        self.signed_duration(key).map(|duration| duration.positive().unwrap_or(Duration::ZERO))
    }

    /// A duration that is more than nothing.
    pub(in crate::plan) fn positive_duration(&mut self, key: &'static str) -> Option<Duration> {
        self.duration(key).filter(|duration| !duration.is_zero())
    }

    /// A duration that an HCL2 template may leave empty, so that a variable can switch it on.
    pub(in crate::plan) fn switchable_duration(&mut self, key: &'static str) -> Option<Duration> {
        let is_empty = |value: Value| matches!(value.kind, Kind::String(text) if text.is_empty());
        if self.typing == Typing::Strict && self.value(key).is_some_and(is_empty) {
            return None;
        }
        self.duration(key)
    }

    pub(in crate::plan) fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        self.string(key).map(PathBuf::from)
    }

    /// A list of texts, each with its place. One text is split at its commas.
    pub(in crate::plan) fn spanned_strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.read(key, Reader::Texts, "a list of strings", Typing::strings).unwrap_or_default()
    }

    pub(in crate::plan) fn strings(&mut self, key: &'static str) -> Vec<String> {
        self.spanned_strings(key).into_iter().map(|text| text.value).collect()
    }

    pub(in crate::plan) fn integers(&mut self, key: &'static str) -> Vec<i64> {
        self.read(key, Reader::Integers, "a list of numbers", Typing::integers).unwrap_or_default()
    }

    /// Whole numbers that are not less than 0.
    pub(in crate::plan) fn numbers(&mut self, key: &'static str) -> Vec<u32> {
        let numbers: Result<Vec<u32>, _> = self.integers(key).into_iter().map(u32::try_from).collect();
        numbers.unwrap_or_else(|_| {
            self.reject(key, format!("`{key}` holds a number out of range"));
            Vec::new()
        })
    }

    pub(in crate::plan) fn map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let pairs = self.read(key, Reader::TextMap, "a map of strings", Typing::pairs).unwrap_or_default();
        pairs.into_iter().map(|(name, text)| (name.value, text.value)).collect()
    }

    /// One of the words that the table has.
    pub(in crate::plan) fn choice(&mut self, key: &'static str) -> Option<String> {
        let text = self.read(key, Reader::Choice, "a string", Typing::string).filter(|text| !text.is_empty())?;
        let words = self.words(key);
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        if text == UNKNOWN {
            return None;
        }
        let span = self.span(key);
        self.reject_word(key, words, &text, &span);
        None
    }

    pub(super) fn reject_word(&mut self, key: &str, words: &[&str], text: &str, span: &Span) {
        let message = format!("`{key}` cannot be `{text}`; it is one of {}", quoted_list(words));
        self.push(Diagnostic::error(message).at(span).suggest(text, words.iter().copied()));
    }
}

pub(super) fn quoted_list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
