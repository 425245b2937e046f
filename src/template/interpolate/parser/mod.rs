//! From pieces and tokens to a syntax tree.

mod pipeline;

use std::ops::Range;

use super::ast::{Branch, BranchKind, Definitions, Node, Pipeline, Tree};
use super::functions;
use super::lexer::{Dots, Piece, Token, TokenKind, pieces};
use super::problem::Problem;
use super::value::Value;
use pipeline::Action;

/// Deeper nesting of blocks and parentheses is refused, so that no text can exhaust the stack.
const DEPTH_LIMIT: usize = 64;

pub(super) fn parse(text: &str, dots: Dots) -> Result<Tree, Problem> {
    let mut parser = Parser {
        pieces: pieces(text, dots)?.into_iter(),
        definitions: Definitions::new(),
        variables: Vec::new(),
        depth: 0,
        loops: 0,
    };
    let (nodes, end) = parser.block()?;
    match end {
        BlockEnd::Text => Ok(Tree { nodes, definitions: parser.definitions }),
        BlockEnd::End(range) => Err(Problem::new(&range, "`{{end}}` has no beginning")),
        BlockEnd::Else(range, _) => Err(Problem::new(&range, "`{{else}}` has no beginning")),
    }
}

struct Parser {
    pieces: std::vec::IntoIter<Piece>,
    definitions: Definitions,
    /// The names in scope, innermost last.
    variables: Vec<String>,
    depth: usize,
    /// How many `range` blocks are open.
    loops: usize,
}

/// What a block of nodes ended at.
enum BlockEnd {
    Text,
    End(Range<usize>),
    /// With the tokens behind the word.
    Else(Range<usize>, Vec<Token>),
}

