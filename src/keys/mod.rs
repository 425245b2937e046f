//! Keys: the boot command's grammar, and what each key is called by VNC, by scan code and by QMP.
//!
//! `parse` makes actions of the text; `vnc`, `scancodes` and `qcodes` make what a hypervisor is told
//! of the actions. All three read the one table in `tables` and agree on Shift (`events`).

mod events;
mod parse;
pub mod qcodes;
pub mod scancodes;
mod tables;
pub mod vnc;

use std::time::Duration;

use serde::Serialize;

use crate::error::{Classify, ErrorKind};

pub use parse::{ParseError, Reason, actions, parse};

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

/// The keys that have a name in a boot command. The Command and Option keys are Apple's names; a PC
/// keyboard has Super and Alt in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    Backspace,
    Delete,
    Enter,
    Escape,
    Tab,
    Spacebar,
    Insert,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
    Menu,
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
    F11,
    F12,
    LeftAlt,
    RightAlt,
    LeftCtrl,
    RightCtrl,
    LeftShift,
    RightShift,
    LeftSuper,
    RightSuper,
    LeftCommand,
    RightCommand,
    LeftOption,
    RightOption,
}

/// A character that no key of the US keyboard gives, so that it has no scan code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the character {character:?} is on no key of a US keyboard, which is what the machine is given")]
pub struct NoSuchKey {
    pub character: char,
}

impl Classify for NoSuchKey {
    fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}
