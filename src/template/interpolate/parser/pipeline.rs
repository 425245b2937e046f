//! The inside of one action: `$x := command | command`.

use std::ops::Range;

use crate::template::interpolate::ast::{Base, Binding, Command, Operand, Pipeline};
use crate::template::interpolate::functions;
use crate::template::interpolate::lexer::{Token, TokenKind};
use crate::template::interpolate::problem::Problem;
use crate::template::interpolate::value::Value;

use super::{DEPTH_LIMIT, unknown_function};

/// The tokens of one action while they are read.
pub(super) struct Action<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) range: &'a Range<usize>,
    pub(super) variables: &'a mut Vec<String>,
    pub(super) depth: usize,
}

impl Action<'_> {
    /// All tokens as one pipeline; `what` names the place in errors.
    pub(super) fn whole(mut self, what: &str) -> Result<Pipeline, Problem> {
        let binding = self.binding(what == "range")?;
        let mut pipeline = self.pipeline(what)?;
        if let Some(token) = self.peek() {
            return Err(Problem::new(&token.range, "this `)` has no `(`"));
        }
        if let Some(Binding { names, assigns: false }) = &binding {
            self.variables.extend(names.iter().cloned());
        }
        pipeline.binding = binding;
        Ok(pipeline)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// The place of the current token, or of the whole action at its end.
    fn here(&self) -> Range<usize> {
        self.peek().map_or_else(|| self.range.clone(), |token| token.range.clone())
    }

    fn kind_at(&self, offset: usize) -> Option<&TokenKind> {
        self.tokens.get(self.at + offset).map(|token| &token.kind)
    }

    fn binding(&mut self, is_range: bool) -> Result<Option<Binding>, Problem> {
        let Some(TokenKind::Variable(first)) = self.kind_at(0) else { return Ok(None) };
        let mut names = vec![first.clone()];
        let mut length = 1;
        if let (true, Some(TokenKind::Comma), Some(TokenKind::Variable(second))) =
            (is_range, self.kind_at(1), self.kind_at(2))
        {
            names.push(second.clone());
            length = 3;
        }
        let assigns = match self.kind_at(length) {
            Some(TokenKind::Declare) => false,
            Some(TokenKind::Assign) => true,
            _ => return Ok(None),
        };
        let undefined = names.iter().find(|name| assigns && !self.is_defined(name));
        if let Some(name) = undefined {
            return Err(Problem::new(&self.here(), format!("there is no template variable `${name}`")));
        }
        self.at += length + 1;
        Ok(Some(Binding { names, assigns }))
    }

    fn is_defined(&self, name: &str) -> bool {
        self.variables.iter().any(|known| known == name)
    }

    /// Commands up to a closing parenthesis or the end.
    fn pipeline(&mut self, what: &str) -> Result<Pipeline, Problem> {
        let start = self.here().start;
        let mut commands = Vec::new();
        loop {
            if matches!(self.kind_at(0), None | Some(TokenKind::Close | TokenKind::Pipe)) {
                return Err(Problem::new(&self.here(), format!("a value is missing in this {what}")));
            }
            let command = self.command()?;
            check_stage(&command, commands.len())?;
            commands.push(command);
            if !matches!(self.kind_at(0), Some(TokenKind::Pipe)) {
                break;
            }
            self.at += 1;
        }
        let end = self.tokens[self.at - 1].range.end;
        commands.shrink_to_fit();
        Ok(Pipeline { binding: None, commands, range: start..end })
    }

    fn command(&mut self) -> Result<Command, Problem> {
        let mut operands = Vec::new();
        while let Some(token) = self.peek() {
            if matches!(token.kind, TokenKind::Pipe | TokenKind::Close) {
                break;
            }
            if !operands.is_empty() && !token.spaced {
                return Err(Problem::new(&token.range, "a space is missing before this"));
            }
            operands.push(self.operand()?);
        }
        operands.shrink_to_fit();
        Ok(Command { operands })
    }

    fn operand(&mut self) -> Result<Operand, Problem> {
        let start = self.here();
        let mut fields = Vec::new();
        let base = match self.next().map(|token| token.kind) {
            Some(TokenKind::Field(name)) => {
                fields.push(name);
                Base::Dot
            }
            Some(TokenKind::Dot) => Base::Dot,
            Some(TokenKind::Variable(name)) if name.is_empty() || self.is_defined(&name) => Base::Variable(name),
            Some(TokenKind::Variable(name)) => {
                return Err(Problem::new(&start, format!("there is no template variable `${name}`")));
            }
            Some(TokenKind::Literal(value)) => Base::Literal(value),
            Some(TokenKind::Word(word)) => word_base(word, &start)?,
            Some(TokenKind::Open) => self.parenthesised(&start)?,
            _ => return Err(Problem::new(&start, "a value is needed here")),
        };
        let takes_fields = !(matches!(base, Base::Literal(_)) || (base == Base::Dot && fields.is_empty()));
        self.fields(&mut fields, takes_fields)?;
        fields.shrink_to_fit();
        let end = self.tokens[self.at - 1].range.end;
        Ok(Operand { base, fields, range: start.start..end })
    }

    /// The `.B.C` right behind an operand.
    fn fields(&mut self, fields: &mut Vec<String>, allowed: bool) -> Result<(), Problem> {
        while let Some(Token { kind: TokenKind::Field(name), spaced: false, range }) = self.peek() {
            if !allowed {
                return Err(Problem::new(range, "this value has no fields"));
            }
            fields.push(name.clone());
            self.at += 1;
        }
        Ok(())
    }

    fn parenthesised(&mut self, open: &Range<usize>) -> Result<Base, Problem> {
        if self.depth == DEPTH_LIMIT {
            return Err(Problem::new(open, format!("parentheses are nested more than {DEPTH_LIMIT} deep")));
        }
        self.depth += 1;
        let pipeline = self.pipeline("pair of parentheses")?;
        self.depth -= 1;
        match self.next().map(|token| token.kind) {
            Some(TokenKind::Close) => Ok(Base::Nested(Box::new(pipeline))),
            _ => Err(Problem::new(open, "this `(` has no `)`")),
        }
    }
}

fn word_base(word: String, range: &Range<usize>) -> Result<Base, Problem> {
    match word.as_str() {
        "true" => Ok(Base::Literal(Value::Bool(true))),
        "false" => Ok(Base::Literal(Value::Bool(false))),
        "nil" => Ok(Base::Literal(Value::None)),
        _ if functions::exists(&word) => Ok(Base::Function(word)),
        _ => Err(unknown_function(&word, range)),
    }
}

/// Only functions take the value of the stage before them, and only they take arguments.
fn check_stage(command: &Command, stage: usize) -> Result<(), Problem> {
    let [first, rest @ ..] = command.operands.as_slice() else { return Ok(()) };
    if matches!(first.base, Base::Function(_)) && first.fields.is_empty() {
        return Ok(());
    }
    if stage > 0 {
        return Err(Problem::new(&first.range, "only a function can stand behind `|`"));
    }
    if first.base == Base::Literal(Value::None) {
        return Err(Problem::new(&first.range, "`nil` alone is not a value"));
    }
    match rest.first() {
        Some(argument) => Err(Problem::new(&argument.range, "only a function takes arguments")),
        None => Ok(()),
    }
}
