//! Secret texts: a type that does not print, and a list that masks them in any output.

use std::sync::{Arc, RwLock};

use serde::{Serialize, Serializer};

/// What stands in place of a secret.
pub const MASK: &str = "<sensitive>";

/// A text that shows as a mask everywhere but through `reveal`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// All secrets of a run. Every writer of text passes it through `mask`.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<RwLock<Vec<Secret>>>);

impl Secrets {
    /// Each line of a secret is a secret too. Longer texts are masked first.
    pub fn add(&self, text: &str) {
        let mut list = self.0.write().expect("no holder of the lock panics");
        for part in std::iter::once(text).chain(text.lines()).map(str::trim).filter(|part| !part.is_empty()) {
            if !list.iter().any(|known| known.reveal() == part) {
                list.push(Secret::new(part));
            }
        }
        list.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
    }

    pub fn mask(&self, text: &str) -> String {
        let list = self.0.read().expect("no holder of the lock panics");
        list.iter().fold(text.to_owned(), |text, secret| text.replace(secret.reveal(), MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_whole_texts_and_their_lines() {
        let secrets = Secrets::default();
        secrets.add("one two\nthree");
        assert_eq!(secrets.mask("say three, one two"), "say <sensitive>, <sensitive>");
        assert_eq!(
            format!("{secrets:?}"),
            "Secrets(RwLock { data: [<sensitive>, <sensitive>, <sensitive>], poisoned: false, .. })"
        );
    }
}
