//! The boot command's grammar. At each place the first form that fits wins: a wait, a character held
//! or released, a named key, or one character of plain text. So `<foo>` and a lone `<` are typed.

use std::time::Duration;

use super::tables::special_named;
use super::{BootAction, Key};
use crate::error::{Classify, ErrorKind};

/// A boot command that cannot be typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` at byte {offset} of the boot command {reason}; {ALLOWED}")]
pub struct ParseError {
    /// Bytes before the faulty piece.
    pub offset: usize,
    /// The faulty piece, brackets and all.
    pub text: String,
    pub reason: Reason,
}

const ALLOWED: &str = "write `<wait>` for one second, `<wait5>` for five, or a time with units such as `<wait1m30s>`";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("is not longer than zero")]
    NotPositive,
    #[error("has a minus sign inside its time")]
    InnerSign,
    #[error("is longer than 292 years")]
    TooLong,
}

impl Classify for ParseError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

/// Reads a rendered boot command.
pub fn parse(text: &str) -> Result<Vec<BootAction>, ParseError> {
    actions(text).collect()
}

/// The same one by one, for those who do not keep them.
pub fn actions(text: &str) -> impl Iterator<Item = Result<BootAction, ParseError>> {
    let mut at = 0;
    let mut closing = text.match_indices('>').map(|(at, _)| at).peekable();
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let character = rest.chars().next()?;
        // Looked for once: a text of nothing but `<` must not be searched to its end again and again.
        while closing.next_if(|&close| close <= at).is_some() {}
        let content = closing.peek().and_then(|&close| text.get(at + 1..close));
        let (action, length) = match bracketed(rest, content) {
            Some((action, length)) => (action.map_err(|reason| error(text, rest, length, reason)), length),
            None => (Ok(BootAction::Press(Key::Character(character))), character.len_utf8()),
        };
        at += length;
        Some(action)
    })
}

fn error(text: &str, rest: &str, length: usize, reason: Reason) -> ParseError {
    ParseError { offset: text.len() - rest.len(), text: rest[..length].to_owned(), reason }
}

type Item = Result<BootAction, Reason>;

/// What stands in brackets at the start of `text`, and how many bytes it takes. `content` is everything
/// behind the first byte and up to the next `>`, if there is one.
fn bracketed(text: &str, content: Option<&str>) -> Option<(Item, usize)> {
    let inner = text.strip_prefix('<')?;
    character_toggle(inner).or_else(|| {
        let content = content?;
        let item = wait(content).or_else(|| named_key(content).map(Ok))?;
        Some((item, content.len() + "<>".len()))
    })
}

/// `<xOn>` and `<xOff>`, where x is any one character, a bracket too. No wait looks like one.
fn character_toggle(inner: &str) -> Option<(Item, usize)> {
    let character = inner.chars().next()?;
    let after = &inner[character.len_utf8()..];
    let length = after.bytes().take(TOGGLE_LIMIT + 1).position(|byte| byte == b'>')?;
    let word = &after[..length];
    let action = toggle(word, Key::Character(character))?;
    Some((Ok(action), "<>".len() + character.len_utf8() + word.len()))
}

/// Bytes of `off`.
const TOGGLE_LIMIT: usize = 3;

fn toggle(word: &str, key: Key) -> Option<BootAction> {
    match word.to_ascii_lowercase().as_str() {
        "on" => Some(BootAction::Hold(key)),
        "off" => Some(BootAction::Release(key)),
        _ => None,
    }
}

fn named_key(content: &str) -> Option<BootAction> {
    if let Some(special) = special_named(content) {
        return Some(BootAction::Press(Key::Special(special)));
    }
    ["on", "off"].into_iter().find_map(|word| {
        let name = content.len().checked_sub(word.len()).and_then(|end| content.get(..end))?;
        toggle(&content[name.len()..], Key::Special(special_named(name)?))
    })
}

/// `None`: not a wait at all, so the text is typed (`<Wait>`, `<wait05>`, `<wait1.5>`).
fn wait(content: &str) -> Option<Item> {
    let time = content.strip_prefix("wait")?;
    if time.is_empty() {
        return Some(Ok(BootAction::Wait(Duration::from_secs(1))));
    }
    let total = match integer(time) {
        Some((seconds, "")) => nanoseconds(seconds, "", SECOND),
        _ => go_duration(time)?,
    };
    Some(total.and_then(positive).map(BootAction::Wait))
}

fn positive(total: i64) -> Result<Duration, Reason> {
    u64::try_from(total).ok().filter(|&total| total > 0).map(Duration::from_nanos).ok_or(Reason::NotPositive)
}

/// Go's form of a duration, in nanoseconds: numbers with units, one after the other. A sign is right
/// only in front, though the grammar lets one stand before each number.
fn go_duration(text: &str) -> Option<Result<i64, Reason>> {
    let (mut rest, mut total, mut inner_sign) = (text, Ok(0_i64), false);
    while !rest.is_empty() {
        let (unsigned, signed) = rest.strip_prefix('-').map_or((rest, false), |unsigned| (unsigned, true));
        inner_sign |= signed && rest.len() < text.len();
        let (whole, after) = integer(unsigned)?;
        let (fraction, after) = fraction(after);
        let (unit, after) = unit(after)?;
        total = total.and_then(|total| nanoseconds(whole, fraction, unit)?.checked_add(total).ok_or(Reason::TooLong));
        rest = after;
    }
    if inner_sign {
        return Some(Err(Reason::InnerSign));
    }
    Some(total.map(|total| if text.starts_with('-') { -total } else { total }))
}

/// Digits without a leading zero.
fn integer(text: &str) -> Option<(&str, &str)> {
    let length = if text.starts_with('0') { 1 } else { digits(text) };
    (length > 0).then(|| text.split_at(length))
}

