//! Text to tokens. It takes what the parser has taken before, so nothing here can be wrong with the text.

use super::token::{Bracket, Kind, Token};

/// All tokens; the last one is `Kind::End`.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, inside: Vec::new(), tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// What is open around this place, the innermost last.
    inside: Vec<Inside<'a>>,
    tokens: Vec<Token<'a>>,
}

#[derive(Clone, Copy)]
enum Inside<'a> {
    Quotes,
    /// With its end marker.
    Heredoc(&'a str),
    /// `${` or `%{`
    Interpolation,
    Braces,
}

/// Operators of several characters come before those that they begin with.
const SYMBOLS: [(&str, Kind); 29] = [
    ("...", Kind::Ellipsis),
    ("=>", Kind::Arrow),
    ("::", Kind::Path),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("~}", Kind::Close(Bracket::Template)),
    ("(", Kind::Open(Bracket::Round)),
    (")", Kind::Close(Bracket::Round)),
    ("[", Kind::Open(Bracket::Square)),
    ("]", Kind::Close(Bracket::Square)),
    ("{", Kind::Open(Bracket::Curly)),
    ("}", Kind::Close(Bracket::Curly)),
    ("\"", Kind::OpenText),
    (",", Kind::Comma),
    (".", Kind::Dot),
    ("=", Kind::Equal),
    ("-", Kind::Minus),
    ("!", Kind::Not),
    ("+", Kind::Operator),
    ("*", Kind::Operator),
    ("/", Kind::Operator),
    ("%", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("\n", Kind::Newline),
];

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes one token; false at the end.
    fn step(&mut self) -> bool {
        match self.inside.last() {
            Some(Inside::Quotes) => self.quoted(),
            Some(Inside::Heredoc(marker)) => self.heredoc(marker),
            _ => self.code(),
        }
        self.tokens.last().is_some_and(|token| token.kind != Kind::End)
    }

    fn push(&mut self, kind: Kind, length: usize, gap: usize) {
        let text = &self.rest()[..length];
        self.at += length;
        self.tokens.push(Token { kind, text, gap });
    }

    fn code(&mut self) {
        let gap = self.skip_blanks();
        let rest = self.rest();
        let (kind, length) = comment(rest)
            .or_else(|| number(rest))
            .or_else(|| name(rest))
            .or_else(|| heredoc_start(rest))
            .or_else(|| symbol(rest))
            .unwrap_or_else(|| other(rest));
        let kind = self.open_or_close(kind, &rest[..length]);
        self.push(kind, length, gap);
    }

    /// A carriage return belongs to the line break that it stands before.
    fn skip_blanks(&mut self) -> usize {
        let rest = self.rest();
        let is_blank = |(at, letter): (usize, char)| match letter {
            ' ' | '\t' => true,
            '\r' => !rest[at..].starts_with("\r\n"),
            _ => false,
        };
        let count = rest.char_indices().take_while(|&letter| is_blank(letter)).count();
        self.at += count;
        count
    }

    /// Keeps account of what is open.
    fn open_or_close(&mut self, kind: Kind, text: &'a str) -> Kind {
        match kind {
            Kind::OpenText if text == "\"" => self.inside.push(Inside::Quotes),
            Kind::OpenText => self.inside.push(Inside::Heredoc(text.trim_start_matches(['<', '-']).trim_end())),
            Kind::Open(Bracket::Curly) => self.inside.push(Inside::Braces),
            Kind::Close(Bracket::Curly | Bracket::Template) => {
                if let Some(Inside::Interpolation) = self.inside.pop() {
                    return Kind::Close(Bracket::Template);
                }
            }
            _ => {}
        }
        kind
    }

    fn quoted(&mut self) {
        if self.rest().starts_with('"') {
            self.inside.pop();
            return self.push(Kind::CloseText, 1, 0);
        }
        self.text_or_interpolation(quoted_length(self.rest()));
    }

    fn heredoc(&mut self, marker: &str) {
        let rest = self.rest();
        match self.end_of_heredoc(marker) {
            Some(length) => {
                self.inside.pop();
                self.push(Kind::CloseText, length, 0);
            }
            None => self.text_or_interpolation(line_length(rest)),
        }
    }

    /// The length of the line that ends the heredoc, if that begins here.
    fn end_of_heredoc(&self, marker: &str) -> Option<usize> {
        if !self.text[..self.at].ends_with('\n') {
            return None;
        }
        let line = self.rest().split('\n').next().unwrap_or_default();
        (line.trim() == marker).then(|| line.trim_end_matches('\r').len())
    }

    /// The literal text of that length, or what interrupts it.
    fn text_or_interpolation(&mut self, length: usize) {
        if length > 0 {
            return self.push(Kind::Text, length, 0);
        }
        let rest = self.rest();
        if rest.is_empty() {
            self.inside.clear();
            return self.push(Kind::End, 0, 0);
        }
        self.inside.push(Inside::Interpolation);
        let length = if rest[2..].starts_with('~') { 3 } else { 2 };
        self.push(Kind::Open(Bracket::Template), length, 0);
    }
}

