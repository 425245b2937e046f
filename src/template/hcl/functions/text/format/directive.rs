//! One `%…` of a format: flags, width, precision, the argument it takes, the verb.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::encoding::json;
use crate::template::hcl::functions::limits::{TEXT_LIMIT, check_text};
use crate::template::hcl::value::Value;

use super::digits::{self, Notation};

#[derive(Debug)]
pub(super) struct Directive {
    pub(super) flags: Flags,
    width: usize,
    precision: Option<usize>,
    /// `[2]` as 1: other than the next argument.
    pub(super) argument: Option<usize>,
    verb: char,
}

#[derive(Debug, Default)]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) zero: bool,
    plus: bool,
    space: bool,
    sharp: bool,
}

/// A formatted value before it is padded.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) text: String,
    /// The length in bytes of the sign and the `0x`; zeros go behind it.
    pub(super) prefix: usize,
    pub(super) takes_zeros: bool,
}

impl Directive {
    /// Reads what follows a `%`; gives its length, too.
    pub(super) fn read(text: &str) -> Result<(Self, usize), CallError> {
        let mut rest = text;
        let flags = Flags::read(&mut rest);
        let width = count(&mut rest)?.unwrap_or(0);
        let precision = match rest.strip_prefix('.') {
            Some(behind) => {
                rest = behind;
                Some(count(&mut rest)?.unwrap_or(0))
            }
            None => None,
        };
        let argument = argument(&mut rest)?;
        let Some(verb) = rest.chars().next() else { return Err(CallError::new("the format ends in a `%`")) };
        let directive = Self { flags, width, precision, argument, verb };
        let length = text.len() - rest.len() + verb.len_utf8();
        let exists = "vtsqdboxXeEfgG".contains(verb) || verb == '%' && length == 1;
        if !exists {
            return Err(CallError::new(format!("the format has no verb `%{verb}`")));
        }
        Ok((directive, length))
    }

    /// `%%` stands for itself.
    pub(super) fn is_percent(&self) -> bool {
        self.verb == '%'
    }

    /// How much narrower than the width this is. `%t` knows no width.
    pub(super) fn missing(&self, body: &Body) -> usize {
        if self.verb == 't' {
            return 0;
        }
        self.width.saturating_sub(body.text.graphemes(true).count())
    }

    pub(super) fn format(&self, value: &Value) -> Result<Body, String> {
        if *value == Value::Null && self.verb != 'v' {
            return Err(String::from("the value is null"));
        }
        match self.verb {
            'v' => self.any(value),
            't' => Ok(Body::of(value.to_bool()?.to_string())),
            's' => Ok(Body::of(self.cut(value.to_text()?))),
            'q' => json_text(&Value::string(self.cut(value.to_text()?))).map(Body::of),
            'd' | 'b' | 'o' | 'x' | 'X' => self.integer(value),
            _ => self.fraction(value, self.precision),
        }
    }

