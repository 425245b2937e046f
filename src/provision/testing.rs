//! For tests: a guest that writes down what it is asked, and answers as told.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;

use crate::comm::{Communicator, Error, Exit, Upload};
use crate::event::{EventReceiver, Events, Stream};
use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::provision::{GuestData, Person};
use crate::source::Span;
use crate::template::interpolate::{Facts, Late, Scope, Site};

pub(super) fn context() -> (Context, EventReceiver) {
    let (events, receiver) = Events::channel();
    (Context { events, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() }, receiver)
}

pub(super) fn data() -> GuestData {
    GuestData { build_name: "box".into(), builder_type: "qemu".into(), ..GuestData::default() }
}

/// A text of a template as the plan holds it.
pub(super) fn late(text: &str) -> Late {
    late_over(text, &["Vars", "Path", "EnvVarFile", "Script", "Command", "Host"])
}

/// The same with the fields that it may name.
pub(super) fn late_over(text: &str, fields: &[&'static str]) -> Late {
    let facts = Facts { started: jiff::Timestamp::UNIX_EPOCH, working_folder: "/".into(), template_folder: "/".into() };
    let scope = Scope::new(facts, std::collections::BTreeMap::new()).with_build("box", "qemu");
    scope.late(text, &Span::whole("test", text), Site::Map(fields)).unwrap()
}

/// A program made of shell lines.
pub(super) fn write_program(path: &str, lines: &str) {
    crate::process::write_program(path.as_ref(), &format!("#!/bin/sh\n{lines}\n")).unwrap();
}

/// A terminal without anybody at it.
#[derive(Debug)]
pub(super) struct Nobody;

impl Person for Nobody {
    async fn ask(&self, _: String) -> Option<String> {
        None
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Exit(Exit),
    /// A line of output, then success.
    Line(&'static str),
    /// A line on standard error, then this exit code.
    LineAndExit(&'static str, u32),
    /// No session.
    Fail,
}

/// Commands without an answer succeed in silence.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    calls: Mutex<Vec<String>>,
    answers: Mutex<Vec<(&'static str, VecDeque<Answer>)>>,
}

impl Recorder {
    pub(super) fn answering(command: &'static str, answers: impl IntoIterator<Item = Answer>) -> Self {
        let recorder = Self::default();
        recorder.answer(command, answers);
        recorder
    }

    /// Commands that contain the text get these answers in turn.
    pub(super) fn answer(&self, command: &'static str, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().push((command, answers.into_iter().collect()));
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn call(&self, text: String) {
        self.calls.lock().unwrap().push(text);
    }

    fn next_answer(&self, command: &str) -> Option<Answer> {
        let mut answers = self.answers.lock().unwrap();
        answers.iter_mut().find(|(part, _)| command.contains(part))?.1.pop_front()
    }
}

impl Communicator for Recorder {
    async fn run(&self, command: &str, mut output: impl FnMut(Stream, String) + Send) -> Result<Exit, Error> {
        self.call(format!("run {command}"));
        match self.next_answer(command) {
            None => Ok(Exit::Status(0)),
            Some(Answer::Exit(exit)) => Ok(exit),
            Some(Answer::Fail) => Err(Error::Session { message: "no session".into() }),
            Some(Answer::LineAndExit(line, code)) => {
                output(Stream::Stderr, line.to_owned());
                Ok(Exit::Status(code))
            }
            Some(Answer::Line(line)) => {
                output(Stream::Stdout, line.to_owned());
                Ok(Exit::Status(0))
            }
        }
    }

    async fn upload(&self, source: Upload<'_>, destination: &str) -> Result<(), Error> {
        let content = match source {
            Upload::File(path) => path.display().to_string(),
            Upload::Bytes { bytes, mode } => format!("{mode:o} {}", String::from_utf8_lossy(bytes)),
        };
        self.call(format!("upload {destination} {content}"));
        Ok(())
    }

    async fn upload_directory(&self, source: &str, destination: &str) -> Result<(), Error> {
        self.call(format!("upload folder {source} to {destination}"));
        Ok(())
    }

    async fn download(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.call(format!("download {source} to {}", destination.display()));
        Ok(())
    }

    async fn download_directory(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.call(format!("download folder {source} to {}", destination.display()));
        Ok(())
    }
}
