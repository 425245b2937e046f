//! Cuts a text into plain pieces and the tokens of its actions. The rules are those of Go's
//! text/template (<https://pkg.go.dev/text/template>).

use std::ops::Range;

use super::problem::Problem;
use super::quote;
use super::value::Value;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Action(Vec<Token>, Range<usize>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
    /// Whether white space stands before it: `.A.B` is one operand, `.A .B` are two.
    pub(super) spaced: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Word(String),
    /// `.Name`
    Field(String),
    /// `$name`, without the dollar sign.
    Variable(String),
    Literal(Value),
    Dot,
    Pipe,
    Open,
    Close,
    Comma,
    Declare,
    Assign,
}

/// What happens to `{{ .X }}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Dots {
    Parse,
    /// It stays as it is written, for a later reader.
    Keep,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

pub(super) fn pieces(text: &str, dots: Dots) -> Result<Vec<Piece>, Problem> {
    let mut lexer = Lexer { text, at: 0 };
    let mut pieces = Vec::new();
    let mut trim_next = false;
    loop {
        let mut plain = lexer.plain(dots);
        if trim_next {
            plain = plain.trim_start_matches(SPACES);
        }
        let starts_action = lexer.rest().starts_with(OPEN);
        if starts_action && lexer.trims_left() {
            plain = plain.trim_end_matches(SPACES);
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.to_owned()));
        }
        if !starts_action {
            return Ok(pieces);
        }
        let (action, trims_right) = lexer.action()?;
        pieces.extend(action);
        trim_next = trims_right;
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Everything up to the next action or the end.
    fn plain(&mut self, dots: Dots) -> &'a str {
        let start = self.at;
        loop {
            let Some(offset) = self.rest().find(OPEN) else {
                self.at = self.text.len();
                return &self.text[start..];
            };
            self.at += offset;
            match kept_dot(self.rest()).filter(|_| dots == Dots::Keep) {
                Some(length) => self.at += length,
                None => return &self.text[start..self.at],
            }
        }
    }

    /// `{{- `: white space before the action goes.
    fn trims_left(&self) -> bool {
        self.rest().strip_prefix("{{-").is_some_and(|rest| rest.starts_with(SPACES))
    }

    /// ` -}}`: white space behind the action goes.
    fn at_right_trim(&self) -> bool {
        self.rest().starts_with("-}}")
    }

    fn action(&mut self) -> Result<(Option<Piece>, bool), Problem> {
        let start = self.at;
        self.at += if self.trims_left() { OPEN.len() + 1 } else { OPEN.len() };
        if self.rest().trim_start_matches(SPACES).starts_with("/*") {
            return Ok((None, self.comment(start)?));
        }
        let mut tokens = Vec::new();
        loop {
            let spaced = self.skip_spaces();
            let trims = spaced && self.at_right_trim();
            if trims || self.rest().starts_with(CLOSE) {
                self.at += if trims { CLOSE.len() + 1 } else { CLOSE.len() };
                tokens.shrink_to_fit();
                return Ok((Some(Piece::Action(tokens, start..self.at)), trims));
            }
            if self.rest().is_empty() {
                return Err(unclosed(start));
            }
            tokens.push(self.token(spaced)?);
        }
    }

    fn comment(&mut self, start: usize) -> Result<bool, Problem> {
        let Some(length) = self.rest().find("*/") else {
            return Err(Problem::new(&(start..self.text.len()), "the comment has no end"));
        };
        self.at += length + 2;
        let trims = self.skip_spaces() && self.at_right_trim();
        self.at += usize::from(trims);
        if !self.rest().starts_with(CLOSE) {
            return Err(Problem::new(&(start..self.at), "a comment must fill its action: `{{/* ... */}}`"));
        }
        self.at += CLOSE.len();
        Ok(trims)
    }

    fn skip_spaces(&mut self) -> bool {
        let trimmed = self.rest().trim_start_matches(SPACES);
        let skipped = self.rest().len() - trimmed.len();
        self.at += skipped;
        skipped > 0
    }

    fn token(&mut self, spaced: bool) -> Result<Token, Problem> {
        let start = self.at;
        let kind = self.token_kind()?;
        Ok(Token { kind, range: start..self.at, spaced })
    }

    fn token_kind(&mut self) -> Result<TokenKind, Problem> {
        let rest = self.rest();
        let simple = [
            (":=", TokenKind::Declare),
            ("=", TokenKind::Assign),
            ("|", TokenKind::Pipe),
            ("(", TokenKind::Open),
            (")", TokenKind::Close),
            (",", TokenKind::Comma),
        ];
        if let Some((text, kind)) = simple.into_iter().find(|(text, _)| rest.starts_with(text)) {
            self.at += text.len();
            return Ok(kind);
        }
        match rest.chars().next() {
            Some('"' | '`' | '\'') => self.quoted(),
            Some('$') => self.name(1).map(TokenKind::Variable),
            Some('.') if rest[1..].starts_with(is_name) && !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.name(1).map(TokenKind::Field)
            }
            Some(first) if first.is_ascii_digit() || (matches!(first, '.' | '+' | '-') && starts_number(rest)) => {
                self.number()
            }
            Some('.') => {
                self.at += 1;
                Ok(TokenKind::Dot)
            }
            Some(first) if is_name(first) => self.name(0).map(TokenKind::Word),
            first => Err(self.unexpected(first.unwrap_or(' '))),
        }
    }

    fn unexpected(&self, character: char) -> Problem {
        Problem::new(
            &(self.at..self.at + character.len_utf8()),
            format!("unexpected `{character}` in a template action"),
        )
    }

    /// A name behind `skip` bytes. What follows must be able to end it.
    fn name(&mut self, skip: usize) -> Result<String, Problem> {
        let start = self.at + skip;
        let length = self.text[start..].find(|c| !is_name(c)).unwrap_or(self.text.len() - start);
        self.at = start + length;
        match self.rest().chars().next() {
            None => {}
            Some(next) if SPACES.contains(&next) || ".,|:()=".contains(next) || self.rest().starts_with(CLOSE) => {}
            Some(next) => return Err(self.unexpected(next)),
        }
        Ok(self.text[start..start + length].to_owned())
    }

    fn number(&mut self) -> Result<TokenKind, Problem> {
        let start = self.at;
        let mut previous = ' ';
        let length = self
            .rest()
            .find(|c: char| {
                let sign = matches!(c, '+' | '-') && (previous == ' ' || matches!(previous, 'e' | 'E' | 'p' | 'P'));
                previous = c;
                !(c.is_alphanumeric() || matches!(c, '.' | '_') || sign)
            })
            .unwrap_or(self.rest().len());
        self.at += length;
        let written = &self.text[start..self.at];
        quote::number(written)
            .map(TokenKind::Literal)
            .ok_or_else(|| Problem::new(&(start..self.at), format!("`{written}` is not a number")))
    }

    fn quoted(&mut self) -> Result<TokenKind, Problem> {
        let start = self.at;
        let (value, length) = quote::read(self.rest()).map_err(|message| {
            let end = start + self.rest().chars().next().map_or(0, char::len_utf8);
            Problem::new(&(start..end), message)
        })?;
        self.at += length;
        Ok(TokenKind::Literal(value))
    }
}

