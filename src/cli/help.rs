//! Help and usage errors, with Packer's exit codes.

use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::args::Arguments;
use crate::error::exit;
use crate::ui;

/// True when the first word that is no flag is no command, or when there is none at all.
pub(super) fn names_no_command(words: &[String]) -> bool {
    let known = Arguments::command();
    let is_command = |word: &str| known.get_subcommands().any(|command| command.get_name() == word);
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
    ui::print(&Arguments::command().render_help().to_string());
    ExitCode::from(exit::NO_COMMAND)
}

/// What clap has to say: help that was asked for, or a usage error.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    ui::print(&error.render().to_string());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::from(exit::SUCCESS),
        _ => ExitCode::from(exit::FAILURE),
    }
}
