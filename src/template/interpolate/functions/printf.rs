//! Go's `print` family, for the kinds of values that templates have.

use crate::template::interpolate::growth::{self, VALUE_LIMIT};
use crate::template::interpolate::quote;
use crate::template::interpolate::value::Value;

/// Wider fields are cut down to this, so that a typing mistake cannot eat all memory.
const WIDTH_LIMIT: usize = 10_000;

/// What `print` writes: a space only between two values of which neither is a string.
pub(super) fn joined(arguments: &[Value]) -> String {
    let mut out = String::new();
    for (index, value) in arguments.iter().enumerate() {
        let is_text = |value: &Value| matches!(value, Value::String(_));
        if index > 0 && !is_text(value) && !is_text(&arguments[index - 1]) {
            out.push(' ');
        }
        out.push_str(&plain(value));
    }
    out
}

/// `%v`: as an action prints it, but for a missing value.
fn plain(value: &Value) -> String {
    match value {
        Value::None => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

pub(super) fn print(arguments: &[Value]) -> Value {
    Value::String(joined(arguments))
}

pub(super) fn println(arguments: &[Value]) -> Value {
    let words: Vec<String> = arguments.iter().map(plain).collect();
    Value::String(words.join(" ") + "\n")
}

pub(super) fn printf(arguments: &[Value]) -> Result<Value, String> {
    let mut values = arguments[1..].iter();
    let mut out = String::new();
    let mut rest = super::string(arguments, 0)?;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        let (directive, length) = Directive::read(behind, &mut values);
        out.push_str(&directive.format(&mut values));
        if out.len() > VALUE_LIMIT {
            return Err(growth::too_large());
        }
        rest = &behind[length..];
    }
    out.push_str(rest);
    let extra: Vec<String> = values.map(|value| format!("{}={}", go_type(value), plain(value))).collect();
    if !extra.is_empty() {
        out = out + "%!(EXTRA " + &extra.join(", ") + ")";
    }
    Ok(Value::String(out))
}

/// One `%…` of a format.
#[derive(Default)]
struct Directive {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    verb: Option<char>,
}

impl Directive {
    fn read<'a>(text: &str, values: &mut impl Iterator<Item = &'a Value>) -> (Self, usize) {
        let mut directive = Self::default();
        let mut at = 0;
        while let Some(flag) = text[at..].chars().next().filter(|flag| "-+# 0".contains(*flag)) {
            directive.set(flag);
            at += 1;
        }
        directive.width = count(text, &mut at, values).unwrap_or(0).min(WIDTH_LIMIT);
        if text[at..].starts_with('.') {
            at += 1;
            directive.precision = Some(count(text, &mut at, values).unwrap_or(0).min(WIDTH_LIMIT));
        }
        directive.verb = text[at..].chars().next();
        (directive, at + text[at..].chars().next().map_or(0, char::len_utf8))
    }

    fn set(&mut self, flag: char) {
        match flag {
            '-' => self.minus = true,
            '+' => self.plus = true,
            '#' => self.sharp = true,
            ' ' => self.space = true,
            _ => self.zero = true,
        }
    }

    fn format<'a>(&self, values: &mut impl Iterator<Item = &'a Value>) -> String {
        let Some(verb) = self.verb else { return "%!(NOVERB)".to_owned() };
        if verb == '%' {
            return "%".to_owned();
        }
        let Some(value) = values.next() else { return format!("%!{verb}(MISSING)") };
        match self.body(verb, value) {
            Some(body) => self.pad(&body),
            None => format!("%!{verb}({}={})", go_type(value), plain(value)),
        }
    }

    fn body(&self, verb: char, value: &Value) -> Option<String> {
        match (verb, value) {
            ('T', _) => Some(go_type(value).to_owned()),
            ('v' | 'd', Value::Int(number)) => Some(self.signed(*number, &number.unsigned_abs().to_string())),
            ('v', Value::Float(number)) => Some(self.fraction('g', *number)),
            ('v', Value::String(text)) if self.sharp => Some(quote::escaped(text)),
            ('v', _) => Some(plain(value)),
            ('s', Value::String(text)) => Some(self.cut(text)),
            ('q', Value::String(text)) => Some(quote::escaped(&self.cut(text))),
            ('x', Value::String(text)) => Some(hex(text)),
            ('X', Value::String(text)) => Some(hex(text).to_uppercase()),
            ('t', Value::Bool(value)) => Some(value.to_string()),
            ('c', Value::Int(number)) => u32::try_from(*number).ok().and_then(char::from_u32).map(String::from),
            ('f' | 'F' | 'e' | 'g', Value::Float(number)) => Some(self.fraction(verb, *number)),
            (_, Value::Int(number)) => Some(self.signed(*number, &self.in_base(verb, number.unsigned_abs())?)),
            _ => None,
        }
    }

    fn in_base(&self, verb: char, number: u64) -> Option<String> {
        let (prefix, digits) = match verb {
            'x' => ("0x", format!("{number:x}")),
            'X' => ("0X", format!("{number:X}")),
            'o' => ("0", format!("{number:o}")),
            'b' => ("0b", format!("{number:b}")),
            _ => return None,
        };
        Some(if self.sharp { format!("{prefix}{digits}") } else { digits })
    }

    fn signed(&self, number: i64, digits: &str) -> String {
        let sign = match number {
            ..0 => "-",
            _ if self.plus => "+",
            _ if self.space => " ",
            _ => "",
        };
        format!("{sign}{digits}")
    }

    fn fraction(&self, verb: char, number: f64) -> String {
        let precision = self.precision.unwrap_or(6);
        let digits = match verb {
            'f' | 'F' => format!("{:.precision$}", number.abs()),
            'e' => exponent(&format!("{:.precision$e}", number.abs())),
            _ => Value::Float(number.abs()).to_string(),
        };
        self.signed(if number.is_sign_negative() { -1 } else { 1 }, &digits)
    }

    fn cut(&self, text: &str) -> String {
        text.chars().take(self.precision.unwrap_or(usize::MAX)).collect()
    }

    fn pad(&self, body: &str) -> String {
        let missing = self.width.saturating_sub(body.chars().count());
        let unsigned = body.trim_start_matches(['-', '+']);
        let (sign, digits) = body.split_at(body.len() - unsigned.len());
        match (self.minus, self.zero) {
            (true, _) => format!("{body}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{body}", " ".repeat(missing)),
        }
    }
}

