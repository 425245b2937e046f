//! Boot commands as QEMU key names (`QKeyCode`), for `send-key` and `input-send-event`.

use std::time::Duration;

use super::{BootAction, Key, NoSuchKey, events, tables};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QcodeStep {
    Key { qcode: &'static str, down: bool },
    Wait(Duration),
}

/// What is sent for the actions, in order.
pub fn events(actions: &[BootAction]) -> Result<Vec<QcodeStep>, NoSuchKey> {
    let mut all = Vec::new();
    for action in actions {
        all.append(&mut steps(action)?);
    }
    Ok(all)
}

/// What is sent for one action.
pub fn steps(action: &BootAction) -> Result<Vec<QcodeStep>, NoSuchKey> {
    if let BootAction::Wait(duration) = action {
        return Ok(vec![QcodeStep::Wait(*duration)]);
    }
    let events = events::of(action, |key| match key {
        Key::Character(character) => tables::position(character).map(|position| position.qcode),
        Key::Special(special) => Ok(special.row().qcode),
    })?;
    Ok(events.into_iter().map(|(qcode, down)| QcodeStep::Key { qcode, down }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::parse;

    fn sent(text: &str) -> String {
        let steps = events(&parse(text).unwrap()).unwrap();
        let shown = steps.into_iter().map(|step| match step {
            QcodeStep::Key { qcode, down } => format!("{}{qcode}", if down { '+' } else { '-' }),
            QcodeStep::Wait(duration) => format!("{}ms", duration.as_millis()),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_positions_of_the_us_keyboard() {
        assert_eq!(sent("a<enter><wait>"), "+a -a +ret -ret 1000ms");
        assert_eq!(sent("?"), "+shift +slash -slash -shift");
        assert_eq!(sent("<leftAltOn><f2><leftAltOff>"), "+alt +f2 -f2 -alt");
        assert_eq!(sent("<leftCommandOn><menuOff>"), "+meta_l -compose");
    }

    #[test]
    fn a_character_without_a_key_is_refused() {
        let error = events(&parse("aß").unwrap()).unwrap_err();
        assert_eq!(error, NoSuchKey { character: 'ß' });
    }
}
