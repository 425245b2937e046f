//! HCL2 text: blocks with aligned attributes, two spaces for each level.

use super::names::is_identifier;
use super::text::quoted;

/// What stands in a block.
#[derive(Debug, Default)]
pub(super) struct Body {
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    /// The expression may have several lines.
    Attribute(String, String),
    Block(Block),
    Comment(String),
}

#[derive(Debug)]
pub(super) struct Block {
    kind: &'static str,
    /// Of a block within a component, whose kind is an option's name.
    name: Option<String>,
    labels: Vec<String>,
    pub(super) body: Body,
}

impl Block {
    pub(super) fn new(kind: &'static str, labels: &[&str]) -> Self {
        Self {
            kind,
            name: None,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            body: Body::default(),
        }
    }

    pub(super) fn option(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::new("", &[]) }
    }
}

impl Body {
    pub(super) fn attribute(&mut self, name: &str, expression: impl Into<String>) {
        self.items.push(Item::Attribute(name.to_owned(), expression.into()));
    }

    pub(super) fn block(&mut self, block: Block) {
        self.items.push(Item::Block(block));
    }

    /// One line for each of the text's.
    pub(super) fn comment(&mut self, text: &str) {
        self.items.push(Item::Comment(text.to_owned()));
    }

    /// The whole text.
    pub(super) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let mut at = 0;
        while let Some(item) = self.items.get(at) {
            if at > 0 && needs_space(&self.items[at - 1], item) {
                out.push('\n');
            }
            match item {
                Item::Attribute(..) => {
                    let run: Vec<_> = self.items[at..].iter().map_while(one_line).collect();
                    let lines = if run.is_empty() { attribute(item) } else { aligned(&run) };
                    at += run.len().max(1) - 1;
                    for line in &lines {
                        out.extend([&indent, line, "\n"]);
                    }
                }
                Item::Block(block) => block.write(depth, out),
                Item::Comment(text) => {
                    for line in text.lines() {
                        out.extend([&indent, format!("# {line}").trim_end(), "\n"]);
                    }
                }
            }
            at += 1;
        }
    }
}

impl Block {
    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.extend([&indent, self.name.as_deref().unwrap_or(self.kind)]);
        for label in &self.labels {
            out.extend([" ", &quoted(label)]);
        }
        if self.body.items.is_empty() {
            return out.push_str(" {}\n");
        }
        out.push_str(" {\n");
        self.body.write(depth + 1, out);
        out.extend([&indent, "}\n"]);
    }
}

/// Blocks and comments stand alone; a comment belongs to what follows.
fn needs_space(before: &Item, item: &Item) -> bool {
    !matches!((before, item), (Item::Comment(_), _) | (Item::Attribute(..), Item::Attribute(..)))
}

fn one_line(item: &Item) -> Option<(&str, &str)> {
    match item {
        Item::Attribute(name, expression) if !expression.contains('\n') => Some((name, expression)),
        _ => None,
    }
}

fn attribute(item: &Item) -> Vec<String> {
    match item {
        Item::Attribute(name, expression) => format!("{name} = {expression}").lines().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Attributes with their signs below each other.
fn aligned(run: &[(&str, &str)]) -> Vec<String> {
    let width = run.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    run.iter().map(|(name, expression)| format!("{name:width$} = {expression}")).collect()
}

/// A list, in one line where it is short.
pub(super) fn list(items: &[String]) -> String {
    /// Longer lists get a line for each item.
    const WIDTH: usize = 100;
    let line = format!("[{}]", items.join(", "));
    if line.len() <= WIDTH && !line.contains('\n') {
        return line;
    }
    let mut lines = String::from("[\n");
    for item in items {
        lines.extend([&indented(item), ",\n"]);
    }
    lines.push(']');
    lines
}

/// A map, with a line for each entry.
pub(super) fn map(items: &[(String, String)]) -> String {
    let key = |name: &String| if is_identifier(name) { name.clone() } else { quoted(name) };
    entries(&items.iter().map(|(name, expression)| (key(name), expression.clone())).collect::<Vec<_>>())
}

/// The same, with expressions for keys.
pub(super) fn entries(entries: &[(String, String)]) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let mut body = Body::default();
    for (key, expression) in entries {
        body.attribute(key, expression.clone());
    }
    format!("{{\n{}\n}}", indented(body.to_text().trim_end()))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_laid_out() {
        let mut body = Body::default();
        body.comment("notes\n\nmore");
        let mut source = Block::new("source", &["qemu", "a b"]);
        source.body.attribute("cpus", "2");
        source.body.attribute("headless", "true");
        source.body.attribute("env", map(&[("A".to_owned(), "1".to_owned()), ("b.c".to_owned(), list(&[]))]));
        source.body.attribute("x", "1");
        source.body.block(Block::option("storage"));
        body.block(source);
        let expected = "# notes\n#\n# more\nsource \"qemu\" \"a b\" {\n  cpus     = 2\n  headless = true\n  env = {\n    A     = 1\n    \"b.c\" = []\n  }\n  x = 1\n\n  storage {}\n}\n";
        assert_eq!(body.to_text(), expected);
    }

    #[test]
    fn long_lists_have_lines() {
        let items = vec!["\"0123456789012345678901234567890123456789\"".to_owned(); 3];
        assert!(list(&items).starts_with("[\n  \"0123") && list(&items).ends_with("\",\n]"));
        assert_eq!(list(&items[..1]), format!("[{}]", items[0]));
    }
}
