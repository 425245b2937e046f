//! The decoder and the table of its component.

use crate::diag::Diagnostic;
use crate::plan::catalog::{Component, Opt, Options, Shape};
use crate::source::Spanned;
use crate::template::value::{Kind, Object, Value};

use super::Decoder;

/// How a decoder reads an option; it must fit the shape that the table gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Any,
    Text,
    Choice,
    Flag,
    Trilean,
    Integer,
    Duration,
    Texts,
    Integers,
    TextMap,
    LateText,
    LateTexts,
    LateTextMap,
    LateRows,
}

impl Reader {
    fn fits(self, option: &Opt) -> bool {
        let shape = option.shape;
        let is_text = matches!(shape, Shape::Text | Shape::File | Shape::Folder | Shape::Path);
        let is_texts =
            matches!(shape, Shape::Texts | Shape::Assignments | Shape::Files | Shape::Folders | Shape::Paths);
        match self {
            Self::Any => true,
            Self::Text => is_text && !option.late,
            Self::Choice => matches!(shape, Shape::Choice(_)),
            Self::Flag => shape == Shape::Flag,
            Self::Trilean => shape == Shape::Trilean,
            Self::Integer => shape == Shape::Integer,
            Self::Duration => shape == Shape::Duration,
            Self::Texts => is_texts && !option.late,
            Self::Integers => shape == Shape::Integers,
            Self::TextMap => shape == Shape::TextMap && !option.late,
            Self::LateText => is_text && option.late,
            Self::LateTexts => is_texts && option.late,
            Self::LateTextMap => shape == Shape::TextMap && option.late,
            Self::LateRows => shape == Shape::Rows && option.late,
        }
    }
}

impl Decoder<'_> {
    /// The value of an option, unless it is absent or null. A decoder that asks for what its table does not
    /// have is a mistake of ours.
    pub(super) fn ask(&mut self, key: &'static str, reader: Reader) -> Option<Value> {
        debug_assert!(
            self.options.find(key).is_some_and(|option| reader.fits(option)),
            "`{}` has no option `{key}` for {reader:?} in its table",
            self.component.kind
        );
        #[cfg(test)]
        super::asked::record(self.component, key);
        self.reading = Some(key);
        self.object.get(key).filter(|value| value.kind != Kind::Null).cloned()
    }

    /// Whether the component has this option at all.
    pub(in crate::plan) fn has(&self, key: &str) -> bool {
        self.options.find(key).is_some()
    }

    /// The words that an option may be.
    pub(super) fn words(&self, key: &str) -> &'static [&'static str] {
        match self.options.find(key).map(|option| option.shape) {
            Some(Shape::Choice(words)) => words,
            _ => &[],
        }
    }

    /// The decoder of an option that is a map with options of its own.
    pub(in crate::plan) fn nested(&mut self, key: &'static str) -> Option<Self> {
        let value = self.ask(key, Reader::Any)?;
        let Some(Shape::Nested(options)) = self.options.find(key).map(|option| option.shape) else { return None };
        let Some(object) = single_map(value.kind) else {
            let names: Vec<_> = options.names().map(|name| format!("`{name}`")).collect();
            self.reject(key, format!("`{key}` must be a map of {}", names.join(", ")));
            return None;
        };
        Some(Decoder { options, ..self.again(object) })
    }

    /// Takes over what was found wrong in a map within this one.
    pub(in crate::plan) fn absorb(&mut self, inner: Self) {
        self.diagnostics.extend(inner.finish());
    }

    pub(super) fn report_unknown(&mut self) {
        let keys = self.object.entries.iter().map(|(key, _)| key);
        let mut unknown: Vec<_> = keys.filter(|key| self.is_unknown(key)).cloned().collect();
        unknown.sort_by(|left, right| left.value.cmp(&right.value));
        for key in unknown {
            let (component, options) = (self.component, self.options);
            self.diagnostics.push_error_with(|| unknown_option(component, options, &key));
        }
    }

    fn is_unknown(&self, key: &Spanned<String>) -> bool {
        !key.value.to_ascii_lowercase().starts_with("packer_") && self.options.find(&key.value).is_none()
    }
}

fn unknown_option(component: &Component, options: Options, key: &Spanned<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("unknown option `{}`", key.value)).at(&key.span);
    let others = component.others_with(&key.value);
    if options != component.options || others.is_empty() {
        return diagnostic.suggest(&key.value, options.names());
    }
    let others: Vec<_> = others.iter().map(|other| format!("`{other}`")).collect();
    let place = (component.kind, key.value.to_ascii_lowercase());
    diagnostic.help(format!("`{}` is an option of {}, not of `{}`", place.1, others.join(", "), place.0))
}

/// A map, or the only map of a list: blocks of HCL2 are lists.
fn single_map(kind: Kind) -> Option<Object> {
    match kind {
        Kind::Map(map) => Some(map),
        Kind::List(mut list) if list.len() == 1 => single_map(list.remove(0).kind),
        _ => None,
    }
}
