//! Which functions a text calls with nothing but literal arguments, and where: for those who write the text in
//! another way.

use std::ops::Range;

use super::ast::{Base, Branch, Command, Node, Operand, Pipeline};
use super::lexer::Dots;
use super::parser;
use super::value::Value;

/// A call such as ``user `name` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template) struct Call {
    pub(in crate::template) function: String,
    pub(in crate::template) arguments: Vec<String>,
    /// From the function's name to the last argument.
    pub(in crate::template) range: Range<usize>,
    /// With the braces, where they hold nothing else.
    pub(in crate::template) action: Option<Range<usize>>,
}

/// The calls in the order of the text. None, when the text is not well formed.
pub(in crate::template) fn calls(text: &str) -> Vec<Call> {
    let mut found = Calls { text, calls: Vec::new() };
    if let Ok(tree) = parser::parse(text, Dots::Keep) {
        tree.definitions.values().for_each(|nodes| found.in_nodes(nodes));
        found.in_nodes(&tree.nodes);
    }
    found.calls.sort_by_key(|call| call.range.start);
    found.calls
}

struct Calls<'a> {
    text: &'a str,
    calls: Vec<Call>,
}

impl Calls<'_> {
    fn in_nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Action(pipeline) | Node::Call { argument: Some(pipeline), .. } => self.in_pipeline(pipeline),
                Node::Branch(Branch { condition, then, otherwise, .. }) => {
                    self.in_pipeline(condition);
                    self.in_nodes(then);
                    self.in_nodes(otherwise);
                }
                Node::Call { .. } | Node::Text(_) | Node::Break | Node::Continue => {}
            }
        }
    }

    fn in_pipeline(&mut self, pipeline: &Pipeline) {
        for command in &pipeline.commands {
            let call = self.call(command);
            self.calls.extend(call);
            for operand in &command.operands {
                if let Base::Nested(inner) = &operand.base {
                    self.in_pipeline(inner);
                }
            }
        }
    }

    fn call(&self, command: &Command) -> Option<Call> {
        let (function, arguments) = command.call()?;
        let arguments = arguments.iter().map(literal).collect::<Option<Vec<_>>>()?;
        let (first, last) = (command.operands.first()?, command.operands.last()?);
        let range = first.range.start..last.range.end;
        Some(Call { function: function.to_owned(), arguments, action: self.action(&range), range })
    }

    fn action(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let before = self.text.get(..range.start)?.trim_end();
        let behind = self.text.get(range.end..)?;
        let close = behind.trim_start().strip_prefix("}}")?;
        before.strip_suffix("{{").map(|text| text.len()..self.text.len() - close.len())
    }
}

fn literal(operand: &Operand) -> Option<String> {
    match &operand.base {
        Base::Literal(Value::String(text)) if operand.fields.is_empty() => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |call: Call| {
            let action = call.action.map_or("-", |range| &text[range]);
            format!("{}({}) {} {action}", call.function, call.arguments.join(","), &text[call.range])
        };
        calls(text).into_iter().map(show).collect()
    }

    #[test]
    fn tells_what_fills_its_braces() {
        assert_eq!(shown("a{{user `x`}}b"), ["user(x) user `x` {{user `x`}}"]);
        assert_eq!(shown("{{ template_dir }}"), ["template_dir() template_dir {{ template_dir }}"]);
        assert_eq!(shown("{{- user `x` }}"), ["user(x) user `x` -"]);
        assert_eq!(shown("{{user `x` | upper}}"), ["user(x) user `x` -", "upper() upper -"]);
        assert_eq!(shown("{{if eq (user `x`) `1`}}{{.X}}{{end}}"), ["user(x) user `x` -"]);
        assert_eq!(shown("{{user `x`"), [""; 0]);
    }
}
