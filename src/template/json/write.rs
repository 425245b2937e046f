//! Values to JSON text, laid out as `packer fix` does: two spaces, keys in order.

use crate::source::Spanned;
use crate::template::value::{Kind, Object, Value};

/// The text, with a line break at its end. Numbers keep their digits.
pub fn write(value: &Value) -> String {
    let mut writer = Writer { out: String::new(), depth: 0 };
    writer.value(value);
    writer.out.push('\n');
    writer.out
}

struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            // The last two come from HCL2 alone.
            Kind::Null | Kind::Unknown | Kind::Deferred(_) => self.out.push_str("null"),
            Kind::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Kind::Number(digits) => self.out.push_str(digits),
            Kind::String(text) => self.string(text),
            Kind::List(values) => self.nested(['[', ']'], values, Self::value),
            Kind::Map(object) => self.object(object),
        }
    }

    fn object(&mut self, object: &Object) {
        let mut entries: Vec<_> = object.entries.iter().collect();
        entries.sort_by(|(left, _), (right, _)| left.value.cmp(&right.value));
        self.nested(['{', '}'], &entries, |writer, entry| writer.entry(entry));
    }

    fn entry(&mut self, (key, value): &(Spanned<String>, Value)) {
        self.string(&key.value);
        self.out.push_str(": ");
        self.value(value);
    }

    fn nested<T>(&mut self, [open, close]: [char; 2], items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.out.push(open);
        self.depth += 1;
        for (index, item) in items.iter().enumerate() {
            self.out.push_str(if index == 0 { "" } else { "," });
            self.line();
            write(self, item);
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.line();
        }
        self.out.push(close);
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(self.depth));
    }

    /// Go's encoder also escapes `&` and the line separators of JavaScript, for texts inside of HTML.
    fn string(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\0'..='\u{1f}' | '&' | '\u{2028}' | '\u{2029}' => {
                    self.unicode(character);
                }
                _ => self.out.push(character),
            }
        }
        self.out.push('"');
    }

    /// `\u0041`
    fn unicode(&mut self, character: char) {
        self.out.push_str("\\u");
        let digits = (0..4).rev().map(|place| (u32::from(character) >> (4 * place)) & 0xf);
        self.out.extend(digits.filter_map(|digit| char::from_digit(digit, 16)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::template::json;

    fn rewritten(text: &str) -> String {
        write(&json::parse(&SourceFile::new("t.json", text), "template").unwrap().value)
    }

    #[test]
    fn sorts_keys_and_indents() {
        let text = r#"{"b": [1, [], {}, [2]], "a": {"x": null, "A": true}, "é": 1.50, "~": "z"}"#;
        let expected = "{\n  \"a\": {\n    \"A\": true,\n    \"x\": null\n  },\n  \"b\": [\n    1,\n    [],\n    {},\n    [\n      2\n    ]\n  ],\n  \"~\": \"z\",\n  \"é\": 1.50\n}\n";
        assert_eq!(rewritten(text), expected);
    }

    #[test]
    fn escapes_as_go_does() {
        let text = r#""<a> \u0026 \/ \" \\ \n\t\r\b\f\u0001\u2028é\u007f""#;
        assert_eq!(rewritten(text), "\"<a> \\u0026 / \\\" \\\\ \\n\\t\\r\\u0008\\u000c\\u0001\\u2028é\u{7f}\"\n");
    }
}