fn comment(rest: &str) -> Option<(Kind, usize)> {
    let length = if rest.starts_with('#') || rest.starts_with("//") {
        rest.find('\n').map_or(rest.len(), |at| at + 1)
    } else if rest.starts_with("/*") {
        rest.find("*/").map_or(rest.len(), |at| at + 2)
    } else {
        return None;
    };
    Some((Kind::Comment, length))
}

/// Digits, a fraction, an exponent.
fn number(rest: &str) -> Option<(Kind, usize)> {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if length == 0 {
        return None;
    }
    if rest[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    Some((Kind::Number, length))
}

fn name(rest: &str) -> Option<(Kind, usize)> {
    let is_inner = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    rest.starts_with(|first: char| first.is_alphabetic() || first == '_')
        .then(|| (Kind::Name, rest.find(|letter| !is_inner(letter)).unwrap_or(rest.len())))
}

/// `<<EOT` or `<<-EOT` with the end of the line.
fn heredoc_start(rest: &str) -> Option<(Kind, usize)> {
    let marker = rest.strip_prefix("<<")?;
    name(marker.strip_prefix('-').unwrap_or(marker))?;
    Some((Kind::OpenText, rest.find('\n')? + 1))
}

fn symbol(rest: &str) -> Option<(Kind, usize)> {
    if rest.starts_with("\r\n") {
        return Some((Kind::Newline, 2));
    }
    SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)).map(|(symbol, kind)| (*kind, symbol.len()))
}

/// `?` and `:`, or the end.
fn other(rest: &str) -> (Kind, usize) {
    rest.chars().next().map_or((Kind::End, 0), |letter| (Kind::Operator, letter.len_utf8()))
}

/// Up to the closing quote, an interpolation or a directive.
fn quoted_length(text: &str) -> usize {
    let mut at = 0;
    while let Some(next) = text[at..].find(['"', '\\', '$', '%']) {
        at += next;
        at += match &text[at..] {
            rest if rest.starts_with('"') || starts_interpolation(rest) => return at,
            rest if rest.starts_with('\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            rest => dollar_length(rest),
        };
    }
    text.len()
}

/// Up to the end of the line, which is included, an interpolation or a directive.
fn line_length(text: &str) -> usize {
    let mut at = 0;
    while let Some(next) = text[at..].find(['\n', '$', '%']) {
        at += next;
        at += match &text[at..] {
            rest if rest.starts_with('\n') => return at + 1,
            rest if starts_interpolation(rest) => return at,
            rest => dollar_length(rest),
        };
    }
    text.len()
}

fn starts_interpolation(text: &str) -> bool {
    text.starts_with("${") || text.starts_with("%{")
}

/// `$${` and `%%{` are literal.
fn dollar_length(text: &str) -> usize {
    if text.starts_with("$${") || text.starts_with("%%{") { 3 } else { 1 }
}
