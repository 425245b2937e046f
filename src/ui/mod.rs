//! The only place that writes to the terminal: events in, lines out, every line masked.

mod duration;
mod line;
pub(crate) mod log;
mod machine_readable;
mod progress;
pub mod prompt;
mod reporter;
mod states;
mod steps;
mod summary;
mod timeline;

use std::io::{IsTerminal, Write};

pub use reporter::{Reporter, Style};
pub(crate) use summary::kind_name;

/// How the output looks, from flags and environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub color: bool,
    pub machine_readable: bool,
    pub timestamps: bool,
    /// Standard output is a terminal, so that progress can be drawn over.
    pub terminal: bool,
}

impl Settings {
    /// For `build`: colours unless flag or environment say no, progress on a terminal.
    pub fn for_build(color: bool, timestamps: bool, machine_readable: bool) -> Self {
        let terminal = std::io::stdout().is_terminal() && !machine_readable;
        Self { color: color && !machine_readable && Self::terminal_has_color(), machine_readable, timestamps, terminal }
    }

    /// A terminal, and nobody said that they want no colours.
    pub fn terminal_has_color() -> bool {
        let unwanted = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        std::io::stdout().is_terminal() && !unwanted("NO_COLOR") && !unwanted("PACKER_NO_COLOR")
    }
}

/// Writes a text as it is: help and usage.
pub(crate) fn print(text: &str) {
    // A closed pipe is not worth an error.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// The last word of a program that cannot go on.
pub(crate) fn fail(text: &str) {
    print(text);
}
