//! Which parts of a value are secret.

use std::collections::{BTreeMap, BTreeSet};

use super::{Text, Value};

impl Value {
    /// Whether any text in it is secret.
    pub(in crate::template) fn holds_secret(&self) -> bool {
        self.any_text(&mut Text::is_secret)
    }

    /// The same with every text in it secret, but for those that are `plain`.
    #[must_use]
    pub(in crate::template) fn into_secret(self, plain: &BTreeSet<Text>) -> Self {
        match self {
            Self::String(text) if !plain.contains(&text) => Self::String(text.into_secret()),
            Self::List(items) => Self::list(items.iter().map(|item| item.clone().into_secret(plain)).collect()),
            Self::Set(items) => Self::set(items.iter().map(|item| item.clone().into_secret(plain))),
            Self::Map(entries) => {
                let secret = |(key, value): (&String, &Self)| (key.clone(), value.clone().into_secret(plain));
                Self::map(entries.iter().map(secret).collect::<BTreeMap<_, _>>())
            }
            other => other,
        }
    }

    /// All texts in it that are secret, or all that are not.
    pub(in crate::template) fn texts(&self, secret: bool) -> BTreeSet<Text> {
        let mut texts = BTreeSet::new();
        self.any_text(&mut |text| {
            if text.is_secret() == secret {
                texts.insert(text.clone());
            }
            false
        });
        texts
    }

    fn any_text(&self, test: &mut impl FnMut(&Text) -> bool) -> bool {
        match self {
            Self::String(text) => test(text),
            Self::List(items) | Self::Set(items) => items.iter().any(|item| item.any_text(test)),
            Self::Map(entries) => entries.values().any(|value| value.any_text(test)),
            Self::Unknown | Self::Null | Self::Bool(_) | Self::Number(_) => false,
        }
    }
}
