//! Keys: the boot command's grammar, and what each key is called by VNC, by scan code and by QMP.

use std::time::Duration;

use serde::Serialize;

/// One step of a boot command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BootAction {
    /// Press and release.
    Press(Key),
    /// Hold down until released.
    Hold(Key),
    Release(Key),
    Wait(Duration),
}

/// A key by what it gives: a character of the US layout, or a special key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    Character(char),
    Special(Special),
}

/// The keys that have a name in a boot command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    Enter,
}
