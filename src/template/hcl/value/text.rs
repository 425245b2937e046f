//! A text that knows whether it is secret.

use std::cmp::Ordering;
use std::fmt::{Debug, Display, Formatter};
use std::ops::Deref;
use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::io::secrets::MASK;

/// The text of a string, in the normal form C that HCL gives every string. Secrecy is no part of its value.
#[derive(Clone)]
pub(in crate::template) struct Text {
    content: Arc<str>,
    /// From a sensitive variable or local value, or made from such a text.
    is_secret: bool,
}

impl Text {
    pub(in crate::template) fn new(text: &str) -> Self {
        let content = if is_normal(text) { Arc::from(text) } else { Arc::from(normal(text)) };
        Self { content, is_secret: false }
    }

    pub(in crate::template) fn is_secret(&self) -> bool {
        self.is_secret
    }

    #[must_use]
    pub(in crate::template) fn into_secret(self) -> Self {
        Self { is_secret: true, ..self }
    }
}

/// Nearly all texts are, and of those nearly all are ASCII.
pub(super) fn is_normal(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

/// The normal form C. Keys of maps have it as well.
pub(super) fn normal(text: &str) -> String {
    text.nfc().collect()
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.content
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.content.cmp(&other.content)
    }
}

/// What is shown to people is masked by who prints it.
impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.content)
    }
}

impl Debug for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if self.is_secret { f.write_str(MASK) } else { Debug::fmt(&self.content, f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_with_marks_are_put_together() {
        assert_eq!(&*Text::new("cafe\u{301}"), "caf\u{e9}");
        assert_eq!(Text::new("cafe\u{301}"), Text::new("caf\u{e9}"));
        assert_eq!(&*Text::new("plain"), "plain");
    }

    #[test]
    fn a_secret_is_equal_to_its_text_but_does_not_show() {
        let secret = Text::new("hunter2").into_secret();
        assert_eq!(secret, Text::new("hunter2"));
        assert_eq!(format!("{secret:?}"), MASK);
    }
}
