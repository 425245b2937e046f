//! The one table of keys: what X11, the PC/XT keyboard and QEMU call each.

use super::{NoSuchKey, Special};
use Scancode::{Extended, Plain};

/// A scan code of set 1, as sent when the key goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scancode {
    Plain(u8),
    /// After the prefix byte `e0`.
    Extended(u8),
}

/// A key with a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpecialRow {
    special: Special,
    name: &'static str,
    pub(super) keysym: u32,
    pub(super) scancode: Scancode,
    pub(super) qcode: &'static str,
}

const fn row(special: Special, name: &'static str, keysym: u32, scancode: Scancode, qcode: &'static str) -> SpecialRow {
    SpecialRow { special, name, keysym, scancode, qcode }
}

/// In the order of `Special`.
const SPECIALS: [SpecialRow; 40] = [
    row(Special::Backspace, "bs", 0xff08, Plain(0x0e), "backspace"),
    row(Special::Delete, "del", 0xffff, Extended(0x53), "delete"),
    row(Special::Enter, "enter", 0xff0d, Plain(0x1c), "ret"),
    row(Special::Escape, "esc", 0xff1b, Plain(0x01), "esc"),
    row(Special::Tab, "tab", 0xff09, Plain(0x0f), "tab"),
    row(Special::Spacebar, "spacebar", 0x0020, Plain(0x39), "spc"),
    row(Special::Insert, "insert", 0xff63, Extended(0x52), "insert"),
    row(Special::Home, "home", 0xff50, Extended(0x47), "home"),
    row(Special::End, "end", 0xff57, Extended(0x4f), "end"),
    row(Special::PageUp, "pageup", 0xff55, Extended(0x49), "pgup"),
    row(Special::PageDown, "pagedown", 0xff56, Extended(0x51), "pgdn"),
    row(Special::Up, "up", 0xff52, Extended(0x48), "up"),
    row(Special::Down, "down", 0xff54, Extended(0x50), "down"),
    row(Special::Left, "left", 0xff51, Extended(0x4b), "left"),
    row(Special::Right, "right", 0xff53, Extended(0x4d), "right"),
    // QEMU's "menu" is another key; this one, between the right Super and Ctrl, is "compose" there.
    row(Special::Menu, "menu", 0xff67, Extended(0x5d), "compose"),
    row(Special::F1, "f1", 0xffbe, Plain(0x3b), "f1"),
    row(Special::F2, "f2", 0xffbf, Plain(0x3c), "f2"),
    row(Special::F3, "f3", 0xffc0, Plain(0x3d), "f3"),
    row(Special::F4, "f4", 0xffc1, Plain(0x3e), "f4"),
    row(Special::F5, "f5", 0xffc2, Plain(0x3f), "f5"),
    row(Special::F6, "f6", 0xffc3, Plain(0x40), "f6"),
    row(Special::F7, "f7", 0xffc4, Plain(0x41), "f7"),
    row(Special::F8, "f8", 0xffc5, Plain(0x42), "f8"),
    row(Special::F9, "f9", 0xffc6, Plain(0x43), "f9"),
    row(Special::F10, "f10", 0xffc7, Plain(0x44), "f10"),
    row(Special::F11, "f11", 0xffc8, Plain(0x57), "f11"),
    row(Special::F12, "f12", 0xffc9, Plain(0x58), "f12"),
    row(Special::LeftAlt, "leftalt", 0xffe9, Plain(0x38), "alt"),
    row(Special::RightAlt, "rightalt", 0xffea, Extended(0x38), "alt_r"),
    row(Special::LeftCtrl, "leftctrl", 0xffe3, Plain(0x1d), "ctrl"),
    row(Special::RightCtrl, "rightctrl", 0xffe4, Extended(0x1d), "ctrl_r"),
    row(Special::LeftShift, "leftshift", 0xffe1, Plain(0x2a), "shift"),
    row(Special::RightShift, "rightshift", 0xffe2, Plain(0x36), "shift_r"),
    row(Special::LeftSuper, "leftsuper", 0xffeb, Extended(0x5b), "meta_l"),
    row(Special::RightSuper, "rightsuper", 0xffec, Extended(0x5c), "meta_r"),
    // As Packer sends them: over VNC Command is Alt, by scan code it is Super.
    row(Special::LeftCommand, "leftcommand", 0xffe9, Extended(0x5b), "meta_l"),
    row(Special::RightCommand, "rightcommand", 0xffea, Extended(0x5c), "meta_r"),
    row(Special::LeftOption, "leftoption", 0xffe7, Plain(0x38), "alt"),
    row(Special::RightOption, "rightoption", 0xffe8, Extended(0x38), "alt_r"),
];

