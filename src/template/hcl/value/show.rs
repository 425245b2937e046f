//! Values as text for sorting.

use super::Value;

impl Value {
    /// A text that orders the elements of a set: their kinds first, then what they show.
    pub(super) fn sort_key(&self) -> String {
        match self {
            Self::Unknown => String::from("9"),
            Self::Null => String::from("0"),
            Self::Bool(value) => format!("1{value}"),
            Self::Number(value) => {
                // Longer integers are larger; the sign and the fraction are compared as text.
                let text = value.to_string();
                let length = text.find('.').unwrap_or(text.len());
                if text.starts_with('-') { format!("20{text}") } else { format!("21{length:05}{text}") }
            }
            Self::String(text) => format!("3{text}"),
            Self::List(items) | Self::Set(items) => {
                let keys: Vec<String> = items.iter().map(Self::sort_key).collect();
                format!("4[{}]", keys.join("\u{1}"))
            }
            Self::Map(entries) => {
                let keys: Vec<String> =
                    entries.iter().map(|(name, value)| format!("{name}\u{2}{}", value.sort_key())).collect();
                format!("5{{{}}}", keys.join("\u{1}"))
            }
        }
    }
}
