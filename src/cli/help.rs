//! Help and usage errors, with Packer's exit codes.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory};

use super::args::Arguments;
use crate::error::exit;
use crate::ui;

/// True when the first word that is no flag is no command, or when there is none at all.
pub(super) fn names_no_command(words: &[String]) -> bool {
    let known = Arguments::command();
    let is_name = |command: &Command, word: &str| {
        command.get_name() == word || command.get_all_aliases().any(|alias| alias == word)
    };
    let is_command = |word: &str| known.get_subcommands().any(|command| is_name(command, word));
    match words.iter().find(|word| !word.starts_with('-')) {
        Some(word) => !is_command(word),
        None => !words.iter().any(|word| matches!(word.as_str(), "-h" | "--help" | "--version" | "-V")),
    }
}

/// Help for somebody who gave no command, or one that does not exist.
pub(super) fn unknown_command(words: &[String]) -> ExitCode {
    if let Some(word) = words.iter().find(|word| !word.starts_with('-')) {
        ui::fail(&format!("there is no command `{word}`\n"));
    }
    ui::print(&with_one_dash(&Arguments::command().render_help().to_string()));
    ExitCode::from(exit::NO_COMMAND)
}

/// What clap has to say: help that was asked for, or a usage error.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    ui::print(&with_one_dash(&error.render().to_string()));
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::from(exit::SUCCESS),
        _ => ExitCode::from(exit::FAILURE),
    }
}

/// Flags as Packer writes them; both ways are understood.
fn with_one_dash(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let (before, behind) = (&rest[..at], &rest[at + 2..]);
        let is_flag = !before.ends_with(|letter: char| letter == '-' || letter.is_alphanumeric())
            && behind.starts_with(|letter: char| letter.is_alphabetic());
        out.push_str(before);
        out.push_str(if is_flag { "-" } else { "--" });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_shown_with_one_dash() {
        let text = "'--nope' [--var <A>] a--b -- ---x\n  --var\n";
        assert_eq!(with_one_dash(text), "'-nope' [-var <A>] a--b -- ---x\n  -var\n");
    }
}