/// A width or precision: digits, or `*` for the next value.
fn count<'a>(text: &str, at: &mut usize, values: &mut impl Iterator<Item = &'a Value>) -> Option<usize> {
    if text[*at..].starts_with('*') {
        *at += 1;
        return match values.next() {
            Some(Value::Int(number)) => usize::try_from(*number).ok(),
            _ => None,
        };
    }
    let length = text[*at..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - *at);
    let digits = &text[*at..*at + length];
    *at += length;
    if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(WIDTH_LIMIT)) }
}

fn hex(text: &str) -> String {
    let digits: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// Rust writes `1.5e7` where Go writes `1.5e+07`.
fn exponent(scientific: &str) -> String {
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::None => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Map(_) => "map[string]string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn formatted(format: &str, values: &[Value]) -> String {
        let arguments: Vec<Value> = std::iter::once(text(format)).chain(values.iter().cloned()).collect();
        printf(&arguments).expect("the format is a string").to_string()
    }

    #[test]
    fn formats_as_go_does() {
        let values =
            [Value::Int(1), text("a"), Value::Int(3), text("q"), text("r"), text("l"), Value::Int(42), Value::Int(255)];
        assert_eq!(formatted("%v|%s|%d|%q|%5s|%-5s|%05d|%x", &values), r#"1|a|3|"q"|    r|l    |00042|ff"#);
        assert_eq!(
            formatted("%.2f %e %g %+d %t", &[1.5, 1.5e7, 1e21].map(Value::Float)),
            "1.50 1.500000e+07 1e+21 %!d(MISSING) %!t(MISSING)"
        );
        assert_eq!(formatted("%d%%", &[text("x")]), "%!d(string=x)%");
        assert_eq!(formatted("%*d", &[Value::Int(4), Value::Int(-7)]), "  -7");
        assert_eq!(formatted("%", &[Value::Bool(true)]), "%!(NOVERB)%!(EXTRA bool=true)");
    }

    #[test]
    fn print_spaces_only_between_values_that_are_not_strings() {
        let values = [Value::Int(1), Value::Int(2), text("a"), text("b"), Value::Int(3)];
        assert_eq!(joined(&values), "1 2ab3");
        assert_eq!(println(&values), text("1 2 a b 3\n"));
    }
}
