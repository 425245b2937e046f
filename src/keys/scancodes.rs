//! Boot commands as PC/XT scan codes (set 1), in batches for VirtualBox.

use std::time::Duration;

use super::tables::{self, Scancode};
use super::{BootAction, Key, NoSuchKey, events};

/// How many codes VirtualBox is sent at once.
const BATCH: usize = 25;

/// Added to the last byte of a key's code when it goes up.
const BREAK: u8 = 0x80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScancodeStep {
    /// At most 25 codes; the codes of one action are never parted.
    Batch(Vec<u8>),
    Wait(Duration),
}

/// What is sent for the actions, in order. A wait ends a batch.
pub fn batches(actions: &[BootAction]) -> Result<Vec<ScancodeStep>, NoSuchKey> {
    let mut steps = Vec::new();
    let mut pending = Vec::new();
    for action in actions {
        let group = group(action)?;
        if pending.len() + group.len() > BATCH || matches!(action, BootAction::Wait(_)) {
            flush(&mut steps, &mut pending);
        }
        match action {
            BootAction::Wait(duration) => steps.push(ScancodeStep::Wait(*duration)),
            _ => pending.extend(group),
        }
    }
    flush(&mut steps, &mut pending);
    Ok(steps)
}

fn flush(steps: &mut Vec<ScancodeStep>, pending: &mut Vec<u8>) {
    if !pending.is_empty() {
        steps.push(ScancodeStep::Batch(std::mem::take(pending)));
    }
}

/// The codes of one action: Shift, make, break, Shift.
fn group(action: &BootAction) -> Result<Vec<u8>, NoSuchKey> {
    let events = events::of(action, |key| match key {
        Key::Character(character) => tables::position(character).map(|position| Scancode::Plain(position.scancode)),
        Key::Special(special) => Ok(special.row().scancode),
    })?;
    Ok(events.into_iter().flat_map(|(scancode, down)| bytes(scancode, if down { 0 } else { BREAK })).collect())
}

fn bytes(scancode: Scancode, added: u8) -> Vec<u8> {
    match scancode {
        Scancode::Plain(code) => vec![code + added],
        Scancode::Extended(code) => vec![0xe0, code + added],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::parse;

    fn sent(text: &str) -> Vec<String> {
        let steps = batches(&parse(text).unwrap()).unwrap();
        let shown = steps.into_iter().map(|step| match step {
            ScancodeStep::Batch(codes) => codes.iter().map(|code| format!("{code:02x}")).collect::<Vec<_>>().join(" "),
            ScancodeStep::Wait(duration) => format!("{} ms", duration.as_millis()),
        });
        shown.collect()
    }

    #[test]
    fn characters_are_positions_of_the_us_keyboard() {
        assert_eq!(sent("1=q]"), ["02 82 0d 8d 10 90 1b 9b"]);
        assert_eq!(sent("a`\\/"), ["1e 9e 29 a9 2b ab 35 b5"]);
        assert_eq!(sent(" "), ["39 b9"]);
        assert_eq!(sent("A~|?"), ["2a 1e 9e aa 2a 29 a9 aa 2a 2b ab aa 2a 35 b5 aa"]);
        assert_eq!(sent("<AOn><aOff>"), ["2a 1e 9e"]);
    }

    #[test]
    fn special_keys_keep_their_prefix() {
        assert_eq!(sent("<del><enter><f10><f11>"), ["e0 53 e0 d3 1c 9c 44 c4 57 d7"]);
        assert_eq!(sent("<leftCtrlOn><rightCtrlOff>"), ["1d e0 9d"]);
        assert_eq!(sent("<leftCommandOn><leftOptionOn>"), ["e0 5b 38"]);
    }

    #[test]
    fn a_batch_has_at_most_25_codes_and_never_parts_a_key() {
        // Six keys of four codes make 24; the seventh does not fit any more.
        let batches = sent("AAAAAAAa");
        assert_eq!(batches, [["2a 1e 9e aa"; 6].join(" "), "2a 1e 9e aa 1e 9e".to_owned()]);
        assert_eq!(sent("aaaaaaaaaaaaa").len(), 2);
        assert_eq!(sent("<aOn>AAAAAA").len(), 1, "exactly 25");
    }

    #[test]
    fn a_wait_ends_the_batch() {
        assert_eq!(sent("a<wait5>b<wait>"), ["1e 9e", "5000 ms", "30 b0", "1000 ms"]);
        assert_eq!(sent("<wait>"), ["1000 ms"]);
        assert!(sent("").is_empty());
    }

    #[test]
    fn a_character_without_a_key_is_refused_instead_of_sent_as_zero() {
        for text in ["é", "<\n>", "<éOff>"] {
            let actions = parse(text).unwrap();
            assert!(batches(&actions).unwrap_err().to_string().contains("US keyboard"), "{text}");
        }
    }
}
