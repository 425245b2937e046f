//! Secret texts: a type that does not print, and a list that masks them in any output.

use std::cmp::Reverse;
use std::collections::BTreeMap;
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

/// Shorter secrets are masked only where they stand alone: else one of one letter would mask that letter in
/// every word, and thereby tell which one it is.
const SHORT: usize = 4;

/// All secrets of a run. Every writer of text passes it through `mask`.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<Known>>);

/// Longer texts come first. The flag tells whether one is short.
type Known = BTreeMap<(Reverse<usize>, String), bool>;

impl Secrets {
    /// Each line of a secret is a secret too, however it is quoted. Longer texts are masked first.
    pub fn add(&self, text: &str) {
        let mut known = self.0.write().expect("no holder of the lock panics");
        let whole = Some(text.trim()).filter(|whole| !whole.is_empty());
        // Short lines of a longer text are its brackets and the like.
        let lines = text.lines().map(str::trim).filter(|line| !is_short(line));
        for spelling in whole.into_iter().chain(lines).flat_map(spellings) {
            let short = is_short(&spelling);
            known.insert((Reverse(spelling.len()), spelling), short);
        }
    }

    pub fn mask(&self, text: &str) -> String {
        let known = self.0.read().expect("no holder of the lock panics");
        known.iter().fold(text.to_owned(), |text, ((_, secret), short)| {
            if *short { masked_words(&text, secret) } else { text.replace(secret.as_str(), MASK) }
        })
    }

    /// Whether a part of the text would be masked.
    pub fn are_in(&self, text: &str) -> bool {
        let known = self.0.read().expect("no holder of the lock panics");
        known.iter().any(
            |((_, secret), short)| {
                if *short { masked_words(text, secret) != text } else { text.contains(secret.as_str()) }
            },
        )
    }

    /// How many texts are masked.
    pub fn count(&self) -> usize {
        self.0.read().expect("no holder of the lock panics").len()
    }
}

/// Only how many there are.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} x {MASK}", self.count())
    }
}

fn is_short(text: &str) -> bool {
    text.chars().nth(SHORT - 1).is_none()
}

/// Masks a text where no letter or digit stands before or behind it.
fn masked_words(text: &str, secret: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for (at, _) in text.match_indices(secret) {
        let (before, after) = (&text[..at], &text[at + secret.len()..]);
        if !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric) {
            masked.push_str(&text[end..at]);
            masked.push_str(MASK);
            end = at + secret.len();
        }
    }
    masked.push_str(&text[end..]);
    masked
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
    fn short_secrets_are_masked_where_they_stand_alone() {
        let secrets = Secrets::default();
        for secret in ["a", "été", ""] {
            secrets.add(secret);
        }
        assert_eq!(
            secrets.mask("banana a a-b a:étés été"),
            "banana <sensitive> <sensitive>-b <sensitive>:étés <sensitive>"
        );
        assert!(secrets.are_in("x=a") && !secrets.are_in("apple"));
        let script = Secrets::default();
        script.add("if true\nthen\nfi");
        assert_eq!(script.mask("fi then"), "fi <sensitive>");
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
