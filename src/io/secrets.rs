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
    /// Each line of a secret is a secret too, however it is quoted. Longer texts are masked first.
    pub fn add(&self, text: &str) {
        let mut list = self.0.write().expect("no holder of the lock panics");
        let parts = std::iter::once(text).chain(text.lines()).map(str::trim).filter(|part| !part.is_empty());
        for spelling in parts.flat_map(spellings) {
            if !list.iter().any(|known| known.reveal() == spelling) {
                list.push(Secret::new(spelling));
            }
        }
        list.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
    }

    pub fn mask(&self, text: &str) -> String {
        let list = self.0.read().expect("no holder of the lock panics");
        list.iter().fold(text.to_owned(), |text, secret| text.replace(secret.reveal(), MASK))
    }
}

/// The text as it is, as it stands in JSON, and as it stands between a shell's single quotes.
fn spellings(text: &str) -> [String; 3] {
    let json = serde_json::to_string(text).expect("any text can be written as JSON");
    [text.to_owned(), json[1..json.len() - 1].to_owned(), text.replace('\'', r"'\''")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_what_is_quoted() {
        let secrets = Secrets::default();
        secrets.add(r#"pa"ss\wo'rd"#);
        let command = ["echo", r#"pa"ss\wo'rd"#];
        assert_eq!(secrets.mask(&serde_json::to_string(&command).unwrap()), r#"["echo","<sensitive>"]"#);
        assert_eq!(secrets.mask(&shell_words::join(command)), "echo '<sensitive>'");
    }

    #[test]
    fn masks_whole_texts_and_their_lines() {
        let secrets = Secrets::default();
        secrets.add("one two\nthree");
        assert_eq!(secrets.mask("say three, one two"), "say <sensitive>, <sensitive>");
        let shown = format!("{secrets:?}");
        assert!(shown.contains(MASK) && !shown.contains("three"), "{shown}");
    }
}
