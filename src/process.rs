//! Starting other programs: one description of a command that is shown, compared, logged and run.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::RwLock;
use std::time::Duration;

use fs_err::os::unix::fs::OpenOptionsExt as _;
use tokio::io::AsyncReadExt;

use crate::error::{Classify, ErrorKind};

/// How much of a failing program's standard error goes into its error.
const STDERR_TAIL: usize = 4096;

const PROGRAM_MODE: u32 = 0o700;

/// A new process has all open files of ours until its program is on its way, and a file that anybody has open for writing
/// cannot be started ("Text file busy"). So while a program is written, none starts.
static STARTS: RwLock<()> = RwLock::new(());

/// Makes a file that is to be started, for nobody else to read.
pub fn write_program(path: &Path, text: &str) -> std::io::Result<()> {
    let _nothing_starts = STARTS.write();
    let mut options = fs_err::OpenOptions::new();
    options.write(true).create_new(true).mode(PROGRAM_MODE);
    options.open(path)?.write_all(text.as_bytes())
}

/// A command line. It prints itself as a shell line; secrets in arguments are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Cmd {
    program: OsString,
    arguments: Vec<OsString>,
    /// `None` takes a variable away.
    environment: Vec<(OsString, Option<OsString>)>,
    directory: Option<PathBuf>,
    secrets: Vec<String>,
    deadline: Option<Duration>,
    users_locale: bool,
}

/// What a finished program left.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("program `{program}` not found; install it or put its folder on PATH")]
    NotFound { program: String },
    #[error("cannot start `{command}`")]
    Start { command: String, source: std::io::Error },
    #[error("cannot read the output of `{command}`")]
    Read { command: String, source: std::io::Error },
    #[error("`{command}` ended with {status}{}", stderr_text(.stderr))]
    Failed { command: String, status: ExitStatus, stderr: String },
    #[error("`{command}` did not finish within {} s", .deadline.as_secs())]
    Deadline { command: String, deadline: Duration },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Environment
    }
}

fn stderr_text(stderr: &str) -> String {
    if stderr.trim().is_empty() { String::new() } else { format!(": {}", stderr.trim()) }
}

impl Cmd {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: None,
            secrets: Vec::new(),
            deadline: None,
            users_locale: false,
        }
    }

    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), None));
        self
    }

    #[must_use]
    pub fn current_dir(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// A text that must not be shown when the command is.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Keep the user's locale: nobody parses the messages, or the program needs one with UTF-8.
    #[must_use]
    pub fn users_locale(mut self) -> Self {
        self.users_locale = true;
        self
    }

    /// Kill the program and fail when it takes longer.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    pub fn program(&self) -> &OsStr {
        &self.program
    }

    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The tokio command: own process group, no standard input, C locale unless told otherwise, killed when dropped.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts programs")]
    pub fn to_tokio(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.program);
        command.args(&self.arguments);
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if !self.users_locale {
            command.env("LC_ALL", "C");
        }
        command.stdin(Stdio::null()).process_group(0).kill_on_drop(true);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }

    /// Starts the program with the given standard output and error.
    pub fn spawn(&self, stdout: Stdio, stderr: Stdio) -> Result<tokio::process::Child, Error> {
        let mut command = self.to_tokio();
        let _others_start_too = STARTS.read();
        command.stdout(stdout).stderr(stderr).spawn().map_err(|source| self.start_error(source))
    }

    fn start_error(&self, source: std::io::Error) -> Error {
        if source.kind() == std::io::ErrorKind::NotFound && self.directory.as_ref().is_none_or(|path| path.is_dir()) {
            return Error::NotFound { program: self.program.to_string_lossy().into_owned() };
        }
        Error::Start { command: self.to_string(), source }
    }

    /// Runs to the end, whatever the exit status.
    pub async fn output(&self) -> Result<Output, Error> {
        let mut child = self.spawn(Stdio::piped(), Stdio::piped())?;
        let mut stdout = child.stdout.take().expect("standard output is piped");
        let mut stderr = child.stderr.take().expect("standard error is piped");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let finish = async {
            let read = tokio::try_join!(stdout.read_to_end(&mut out), stderr.read_to_end(&mut err));
            read.map_err(|source| Error::Read { command: self.to_string(), source })?;
            child.wait().await.map_err(|source| Error::Read { command: self.to_string(), source })
        };
        let status = match self.deadline {
            None => finish.await?,
            Some(deadline) => tokio::time::timeout(deadline, finish)
                .await
                .map_err(|_| Error::Deadline { command: self.to_string(), deadline })??,
        };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Output { status, stdout: text(out), stderr: text(err) })
    }

    /// Runs to the end; a bad exit status is an error with the tail of standard error.
    pub async fn run(&self) -> Result<Output, Error> {
        let output = self.output().await?;
        if output.status.success() {
            return Ok(output);
        }
        Err(Error::Failed { command: self.to_string(), status: output.status, stderr: tail(&output.stderr).to_owned() })
    }
}

/// The last part of a program's output, cut at a character.
pub fn tail(text: &str) -> &str {
    let mut start = text.len().saturating_sub(STDERR_TAIL);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

impl std::fmt::Display for Cmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        let mut line = shell_words::join(words.map(|word| word.to_string_lossy()));
        for secret in self.secrets.iter().filter(|secret| !secret.is_empty()) {
            line = line.replace(secret.as_str(), "<sensitive>");
        }
        f.write_str(&line)
    }
}

impl std::fmt::Debug for Cmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cmd({self})")
    }
}

/// Where a program is, by PATH; `None` when it is not installed.
pub fn find_program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = Path::new(name.as_ref());
    if name.components().count() > 1 {
        return is_executable(name).then(|| name.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// For tests: a program that may be absent. Where everything must be installed (`CI` or
/// `BOXWRIGHT_REQUIRE_TOOLS` is set), its absence fails the test; elsewhere the reason is printed.
#[cfg(test)]
pub(crate) fn tool_or_skip(name: &str) -> Option<PathBuf> {
    let found = find_program(name);
    if found.is_none() {
        let required = ["CI", "BOXWRIGHT_REQUIRE_TOOLS"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(!required, "`{name}` is not installed");
        println!("skipped: `{name}` is not installed");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failing_program_shows_its_command_and_standard_error() {
        let error = Cmd::new("sh").args(["-c", "echo broken >&2; exit 3"]).run().await.unwrap_err();
        assert_eq!(error.to_string(), "`sh -c 'echo broken >&2; exit 3'` ended with exit status: 3: broken");
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let error = Cmd::new("no-such-program").run().await.unwrap_err();
        assert!(matches!(error, Error::NotFound { program } if program == "no-such-program"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let command = Cmd::new("login").args(["-p", "hunter2"]).secret("hunter2");
        assert_eq!(format!("{command:?}"), "Cmd(login -p <sensitive>)");
    }
}
