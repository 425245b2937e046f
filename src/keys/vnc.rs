//! Boot commands as RFB key events.

use std::convert::Infallible;
use std::time::Duration;

use super::{BootAction, Key, events};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VncStep {
    /// An X11 keysym goes down or up.
    Key {
        keysym: u32,
        down: bool,
    },
    Wait(Duration),
}

/// What is sent for the actions, in order.
pub fn events(actions: &[BootAction]) -> Vec<VncStep> {
    actions.iter().flat_map(steps).collect()
}

/// What is sent for one action.
pub fn steps(action: &BootAction) -> Vec<VncStep> {
    if let BootAction::Wait(duration) = action {
        return vec![VncStep::Wait(*duration)];
    }
    let Ok(events) = events::of(action, |key| Ok::<_, Infallible>(keysym(key)));
    events.into_iter().map(|(keysym, down)| VncStep::Key { keysym, down }).collect()
}

/// A character's keysym is its code point, which is right for Latin-1. Packer does so beyond it too.
fn keysym(key: Key) -> u32 {
    match key {
        Key::Character(character) => character.into(),
        Key::Special(special) => special.row().keysym,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::parse;

    /// `+` and `-` stand for down and up.
    fn sent(text: &str) -> String {
        let shown = events(&parse(text).unwrap()).into_iter().map(|step| match step {
            VncStep::Key { keysym, down } => format!("{}{keysym:x}", if down { '+' } else { '-' }),
            VncStep::Wait(duration) => format!("{}ms", duration.as_millis()),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn characters_bring_their_shift() {
        assert_eq!(sent("a"), "+61 -61");
        assert_eq!(sent("A:"), "+ffe1 +41 -41 -ffe1 +ffe1 +3a -3a -ffe1");
        assert_eq!(sent("<AOn><AOff>"), "+ffe1 +41 -41 -ffe1");
        assert_eq!(sent("\u{c9}\u{e9}"), "+ffe1 +c9 -c9 -ffe1 +e9 -e9");
    }

    #[test]
    fn the_upper_row_is_shifted_and_nothing_else() {
        let shifted: String =
            (' '..='~').filter(|character| sent(&character.to_string()).starts_with("+ffe1")).collect();
        assert_eq!(shifted, "!\"#$%&()*+:<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ^_{|}~");
    }

    #[test]
    fn special_keys_have_their_keysyms() {
        assert_eq!(sent("<bs><del><enter><return>"), "+ff08 -ff08 +ffff -ffff +ff0d -ff0d +ff0d -ff0d");
        assert_eq!(sent("<esc><tab><spacebar><insert>"), "+ff1b -ff1b +ff09 -ff09 +20 -20 +ff63 -ff63");
        assert_eq!(sent("<homeOn><endOn><pageUpOn><pageDownOn>"), "+ff50 +ff57 +ff55 +ff56");
        assert_eq!(sent("<upOn><downOn><leftOn><rightOn><menuOn>"), "+ff52 +ff54 +ff51 +ff53 +ff67");
        assert_eq!(sent("<f1On><f2On><f9On><f10On><f11On><f12On>"), "+ffbe +ffbf +ffc6 +ffc7 +ffc8 +ffc9");
        assert_eq!(sent("<leftAltOff><rightAltOff><leftCtrlOff><rightCtrlOff>"), "-ffe9 -ffea -ffe3 -ffe4");
        assert_eq!(sent("<leftShiftOn><rightShiftOn><leftSuperOn><rightSuperOn>"), "+ffe1 +ffe2 +ffeb +ffec");
        assert_eq!(sent("<leftCommandOn><rightCommandOn><leftOptionOn><rightOptionOn>"), "+ffe9 +ffea +ffe7 +ffe8");
    }

    #[test]
    fn waits_stand_between_the_keys() {
        assert_eq!(sent("<leftCtrlOn>b<leftCtrlOff><wait1.5s>x"), "+ffe3 +62 -62 -ffe3 1500ms +78 -78");
    }

    proptest! {
        #[test]
        fn every_action_sends_something(text in any::<String>()) {
            if let Ok(actions) = parse(&text) {
                prop_assert!(actions.iter().all(|action| !steps(action).is_empty()));
            }
        }
    }
}
