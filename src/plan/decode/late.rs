//! Reading texts that are complete only at run time.

use std::collections::BTreeMap;

use crate::source::{Span, Spanned};
use crate::template::interpolate::{Late, Site};
use crate::template::value::{Kind, Value};

use super::table::Reader;
use super::typing::Mismatch;
use super::{Decoder, Typing};

impl Decoder<'_> {
    pub(in crate::plan) fn late(&mut self, key: &'static str, site: Site<'_>) -> Option<Late> {
        let value = self.ask(key, Reader::LateText)?;
        let text = self.converted(key, "a string", &value, self.typing.string(&value))?;
        self.late_text(&text, &value.span, site).filter(|_| !text.is_empty())
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
        let late = self.take(late)?;
        self.warn_of_no_value(text, &late.to_string(), span);
        Some(late)
    }

    /// A list, or one text that is split at its commas.
    pub(in crate::plan) fn late_strings(&mut self, key: &'static str, site: Site<'_>) -> Vec<Spanned<Late>> {
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
        let pairs = self.converted(key, "a map of strings", &value, self.typing.pairs(&value)).unwrap_or_default();
        let mut lates = BTreeMap::new();
        for (name, text) in pairs {
            let name = self.scope.render(&name.value, &name.span);
            let late = self.late_text(&text.value, &text.span, site);
            if let (Some(name), Some(late)) = (self.take(name), late) {
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