/// The digits after a point; a point without digits belongs to nothing.
fn fraction(text: &str) -> (&str, &str) {
    match text.strip_prefix('.').map(|after| after.split_at(digits(after))) {
        Some((fraction, after)) if !fraction.is_empty() => (fraction, after),
        _ => ("", text),
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Names and nanoseconds. `ms` stands before `m`.
const UNITS: [(&str, i64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
];

fn unit(text: &str) -> Option<(i64, &str)> {
    UNITS.iter().find_map(|(name, size)| Some((*size, text.strip_prefix(name)?)))
}

fn nanoseconds(whole: &str, fraction: &str, unit: i64) -> Result<i64, Reason> {
    let whole: i64 = whole.parse().map_err(|_| Reason::TooLong)?;
    let (mut part, mut scale) = (0, unit);
    for digit in fraction.bytes() {
        scale /= 10;
        part += i64::from(digit - b'0') * scale;
    }
    whole.checked_mul(unit).and_then(|whole| whole.checked_add(part)).ok_or(Reason::TooLong)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::Special;

    fn typed(text: &str) -> Vec<BootAction> {
        text.chars().map(|character| BootAction::Press(Key::Character(character))).collect()
    }

    fn one(text: &str) -> BootAction {
        let actions = parse(text).unwrap();
        assert_eq!(actions.len(), 1, "{text}: {actions:?}");
        actions[0].clone()
    }

    #[test]
    fn waits_take_seconds_or_a_go_duration() {
        let waits = [
            ("<wait>", 1_000_000_000),
            ("<wait5>", 5_000_000_000),
            ("<wait10s>", 10_000_000_000),
            ("<wait1m30s>", 90_000_000_000),
            ("<wait0.5s>", 500_000_000),
            ("<wait1h1ms1us1\u{b5}s1ns>", 3_600_001_002_001),
            ("<wait0s5ms>", 5_000_000),
        ];
        for (text, nanoseconds) in waits {
            assert_eq!(one(text), BootAction::Wait(Duration::from_nanos(nanoseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_almost_a_bracketed_form_is_typed_as_it_stands() {
        let texts = ["<Wait>", "<WAIT>", "<wait05>", "<wait1.5>", "<wait 5>", "<wait-5>", "<wait5S>", "<wait1m30>"];
        let more = ["<wait1.s>", "<wait5", "<foo>", "<", "<>", "<backspace>", "<delete>", "<win>", "<space>", "<pgup>"];
        let brackets = ["<enter", "<enterOn Off>", "<abOn>", "< enter>", "<On>", "<Off>", "a<b>c"];
        for text in texts.into_iter().chain(more).chain(brackets) {
            assert_eq!(parse(text).unwrap(), typed(text), "{text}");
        }
    }

    #[test]
    fn impossible_waits_are_errors_with_their_place() {
        let faults = [
            ("<wait0>", Reason::NotPositive),
            ("<wait0s>", Reason::NotPositive),
            ("<wait0.1ns>", Reason::NotPositive),
            ("<wait-5s>", Reason::NotPositive),
            ("<wait1m-5s>", Reason::InnerSign),
            ("<wait9223372037>", Reason::TooLong),
            ("<wait99999999999999999999>", Reason::TooLong),
            ("<wait2562047h1000h>", Reason::TooLong),
        ];
        for (text, reason) in faults {
            let error = parse(&format!("\u{e9}x{text}<enter>")).unwrap_err();
            assert_eq!(error, ParseError { offset: 3, text: text.to_owned(), reason });
        }
        assert_eq!(
            parse("<wait0>").unwrap_err().to_string(),
            "`<wait0>` at byte 0 of the boot command is not longer than zero; write `<wait>` for one second, \
             `<wait5>` for five, or a time with units such as `<wait1m30s>`"
        );
    }

    #[test]
    fn any_one_character_can_be_held_and_released() {
        for (text, character) in [("<aOn>", 'a'), ("<AON>", 'A'), ("<>on>", '>'), ("<<oN>", '<'), ("<\u{e9}On>", 'é')]
        {
            assert_eq!(one(text), BootAction::Hold(Key::Character(character)), "{text}");
        }
        assert_eq!(one("<cOFF>"), BootAction::Release(Key::Character('c')));
    }

    #[test]
    fn keys_have_names_in_any_case() {
        assert_eq!(one("<F10>"), BootAction::Press(Key::Special(Special::F10)));
        assert_eq!(one("<ENTER>"), one("<return>"));
        assert_eq!(one("<leftCtrlOn>"), BootAction::Hold(Key::Special(Special::LeftCtrl)));
        assert_eq!(one("<PAGEUPoff>"), BootAction::Release(Key::Special(Special::PageUp)));
    }

    #[test]
    fn nothing_is_collapsed_and_the_order_stays() {
        let actions = parse("<esc><wait><wait>i<tabOn>").unwrap();
        let wait = BootAction::Wait(Duration::from_secs(1));
        let esc = BootAction::Press(Key::Special(Special::Escape));
        let i = BootAction::Press(Key::Character('i'));
        assert_eq!(actions, [esc, wait.clone(), wait, i, BootAction::Hold(Key::Special(Special::Tab))]);
        assert_eq!(parse("").unwrap(), []);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn never_panics_near_the_grammar(parts in prop::collection::vec(piece(), 0..12)) {
            let _ = parse(&parts.concat());
        }
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(vec![
                "<", ">", "wait", "-", ".", "0", "9", "m", "s", "\u{b5}s", "h", "On", "off", "é"
            ])
            .prop_map(str::to_owned),
            prop::sample::select(vec!["enter", "f1", "left", "leftCtrl", "99999999999", "<wait", "s>"])
                .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ]
    }
}
