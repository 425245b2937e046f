//! How a fake machine and its guest behave.

use std::fmt;

use crate::comm::Exit;

/// What can be asked of a driver, a machine and a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    HttpAddress,
    Create,
    Start,
    SendKeys,
    GuestAddress,
    Screenshot,
    WaitStopped,
    RequestShutdown,
    PowerOff,
    Export,
    Connect,
    Run,
    Upload,
    UploadDirectory,
    Download,
    DownloadDirectory,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HttpAddress => "http address",
            Self::Create => "create",
            Self::Start => "start",
            Self::SendKeys => "send keys",
            Self::GuestAddress => "guest address",
            Self::Screenshot => "screenshot",
            Self::WaitStopped => "wait stopped",
            Self::RequestShutdown => "request shutdown",
            Self::PowerOff => "power off",
            Self::Export => "export",
            Self::Connect => "connect",
            Self::Run => "run",
            Self::Upload => "upload",
            Self::UploadDirectory => "upload directory",
            Self::Download => "download",
            Self::DownloadDirectory => "download directory",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// It is an error of the kind that the real thing gives.
    Fail,
    /// It never comes back; only dropping the future ends it.
    Hang,
    Panic,
}

/// An operation that goes wrong.
#[derive(Clone, Debug)]
pub struct Rule {
    operation: Operation,
    misbehaviour: Misbehaviour,
    object: String,
    /// How often still; `None` is always.
    left: Option<usize>,
}

impl Rule {
    pub fn new(operation: Operation, misbehaviour: Misbehaviour) -> Self {
        Self { operation, misbehaviour, object: String::new(), left: None }
    }

    /// Only where the command or path contains this text.
    #[must_use]
    pub fn on(mut self, object: impl Into<String>) -> Self {
        self.object = object.into();
        self
    }

    /// Only the first so many times.
    #[must_use]
    pub fn times(mut self, count: usize) -> Self {
        self.left = Some(count);
        self
    }

    fn applies(&self, operation: Operation, object: &str) -> bool {
        self.operation == operation && object.contains(&self.object) && self.left != Some(0)
    }
}

/// What the guest says to a command.
#[derive(Clone, Debug)]
pub struct Answer {
    command: String,
    pub(super) stdout: Vec<String>,
    pub(super) stderr: Vec<String>,
    pub(super) exit: Exit,
    pub(super) powers_off: bool,
}

impl Answer {
    /// To commands that contain this text: success, and not a word.
    pub fn to(command: impl Into<String>) -> Self {
        let exit = Exit::Status(0);
        Self { command: command.into(), stdout: Vec::new(), stderr: Vec::new(), exit, powers_off: false }
    }

    #[must_use]
    pub fn stdout(mut self, line: impl Into<String>) -> Self {
        self.stdout.push(line.into());
        self
    }

    #[must_use]
    pub fn stderr(mut self, line: impl Into<String>) -> Self {
        self.stderr.push(line.into());
        self
    }

    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The command turns the machine off.
    #[must_use]
    pub fn powers_off(mut self) -> Self {
        self.powers_off = true;
        self
    }
}

/// All of it. The empty script is a machine and a guest without a fault.
#[derive(Clone, Debug, Default)]
pub struct FakeScript {
    rules: Vec<Rule>,
    answers: Vec<Answer>,
    pub(super) deaf: bool,
}

impl FakeScript {
    pub fn new() -> Self {
        Self::default()
    }

    /// The first rule that applies decides.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The first answer that fits is given.
    #[must_use]
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// The guest takes no notice of its power button.
    #[must_use]
    pub fn ignores_power_button(mut self) -> Self {
        self.deaf = true;
        self
    }

    /// What goes wrong now, counted.
    pub(super) fn misbehaviour(&mut self, operation: Operation, object: &str) -> Option<Misbehaviour> {
        let rule = self.rules.iter_mut().find(|rule| rule.applies(operation, object))?;
        rule.left = rule.left.map(|left| left - 1);
        Some(rule.misbehaviour)
    }

    pub(super) fn answer_to(&self, command: &str) -> Answer {
        let answer = self.answers.iter().find(|answer| command.contains(&answer.command));
        answer.cloned().unwrap_or_else(|| Answer::to(command))
    }
}
