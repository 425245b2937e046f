//! Reading the options of a component: weak typing as Packer has it, each string rendered once, and every
//! option that nobody asked for reported at the end.

pub mod duration;
mod files;
mod weak;

pub(super) use files::Expect;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diag::{Diagnostic, Diagnostics};
use crate::io::secrets::Secret;
use crate::source::{Span, Spanned};
use crate::template::interpolate::{Late, Scope, Site};
use crate::template::value::{Kind, Object, Value};
use duration::Signed;
use weak::Mismatch;

/// Folders that the paths of a template are looked up in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folders<'a> {
    /// What relative paths are relative to.
    pub(super) working: &'a Path,
    /// Only for hints: people expect paths to be relative to the template.
    pub(super) template: &'a Path,
}

/// The options of one builder, provisioner or post-processor while they are read.
///
/// Readers give `None` for an option that is absent, null, or wrong; what is wrong is kept as a diagnostic.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    scope: &'a Scope,
    folders: Folders<'a>,
    object: Object,
    /// Every option that exists, as it is spelled; known by being asked for.
    known: BTreeSet<&'static str>,
    diagnostics: Diagnostics,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(scope: &'a Scope, folders: Folders<'a>, object: Object) -> Self {
        Self { scope, folders, object, known: BTreeSet::new(), diagnostics: Diagnostics::default() }
    }

    /// Reads a map that is the value of an option.
    pub(super) fn inner(&self, object: Object) -> Self {
        Self::new(self.scope, self.folders, object)
    }

    pub(super) fn scope(&self) -> &'a Scope {
        self.scope
    }

    pub(super) fn folders(&self) -> Folders<'a> {
        self.folders
    }

    /// The value of an option, unless it is absent or null.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Value> {
        self.known.insert(key);
        self.object.get(key).filter(|value| value.kind != Kind::Null).cloned()
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

    /// An error about an option, shown where it stands.
    pub(super) fn reject(&mut self, key: &str, message: impl Into<String>) {
        self.push(Diagnostic::error(message).at(&self.span(key)));
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

    /// Takes an option by the name it had in older versions.
    pub(super) fn renamed(&mut self, old: &'static str, new: &'static str) {
        let Some((key, value)) = self.object.remove(old) else { return };
        let warning = Diagnostic::warning(format!("`{old}` is the old name of `{new}`")).at(&key.span);
        if self.object.get(new).is_some() {
            return self.push(warning.help(format!("`{new}` is set too and is used; remove `{old}`")));
        }
        self.push(warning.help(format!("it is read as `{new}`")));
        self.object.entries.push((Spanned::new(new.to_owned(), key.span), value));
    }

    /// Takes out an option that is a map.
    pub(super) fn remove_map(&mut self, key: &str) -> Option<(Spanned<String>, Object)> {
        if !matches!(self.object.get(key)?.kind, Kind::Map(_)) {
            return None;
        }
        match self.object.remove(key)? {
            (key, Value { kind: Kind::Map(map), .. }) => Some((key, map)),
            _ => None,
        }
    }

    /// All options as they are written.
    pub(super) fn object(&self) -> &Object {
        &self.object
    }

    /// Options that exist and change nothing here; their text must still be a template without mistakes.
    pub(super) fn ignore(&mut self, keys: &[&'static str]) {
        for key in keys {
            if let Some(value) = self.value(key) {
                self.check(&value);
            }
        }
    }

    fn check(&mut self, value: &Value) {
        match &value.kind {
            Kind::String(text) => {
                let checked = self.scope.check(text, &value.span);
                self.take(checked);
            }
            Kind::List(list) => list.iter().for_each(|item| self.check(item)),
            Kind::Map(map) => map.entries.iter().for_each(|(_, item)| self.check(item)),
            _ => {}
        }
    }

    /// All that was found wrong, with the options nobody asked for.
    pub(super) fn finish(mut self) -> Diagnostics {
        let mut unknown: Vec<_> =
            self.object.entries.iter().map(|(key, _)| key).filter(|key| self.is_unknown(key)).collect();
        unknown.sort_by(|left, right| left.value.cmp(&right.value));
        for key in unknown {
            let diagnostic = Diagnostic::error(format!("unknown option `{}`", key.value)).at(&key.span);
            self.diagnostics.push(diagnostic.suggest(&key.value, self.known.iter().copied()));
        }
        self.diagnostics
    }

    fn is_unknown(&self, key: &Spanned<String>) -> bool {
        let name = key.value.to_ascii_lowercase();
        !name.starts_with("packer_") && !self.known.iter().any(|known| known.eq_ignore_ascii_case(&name))
    }
}

/// Reading one option as a type.
impl Decoder<'_> {
    fn read<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        convert: impl FnOnce(&Value) -> Result<T, Mismatch>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let value = self.rendered(&value)?;
        self.converted(key, expected, &value, convert(&value))
    }

    fn converted<T>(&mut self, key: &str, expected: &str, value: &Value, result: Result<T, Mismatch>) -> Option<T> {
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
    fn rendered(&mut self, value: &Value) -> Option<Value> {
        let kind = match &value.kind {
            Kind::String(text) => {
                let rendered = self.scope.render(text, &value.span);
                Kind::String(self.take(rendered)?)
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
            let (name, value) = (self.take(name), self.rendered(value));
            entries.push((Spanned::new(name?, key.span.clone()), value?));
        }
        Some(Object { entries, span: map.span.clone() })
    }

    /// A text that is not empty; Packer takes an empty one as absent.
    pub(super) fn string(&mut self, key: &'static str) -> Option<String> {
        self.read(key, "a string", weak::string).filter(|text| !text.is_empty())
    }

    pub(super) fn string_or(&mut self, key: &'static str, default: &str) -> String {
        self.string(key).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn secret(&mut self, key: &'static str) -> Option<Secret> {
        self.string(key).map(Secret::new)
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> bool {
        self.read(key, "a boolean", weak::boolean).unwrap_or(false)
    }

    pub(super) fn integer(&mut self, key: &'static str) -> Option<i64> {
        self.read(key, "an integer", weak::integer)
    }

    /// An integer within bounds.
    pub(super) fn number<T: TryFrom<i64>>(
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
    pub(super) fn signed_duration(&mut self, key: &'static str) -> Option<Signed> {
        self.read(key, "a duration such as `1m30s`", weak::duration)
    }

    /// A duration; a negative one counts as none.
    pub(super) fn duration(&mut self, key: &'static str) -> Option<Duration> {
        self.signed_duration(key).map(|duration| duration.positive().unwrap_or(Duration::ZERO))
    }

    /// A duration that is more than nothing.
    pub(super) fn positive_duration(&mut self, key: &'static str) -> Option<Duration> {
        self.duration(key).filter(|duration| !duration.is_zero())
    }

    pub(super) fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        self.string(key).map(PathBuf::from)
    }

    /// A list of texts, each with its place. One text is split at its commas.
    pub(super) fn spanned_strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.read(key, "a list of strings", weak::strings).unwrap_or_default()
    }

    pub(super) fn strings(&mut self, key: &'static str) -> Vec<String> {
        self.spanned_strings(key).into_iter().map(|text| text.value).collect()
    }

    /// Whole numbers, such as exit codes.
    pub(super) fn numbers(&mut self, key: &'static str) -> Vec<u32> {
        let integers = self.read(key, "a list of numbers", weak::integers).unwrap_or_default();
        let numbers: Result<Vec<u32>, _> = integers.into_iter().map(u32::try_from).collect();
        numbers.unwrap_or_else(|_| {
            self.reject(key, format!("`{key}` holds a number out of range"));
            Vec::new()
        })
    }

    pub(super) fn map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let pairs = self.read(key, "a map of strings", weak::pairs).unwrap_or_default();
        pairs.into_iter().map(|(name, text)| (name.value, text.value)).collect()
    }

    /// One of a few words.
    pub(super) fn choice(&mut self, key: &'static str, allowed: &[&str]) -> Option<String> {
        let text = self.string(key)?;
        if allowed.contains(&text.as_str()) {
            return Some(text);
        }
        let message = format!("`{key}` cannot be `{text}`; it is one of {}", quoted_list(allowed));
        self.push(Diagnostic::error(message).at(&self.span(key)).suggest(&text, allowed.iter().copied()));
        None
    }
}

/// Reading texts that are complete only at run time.
impl Decoder<'_> {
    pub(super) fn late(&mut self, key: &'static str, site: Site<'_>) -> Option<Late> {
        let value = self.value(key)?;
        let text = self.converted(key, "a string", &value, weak::string(&value))?;
        let late = self.scope.late(&text, &value.span, site);
        self.take(late).filter(|_| !text.is_empty())
    }

    pub(super) fn late_or(&mut self, key: &'static str, default: &str, site: Site<'_>) -> Late {
        self.late(key, site).unwrap_or_else(|| self.default_late(default, site))
    }

    /// A default that holds dot-variables itself.
    pub(super) fn default_late(&mut self, text: &str, site: Site<'_>) -> Late {
        let late = self.scope.late(text, &Span::whole("default", text), site);
        self.take(late).unwrap_or_else(|| Late::literal(text))
    }

    pub(super) fn late_strings(&mut self, key: &'static str, site: Site<'_>) -> Vec<Spanned<Late>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let texts = self.converted(key, "a list of strings", &value, weak::strings(&value)).unwrap_or_default();
        self.late_each(texts, site)
    }

    pub(super) fn late_each(&mut self, texts: Vec<Spanned<String>>, site: Site<'_>) -> Vec<Spanned<Late>> {
        let mut lates = Vec::with_capacity(texts.len());
        for text in texts {
            let late = self.scope.late(&text.value, &text.span, site);
            lates.extend(self.take(late).map(|late| Spanned::new(late, text.span)));
        }
        lates
    }

    pub(super) fn late_map(&mut self, key: &'static str, site: Site<'_>) -> BTreeMap<String, Late> {
        let Some(value) = self.value(key) else { return BTreeMap::new() };
        let pairs = self.converted(key, "a map of strings", &value, weak::pairs(&value)).unwrap_or_default();
        let mut lates = BTreeMap::new();
        for (name, text) in pairs {
            let name = self.scope.render(&name.value, &name.span);
            let late = self.scope.late(&text.value, &text.span, site);
            if let (Some(name), Some(late)) = (self.take(name), self.take(late)) {
                lates.insert(name, late);
            }
        }
        lates
    }

    /// The texts of a list as they are written; for those that are joined before they are rendered.
    pub(super) fn raw_strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        self.converted(key, "a list of strings", &value, weak::strings(&value)).unwrap_or_default()
    }

    /// A list of lists of texts as they are written.
    pub(super) fn raw_rows(&mut self, key: &'static str) -> Vec<Vec<Spanned<String>>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Kind::List(rows) = &value.kind else {
            self.converted::<()>(key, "a list of lists", &value, Err(Mismatch::Kind));
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            texts.extend(self.converted(key, "a list of lists of strings", row, weak::strings(row)));
        }
        texts
    }
}

fn quoted_list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