impl Parser {
    fn block(&mut self) -> Result<(Vec<Node>, BlockEnd), Problem> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            match piece {
                Piece::Text(text) => nodes.push(Node::Text(text)),
                Piece::Action(mut tokens, range) => match keyword(&tokens) {
                    Some("end") => return only(&tokens[1..]).map(|()| (nodes, BlockEnd::End(range))),
                    Some("else") => {
                        tokens.remove(0);
                        return Ok((nodes, BlockEnd::Else(range, tokens)));
                    }
                    _ => nodes.extend(self.action(tokens, range)?),
                },
            }
        }
        Ok((nodes, BlockEnd::Text))
    }

    fn action(&mut self, mut tokens: Vec<Token>, range: Range<usize>) -> Result<Option<Node>, Problem> {
        let word = keyword(&tokens).map(str::to_owned);
        if word.is_some() {
            tokens.remove(0);
        }
        match word.as_deref() {
            Some("if") => self.branch(BranchKind::If, &tokens, &range).map(Some),
            Some("with") => self.branch(BranchKind::With, &tokens, &range).map(Some),
            Some("range") => self.branch(BranchKind::Range, &tokens, &range).map(Some),
            Some("define") => self.define(&tokens, &range).map(|()| None),
            Some("block") => self.named_block(&tokens, range).map(Some),
            Some("template") => self.call(&tokens, range).map(Some),
            Some(word @ ("break" | "continue")) => self.jump(word, &tokens, &range).map(Some),
            _ => self.pipeline(&tokens, &range, "action").map(|pipeline| Some(Node::Action(pipeline))),
        }
    }

    fn pipeline(&mut self, tokens: &[Token], range: &Range<usize>, what: &str) -> Result<Pipeline, Problem> {
        Action { tokens, at: 0, range, variables: &mut self.variables, depth: 0 }.whole(what)
    }

    fn branch(&mut self, kind: BranchKind, tokens: &[Token], range: &Range<usize>) -> Result<Node, Problem> {
        let outer = self.variables.len();
        let what = match kind {
            BranchKind::If => "if",
            BranchKind::With => "with",
            BranchKind::Range => "range",
        };
        let condition = self.pipeline(tokens, range, what)?;
        self.loops += usize::from(kind == BranchKind::Range);
        let (then, end) = self.inner_block(range)?;
        self.loops -= usize::from(kind == BranchKind::Range);
        let otherwise = self.otherwise(end, range)?;
        self.variables.truncate(outer);
        Ok(Node::Branch(Branch { kind, condition, then, otherwise }))
    }

    /// The nodes after `{{else}}`; `{{else if}}` and `{{else with}}` share the end of the first block.
    fn otherwise(&mut self, end: BlockEnd, range: &Range<usize>) -> Result<Vec<Node>, Problem> {
        let (else_range, mut tokens) = match end {
            BlockEnd::Else(else_range, tokens) => (else_range, tokens),
            BlockEnd::End(_) | BlockEnd::Text => return Ok(Vec::new()),
        };
        let kind = match keyword(&tokens) {
            Some("if") => BranchKind::If,
            Some("with") => BranchKind::With,
            _ => {
                only(&tokens)?;
                return match self.inner_block(range)? {
                    (nodes, BlockEnd::End(_)) => Ok(nodes),
                    _ => Err(Problem::new(&else_range, "a second `{{else}}` follows")),
                };
            }
        };
        tokens.remove(0);
        self.nested(range, |parser| Ok(vec![parser.branch(kind, &tokens, &else_range)?]))
    }

    /// A block that must be closed before the text ends.
    fn inner_block(&mut self, opened: &Range<usize>) -> Result<(Vec<Node>, BlockEnd), Problem> {
        self.nested(opened, |parser| {
            let scope = parser.variables.len();
            let (nodes, end) = parser.block()?;
            parser.variables.truncate(scope);
            match end {
                BlockEnd::Text => Err(Problem::new(opened, "this block has no `{{end}}`")),
                end => Ok((nodes, end)),
            }
        })
    }

    fn nested<T>(
        &mut self,
        range: &Range<usize>,
        inner: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.depth == DEPTH_LIMIT {
            return Err(Problem::new(range, format!("blocks are nested more than {DEPTH_LIMIT} deep")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn define(&mut self, tokens: &[Token], range: &Range<usize>) -> Result<(), Problem> {
        let (name, rest) = named(tokens, range)?;
        only(rest)?;
        self.definition(name, range)
    }

    /// `{{block "name" pipeline}}`: a definition and its first use.
    fn named_block(&mut self, tokens: &[Token], range: Range<usize>) -> Result<Node, Problem> {
        let (name, rest) = named(tokens, &range)?;
        let argument = Some(self.pipeline(rest, &range, "block")?);
        self.definition(name.clone(), &range)?;
        Ok(Node::Call { name, argument, range })
    }

    fn definition(&mut self, name: String, range: &Range<usize>) -> Result<(), Problem> {
        let outer_variables = std::mem::take(&mut self.variables);
        let outer_loops = std::mem::take(&mut self.loops);
        let (nodes, end) = self.inner_block(range)?;
        (self.variables, self.loops) = (outer_variables, outer_loops);
        if let BlockEnd::Else(range, _) = end {
            return Err(Problem::new(&range, "`{{else}}` has no place in a definition"));
        }
        self.definitions.insert(name, nodes);
        Ok(())
    }

    fn call(&mut self, tokens: &[Token], range: Range<usize>) -> Result<Node, Problem> {
        let (name, rest) = named(tokens, &range)?;
        let argument = if rest.is_empty() { None } else { Some(self.pipeline(rest, &range, "template")?) };
        Ok(Node::Call { name, argument, range })
    }

    fn jump(&self, word: &str, tokens: &[Token], range: &Range<usize>) -> Result<Node, Problem> {
        only(tokens)?;
        if self.loops == 0 {
            return Err(Problem::new(range, format!("`{{{{{word}}}}}` outside of `{{{{range}}}}`")));
        }
        Ok(if word == "break" { Node::Break } else { Node::Continue })
    }
}

/// The word an action begins with, if it is one of the language and not a function.
fn keyword(tokens: &[Token]) -> Option<&str> {
    const KEYWORDS: [&str; 10] =
        ["if", "else", "end", "with", "range", "define", "block", "template", "break", "continue"];
    match &tokens.first()?.kind {
        TokenKind::Word(word) => KEYWORDS.into_iter().find(|keyword| keyword == word),
        _ => None,
    }
}

fn only(rest: &[Token]) -> Result<(), Problem> {
    match rest.first() {
        Some(token) => Err(Problem::new(&token.range, "nothing may follow here")),
        None => Ok(()),
    }
}

/// The name that `define`, `block` and `template` begin with.
fn named<'a>(tokens: &'a [Token], range: &Range<usize>) -> Result<(String, &'a [Token]), Problem> {
    match tokens.split_first() {
        Some((Token { kind: TokenKind::Literal(Value::String(name)), .. }, rest)) => Ok((name.clone(), rest)),
        Some((token, _)) => Err(Problem::new(&token.range, "a name in quotes is needed here")),
        None => Err(Problem::new(range, "a name in quotes is needed here")),
    }
}

/// An unknown function, with the nearest known one.
fn unknown_function(name: &str, range: &Range<usize>) -> Problem {
    Problem::new(range, format!("there is no template function `{name}`")).suggest(name, functions::names())
}
