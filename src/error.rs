//! What kind of failure ended a command, and the exit code that tells it.

use serde::Serialize;

/// The kinds of error; machine-readable output names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// The template, a variable or a flag is wrong.
    User,
    /// This host lacks something: a program, a port, disk space, an accelerator.
    Environment,
    /// The guest did not do what the template expects of it.
    Guest,
    /// A signal ended the work.
    Cancelled,
    /// A defect of this program.
    Internal,
}

/// Exit codes, the same as Packer's.
pub mod exit {
    /// Everything asked for was done.
    pub const SUCCESS: u8 = 0;
    /// A template, a build or a flag was wrong, or a build was interrupted.
    pub const FAILURE: u8 = 1;
    /// `fmt -check` found a file that is not in the canonical format.
    pub const WOULD_CHANGE: u8 = 3;
    /// No command, or a command that does not exist.
    pub const NO_COMMAND: u8 = 127;
    /// A second signal ended the program before its cleanup was finished.
    pub const FORCED: u8 = 130;
}

/// Errors that know their kind.
pub trait Classify {
    fn kind(&self) -> ErrorKind;
}

/// An error and what it came from, in one line: `a: b: c`.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
