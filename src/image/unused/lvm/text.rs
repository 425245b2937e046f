//! LVM's notation: `name = value`, `name { ... }`, numbers, texts in quotes, lists in brackets, and comments.

use std::collections::BTreeMap;

/// Groups, volumes, one volume, a segment.
const MAX_DEPTH: usize = 8;

pub(super) type Section = BTreeMap<String, Value>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(u64),
    Text(String),
    List(Vec<Value>),
    Section(Section),
}

impl Value {
    pub(super) fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    pub(super) fn section(&self) -> Option<&Section> {
        if let Self::Section(section) = self { Some(section) } else { None }
    }
}

/// The whole text; `None` if it is not of this notation, or has a name twice.
pub(super) fn parse(text: &str) -> Option<Section> {
    let mut parser = Parser { rest: text };
    let root = parser.section(0)?;
    parser.rest.is_empty().then_some(root)
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    /// Up to a closing brace or the end.
    fn section(&mut self, depth: usize) -> Option<Section> {
        let mut section = Section::new();
        self.skip();
        while depth < MAX_DEPTH && !self.rest.is_empty() && !self.rest.starts_with('}') {
            let name = self.take(|character| character.is_ascii_alphanumeric() || "_-+.".contains(character))?;
            let value = if self.eat('=') { self.value(depth)? } else { self.braces(depth)? };
            if section.insert(name.to_owned(), value).is_some() {
                return None;
            }
            self.skip();
        }
        Some(section)
    }

    fn braces(&mut self, depth: usize) -> Option<Value> {
        self.expect('{')?;
        let section = self.section(depth + 1)?;
        self.expect('}')?;
        Some(Value::Section(section))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if self.eat('"') {
            self.text().map(Value::Text)
        } else if self.eat('[') {
            self.list(depth + 1).map(Value::List)
        } else {
            self.take(|character| character.is_ascii_digit())?.parse().ok().map(Value::Number)
        }
    }

    /// The rest of a list.
    fn list(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut list = Vec::new();
        while depth < MAX_DEPTH && !self.eat(']') {
            list.push(self.value(depth)?);
            if !self.eat(',') {
                self.expect(']')?;
                return Some(list);
            }
        }
        Some(list)
    }

    /// The rest of a text; a backslash takes the meaning from what follows.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => text.push(characters.next()?),
                character => text.push(character),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> Option<&'t str> {
        self.skip();
        let end = self.rest.find(|character| !belongs(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!taken.is_empty()).then_some(taken)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip();
        self.rest.strip_prefix(wanted).map(|rest| self.rest = rest).is_some()
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.eat(wanted).then_some(())
    }

    /// White space and comments.
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
        while let Some(comment) = self.rest.strip_prefix('#') {
            self.rest = comment.split_once('\n').map_or("", |(_, next)| next).trim_start();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation_is_read() {
        let text = "# made\na = 7 # seven\nvg-0.x+y {\n b = \"a \\\"b\\\" \\\\\"\n c = [\"x\", 0,\n [] ]\n d { } }\n";
        let root = parse(text).unwrap();
        assert_eq!(root["a"].number(), Some(7));
        let group = root["vg-0.x+y"].section().unwrap();
        assert_eq!(group["b"].text(), Some("a \"b\" \\"));
        assert_eq!(group["c"].list(), Some(&[Value::Text("x".into()), Value::Number(0), Value::List(vec![])][..]));
        assert_eq!(group["d"].section(), Some(&Section::new()));
        assert_eq!(parse(" # nothing"), Some(Section::new()));
    }

    #[test]
    fn anything_else_is_nothing() {
        let endless = "a {".repeat(100_000);
        let lists = format!("a = {}", "[".repeat(100_000));
        let wrong =
            "a|a =|a = b|a = -1|a = 1.5|a = \"|a = \"\\|a = [1 2]|a = [1|a { |}|a = 1 }|a = 1\na = 2|= 1|a = 9e9";
        for text in wrong.split('|').chain([endless.as_str(), lists.as_str(), "a = 99999999999999999999"]) {
            assert_eq!(parse(text), None, "{}", &text[..text.len().min(40)]);
        }
    }
}