    /// `#` shows every value as JSON.
    fn any(&self, value: &Value) -> Result<Body, String> {
        match value {
            Value::String(text) if !self.flags.sharp => Ok(Body::of(text.to_string())),
            Value::Number(number) if !self.flags.sharp => {
                let is_negative = number.decimal().sign() == bigdecimal::num_bigint::Sign::Minus;
                let text = digits::shortest(&number.decimal().abs());
                Ok(Body::signed(if is_negative { "-" } else { "" }, "", &text))
            }
            _ => json_text(value).map(Body::of),
        }
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(precision @ 1..) => text.graphemes(true).take(precision).collect(),
            _ => text,
        }
    }

    fn integer(&self, value: &Value) -> Result<Body, String> {
        let number = value.to_number()?;
        if !number.is_integer() {
            return Err(format!("a whole number is needed, this is {number}"));
        }
        let (radix, prefix) = match self.verb {
            'b' => (2, "0b"),
            'o' => (8, "0"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let (number, _) = number.decimal().with_scale(0).into_bigint_and_scale();
        let mut digits = number.magnitude().to_str_radix(radix);
        if self.verb == 'X' {
            digits.make_ascii_uppercase();
        }
        let text = self.with_precision(digits)?;
        let prefix = if self.flags.sharp { prefix } else { "" };
        let is_padded = self.precision.is_none();
        let sign = self.sign(number.sign() == bigdecimal::num_bigint::Sign::Minus);
        Ok(Body { takes_zeros: is_padded, ..Body::signed(sign, prefix, &text) })
    }

    /// The precision of an integer is its least number of digits; none are needed for zero.
    fn with_precision(&self, digits: String) -> Result<String, String> {
        match self.precision {
            Some(0) if digits == "0" => Ok(String::new()),
            Some(precision) => {
                check_text(precision).map_err(|error| error.message)?;
                Ok(format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len()))))
            }
            None => Ok(digits),
        }
    }

    fn fraction(&self, value: &Value, precision: Option<usize>) -> Result<Body, String> {
        let number = value.to_number()?;
        let notation = match self.verb {
            'f' => Notation::Fixed(precision.unwrap_or(6)),
            'e' | 'E' => Notation::Scientific(precision.unwrap_or(6)),
            _ => Notation::General(precision),
        };
        let mut text = digits::write(&number.decimal().abs(), notation)?;
        if matches!(self.verb, 'E' | 'G') {
            text.make_ascii_uppercase();
        }
        let is_negative = number.decimal().sign() == bigdecimal::num_bigint::Sign::Minus;
        Ok(Body::signed(self.sign(is_negative), "", &text))
    }

    fn sign(&self, is_negative: bool) -> &'static str {
        match is_negative {
            true => "-",
            false if self.flags.plus => "+",
            false if self.flags.space => " ",
            false => "",
        }
    }
}

impl Body {
    fn of(text: String) -> Self {
        Self { text, prefix: 0, takes_zeros: true }
    }

    fn signed(sign: &str, prefix: &str, digits: &str) -> Self {
        Self { prefix: sign.len() + prefix.len(), ..Self::of(format!("{sign}{prefix}{digits}")) }
    }
}

impl Flags {
    fn read(rest: &mut &str) -> Self {
        let mut flags = Self::default();
        while let Some(flag) = rest.chars().next().filter(|flag| "-+# 0".contains(*flag)) {
            match flag {
                '-' => flags.minus = true,
                '+' => flags.plus = true,
                '#' => flags.sharp = true,
                ' ' => flags.space = true,
                _ => flags.zero = true,
            }
            *rest = &rest[1..];
        }
        flags
    }
}

/// Digits, which may be missing.
fn count(rest: &mut &str) -> Result<Option<usize>, CallError> {
    let behind = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = &rest[..rest.len() - behind.len()];
    *rest = behind;
    if digits.is_empty() {
        return Ok(None);
    }
    let count = digits.parse().ok().filter(|count| *count <= TEXT_LIMIT);
    count.map(Some).ok_or_else(|| CallError::new(format!("the format asks for {digits:.30} characters")))
}

/// `[2]`, counted from 1.
fn argument(rest: &mut &str) -> Result<Option<usize>, CallError> {
    let Some(behind) = rest.strip_prefix('[') else { return Ok(None) };
    let Some((digits, behind)) = behind.split_once(']') else {
        return Err(CallError::new("a `[` in the format is not closed"));
    };
    *rest = behind;
    let position: Option<usize> = digits.parse().ok().filter(|position| *position > 0);
    let wrong = || CallError::new(format!("`[{digits:.30}]` is not the position of a value, counted from 1"));
    position.map(|position| Some(position - 1)).ok_or_else(wrong)
}

fn json_text(value: &Value) -> Result<String, String> {
    json::encode(value).map(|text| text.as_str().to_owned()).map_err(|error| error.message)
}
