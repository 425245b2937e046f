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
    /// A signal ended `convert`, or a second one a build before its cleanup was finished.
    pub const FORCED: u8 = 130;
}

/// Errors that know their kind.
pub trait Classify {
    fn kind(&self) -> ErrorKind;
}

/// An error and what it came from, in one line: `a: b: c`; with what helps, where that is known.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let (mut source, mut help) = (error.source(), None);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        help = help.or_else(|| remedy(cause.downcast_ref::<std::io::Error>()?.kind()));
        source = cause.source();
    }
    if let Some(help) = help {
        text.push_str("; ");
        text.push_str(help);
    }
    text
}

/// What the user can do about an error of the operating system.
fn remedy(kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room there, or write it elsewhere"),
        ErrorKind::FileTooLarge => Some("neither the file system nor `ulimit -f` may limit files to less"),
        _ => None,
    }
}
