//! Which keys go down and up for an action, in whatever code a hypervisor uses.

use super::{BootAction, Key, Special};

/// The presses (true) and releases (false) of one action. A character of the upper row brings Shift
/// with it, also when it is held; a wait has none.
pub(super) fn of<C, E>(action: &BootAction, code: impl Fn(Key) -> Result<C, E>) -> Result<Vec<(C, bool)>, E> {
    let (key, press, release) = match *action {
        BootAction::Press(key) => (key, true, true),
        BootAction::Hold(key) => (key, true, false),
        BootAction::Release(key) => (key, false, true),
        BootAction::Wait(_) => return Ok(Vec::new()),
    };
    let shift = Key::Special(Special::LeftShift);
    let mut events = Vec::with_capacity(4);
    if press && is_shifted(key) {
        events.push((code(shift)?, true));
    }
    if press {
        events.push((code(key)?, true));
    }
    if release {
        events.push((code(key)?, false));
    }
    if release && is_shifted(key) {
        events.push((code(shift)?, false));
    }
    Ok(events)
}

/// Capital letters of any script, and the upper characters of the US layout's other keys.
fn is_shifted(key: Key) -> bool {
    match key {
        Key::Character(character) => character.is_uppercase() || "~!@#$%^&*()_+{}|:\"<>?".contains(character),
        Key::Special(_) => false,
    }
}