const _: () = {
    let mut index = 0;
    while index < SPECIALS.len() {
        assert!(SPECIALS[index].special as usize == index, "the table has the order of `Special`");
        index += 1;
    }
};

impl Special {
    pub(super) fn row(self) -> &'static SpecialRow {
        &SPECIALS[self as usize]
    }
}

/// The key of that name, in any case.
pub(super) fn special_named(name: &str) -> Option<Special> {
    if name.eq_ignore_ascii_case("return") {
        return Some(Special::Enter);
    }
    SPECIALS.iter().find(|row| row.name.eq_ignore_ascii_case(name)).map(|row| row.special)
}

/// A key of the US layout that gives characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) scancode: u8,
    plain: char,
    shifted: char,
    pub(super) qcode: &'static str,
}

const fn at(scancode: u8, plain: char, shifted: char, qcode: &'static str) -> Position {
    Position { scancode, plain, shifted, qcode }
}

const POSITIONS: [Position; 48] = [
    at(0x02, '1', '!', "1"),
    at(0x03, '2', '@', "2"),
    at(0x04, '3', '#', "3"),
    at(0x05, '4', '$', "4"),
    at(0x06, '5', '%', "5"),
    at(0x07, '6', '^', "6"),
    at(0x08, '7', '&', "7"),
    at(0x09, '8', '*', "8"),
    at(0x0a, '9', '(', "9"),
    at(0x0b, '0', ')', "0"),
    at(0x0c, '-', '_', "minus"),
    at(0x0d, '=', '+', "equal"),
    at(0x10, 'q', 'Q', "q"),
    at(0x11, 'w', 'W', "w"),
    at(0x12, 'e', 'E', "e"),
    at(0x13, 'r', 'R', "r"),
    at(0x14, 't', 'T', "t"),
    at(0x15, 'y', 'Y', "y"),
    at(0x16, 'u', 'U', "u"),
    at(0x17, 'i', 'I', "i"),
    at(0x18, 'o', 'O', "o"),
    at(0x19, 'p', 'P', "p"),
    at(0x1a, '[', '{', "bracket_left"),
    at(0x1b, ']', '}', "bracket_right"),
    at(0x1e, 'a', 'A', "a"),
    at(0x1f, 's', 'S', "s"),
    at(0x20, 'd', 'D', "d"),
    at(0x21, 'f', 'F', "f"),
    at(0x22, 'g', 'G', "g"),
    at(0x23, 'h', 'H', "h"),
    at(0x24, 'j', 'J', "j"),
    at(0x25, 'k', 'K', "k"),
    at(0x26, 'l', 'L', "l"),
    at(0x27, ';', ':', "semicolon"),
    at(0x28, '\'', '"', "apostrophe"),
    at(0x29, '`', '~', "grave_accent"),
    at(0x2b, '\\', '|', "backslash"),
    at(0x2c, 'z', 'Z', "z"),
    at(0x2d, 'x', 'X', "x"),
    at(0x2e, 'c', 'C', "c"),
    at(0x2f, 'v', 'V', "v"),
    at(0x30, 'b', 'B', "b"),
    at(0x31, 'n', 'N', "n"),
    at(0x32, 'm', 'M', "m"),
    at(0x33, ',', '<', "comma"),
    at(0x34, '.', '>', "dot"),
    at(0x35, '/', '?', "slash"),
    at(0x39, ' ', ' ', "spc"),
];

/// The key that gives a character, with or without Shift.
pub(super) fn position(character: char) -> Result<&'static Position, NoSuchKey> {
    let gives = |position: &&Position| position.plain == character || position.shifted == character;
    POSITIONS.iter().find(gives).ok_or(NoSuchKey { character })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printable_ascii_character_is_on_exactly_one_key() {
        for character in ' '..='~' {
            let on = |position: &&Position| position.plain == character || position.shifted == character;
            assert_eq!(POSITIONS.iter().filter(on).count(), 1, "{character:?}");
        }
    }

    #[test]
    fn names_are_found_in_any_case_and_are_unique() {
        assert_eq!(special_named("leftCTRL"), Some(Special::LeftCtrl));
        assert_eq!(special_named("Return"), Some(Special::Enter));
        assert_eq!(special_named("backspace"), None);
        for row in SPECIALS {
            assert_eq!(special_named(row.name), Some(row.special), "{}", row.name);
        }
    }
}
