//! Reading texts that are complete only at run time.

use std::collections::BTreeMap;

use crate::source::{Span, Spanned};
use crate::template::interpolate::{Late, Site};
use crate::template::value::{Deferred, Kind, Value};

use super::table::Reader;
use super::typing::Mismatch;
use super::{Decoder, Typing};

impl Decoder<'_> {
    pub(in crate::plan) fn late(&mut self, key: &'static str, site: Site<'_>) -> Option<Late> {
        let value = self.ask(key, Reader::LateText)?;
        self.late_value(key, "a string", &value, site)
    }

    /// A value as a text; `None` where it is empty or wrong.
    fn late_value(&mut self, key: &str, expected: &str, value: &Value, site: Site<'_>) -> Option<Late> {
        if let Kind::Deferred(deferred) = &value.kind {
            return Some(self.scope.deferred(deferred, 0, site));
        }
        let text = self.converted(key, expected, value, self.typing.string(value))?;
        // Nothing is what is not set, also where a variable says it.
        self.late_text(&text, &value.span, site).filter(|late| late.known().is_none_or(|text| !text.is_empty()))
    }

    pub(in crate::plan) fn late_or(&mut self, key: &'static str, default: &str, site: Site<'_>) -> Late {
        self.late(key, site).unwrap_or_else(|| self.default_late(default, site))
    }

    /// A default that holds dot-variables itself.
    pub(in crate::plan) fn default_late(&mut self, text: &str, site: Site<'_>) -> Late {
        self.late_text(text, &Span::whole("default", text), site).unwrap_or_else(|| Late::literal(text))
    }

    pub(in crate::plan) fn late_text(&mut self, text: &str, span: &Span, site: Site<'_>) -> Option<Late> {
        let late = self.scope.late(text, span, site);
        let late = self.take_text(late)?;
        self.warn_of_no_value(text, &late.to_string(), span);
        Some(late)
    }

    /// A list, or one text that is split at its commas.
    pub(in crate::plan) fn late_strings(&mut self, key: &'static str, site: Site<'_>) -> Vec<Spanned<Late>> {
        if let Some(Value { kind: Kind::List(items), .. }) = self.ask(key, Reader::LateTexts) {
            return self.late_items(key, &items, site);
        }
        let texts = self.raw_strings(key);
        let whole = match self.value(key) {
            Some(Value { kind: Kind::String(text), span }) if self.typing == Typing::Weak => {
                self.late_text(&text, &span, site)
            }
            _ => return self.late_each(texts, site),
        };
        // A variable may hold the commas: what is complete now is split as it reads now.
        match whole.and_then(|late| late.known()) {
            Some(text) if text.is_empty() => Vec::new(),
            Some(text) => {
                let span = self.span(key);
                text.split(',').map(|part| Spanned::new(Late::literal(part), span.clone())).collect()
            }
            None => self.late_each(texts, site),
        }
    }

    fn late_items(&mut self, key: &str, items: &[Value], site: Site<'_>) -> Vec<Spanned<Late>> {
        let mut lates = Vec::with_capacity(items.len());
        for item in items {
            let late = if let Kind::Deferred(deferred) = &item.kind {
                Some(self.scope.deferred(deferred, 0, site))
            } else {
                let text = self.converted(key, "a list of strings", item, self.typing.element(item));
                text.and_then(|text| self.late_text(&text, &item.span, site))
            };
            lates.extend(late.map(|late| Spanned::new(late, item.span.clone())));
        }
        lates
    }

    pub(in crate::plan) fn late_each(&mut self, texts: Vec<Spanned<String>>, site: Site<'_>) -> Vec<Spanned<Late>> {
        let mut lates = Vec::with_capacity(texts.len());
        for text in texts {
            let late = self.late_text(&text.value, &text.span, site);
            lates.extend(late.map(|late| Spanned::new(late, text.span)));
        }
        lates
    }

    pub(in crate::plan) fn late_map(&mut self, key: &'static str, site: Site<'_>) -> BTreeMap<String, Late> {
        let Some(value) = self.ask(key, Reader::LateTextMap) else { return BTreeMap::new() };
        let mut lates = BTreeMap::new();
        if let Kind::Map(map) = &value.kind {
            for (name, value) in map.entries.iter().filter(|(_, value)| matches!(value.kind, Kind::Deferred(_))) {
                lates.extend(
                    self.late_value(key, "a map of strings", value, site).map(|late| (name.value.clone(), late)),
                );
            }
        }
        let pairs = self.converted(key, "a map of strings", &value, self.typing.pairs(&value)).unwrap_or_default();
        for (name, text) in pairs {
            if lates.contains_key(&name.value) {
                continue;
            }
            let name = self.scope.render(&name.value, &name.span);
            let late = self.late_text(&text.value, &text.span, site);
            if let (Some(name), Some(late)) = (self.take_text(name), late) {
                lates.insert(name, late);
            }
        }
        lates
    }

    /// The texts of a list as they are written; for those that are joined before they are rendered.
    pub(in crate::plan) fn raw_strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        let Some(value) = self.ask(key, Reader::LateTexts) else { return Vec::new() };
        self.converted(key, "a list of strings", &value, self.typing.strings(&value)).unwrap_or_default()
    }

    /// A text as it is written.
    pub(in crate::plan) fn raw_string(&mut self, key: &'static str) -> Option<String> {
        let value = self.ask(key, Reader::LateText)?;
        self.typing.string(&value).ok().filter(|text| !text.is_empty())
    }

    /// Those elements of a list that depend on the running build, by their index.
    pub(in crate::plan) fn deferred_items(&mut self, key: &'static str) -> BTreeMap<usize, Deferred> {
        let Some(Value { kind: Kind::List(items), .. }) = self.ask(key, Reader::LateTexts) else {
            return BTreeMap::new();
        };
        let deferred = items.into_iter().enumerate().filter_map(|(at, item)| match item.kind {
            Kind::Deferred(deferred) => Some((at, deferred)),
            _ => None,
        });
        deferred.collect()
    }

    /// A list of lists of texts as they are written.
    pub(in crate::plan) fn raw_rows(&mut self, key: &'static str) -> Vec<Vec<Spanned<String>>> {
        let Some(value) = self.ask(key, Reader::LateRows) else { return Vec::new() };
        self.rows(key, &value)
    }

    pub(super) fn rows(&mut self, key: &str, value: &Value) -> Vec<Vec<Spanned<String>>> {
        let Kind::List(rows) = &value.kind else {
            self.converted::<()>(key, "a list of lists", value, Err(Mismatch::Kind));
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            texts.extend(self.converted(key, "a list of lists of strings", row, self.typing.strings(row)));
        }
        texts
    }
}