fn unclosed(start: usize) -> Problem {
    Problem::new(&(start..start + OPEN.len()), "`{{` has no `}}`")
        .help("text that is not for this template engine is written {{ `{{` }}")
}

/// The length of `{{.…}}` or `{{ .…}}`.
fn kept_dot(text: &str) -> Option<usize> {
    let inside = text.strip_prefix(OPEN)?;
    let inside = inside.strip_prefix(SPACES).unwrap_or(inside);
    inside.starts_with('.').then(|| text.find(CLOSE).map(|end| end + CLOSE.len()))?
}

fn is_name(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn starts_number(rest: &str) -> bool {
    rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && rest.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, dots: Dots) -> Vec<String> {
        let pieces = pieces(text, dots).expect("the text is well formed");
        pieces.into_iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None }).collect()
    }

    #[test]
    fn trim_markers_eat_white_space_on_their_side() {
        assert_eq!(texts("a  {{- ` m ` -}} \n b", Dots::Parse), ["a", "b"]);
        assert_eq!(texts("a {{-1}} b", Dots::Parse), ["a ", " b"]);
        assert_eq!(texts("a {{- /* c */ -}} b", Dots::Parse), ["a", "b"]);
    }

    #[test]
    fn dots_can_stay_as_written() {
        assert_eq!(texts("{{ .A }}{{.B | upper}}-{{  .C }}", Dots::Keep), ["{{ .A }}{{.B | upper}}-"]);
    }

    #[test]
    fn says_where_an_action_is_not_closed() {
        let problem = pieces("ab {{ .A", Dots::Parse).expect_err("it is not closed");
        assert_eq!((problem.range, problem.message.as_str()), (3..5, "`{{` has no `}}`"));
    }
}
