//! A shell in the guest, in which commands run one after another.

use super::answer::{self, Received};
use super::envelope::Request;
use super::transport::{Failure, Transport};
use crate::comm::Exit;
use crate::event::{Events, Stream};
use crate::io::lines::Lines;

#[derive(Debug)]
pub(super) struct Shell<'a> {
    transport: &'a Transport,
    events: &'a Events,
    id: String,
    /// No answer came any more. To ask again could take as long as the limit of a request, and bring nothing.
    is_gone: bool,
}

impl<'a> Shell<'a> {
    pub(super) async fn open(transport: &'a Transport, events: &'a Events) -> Result<Self, Failure> {
        let xml = transport.ask(Request::CreateShell).await?;
        let id = answer::shell_id(&xml).map_err(Failure::Complaint)?;
        Ok(Self { transport, events, id, is_gone: false })
    }

    /// An error means that the command did not start.
    pub(super) async fn run(
        &mut self,
        line: &str,
        output: &mut (impl FnMut(Stream, String) + Send),
    ) -> Result<Exit, Failure> {
        let command = self.start(line).await.inspect_err(|failure| self.is_gone = is_silence(failure))?;
        let mut shown = Shown::default();
        let followed = self.follow(&command, &mut shown, output).await;
        shown.finish(output);
        let exit = match followed {
            Ok(code) => Exit::Status(code),
            Err(failure) => self.lose(&failure),
        };
        if !self.is_gone {
            // One that has ended needs it too, to be forgotten.
            let _ = self.transport.ask(Request::Terminate { shell: &self.id, command: &command }).await;
        }
        Ok(exit)
    }

    async fn start(&self, line: &str) -> Result<String, Failure> {
        let xml = self.transport.ask(Request::Command { shell: &self.id, line }).await?;
        answer::text_of(&xml, "CommandId").map_err(Failure::Complaint)
    }

    /// The command has started, so this is no error: it would be started once more. A guest that restarts may be
    /// silent, refuse the login for a while, or complain that it knows no such shell.
    fn lose(&mut self, failure: &Failure) -> Exit {
        self.is_gone = is_silence(failure);
        self.events.debug(format!("a command is lost without a status: {failure}"));
        Exit::Disconnected
    }

    /// Asks for output until the command has ended. A failure is what a reboot brings, among others.
    async fn follow(
        &self,
        command: &str,
        shown: &mut Shown,
        output: &mut (impl FnMut(Stream, String) + Send),
    ) -> Result<u32, Failure> {
        loop {
            let received = match self.transport.ask(Request::Receive { shell: &self.id, command }).await {
                Ok(xml) => self.understood(&xml)?,
                Err(Failure::NothingYet) => continue,
                Err(failure) => return Err(failure),
            };
            received.output.iter().for_each(|(stream, bytes)| shown.push(*stream, bytes, output));
            if let Some(code) = received.exit {
                return Ok(code);
            }
            // What is not asked for stays in the guest, and makes the command wait.
            self.events.catch_up().await;
        }
    }

    /// No restart makes a guest answer like this, so a log that few read is no place for it.
    fn understood(&self, xml: &str) -> Result<Received, Failure> {
        answer::received(xml).map_err(|reason| {
            self.events.warn(format!("the guest's answer about a command is not understood: {reason}"));
            Failure::Complaint(reason)
        })
    }

    pub(super) async fn close(self) {
        if self.is_gone {
            return;
        }
        // The guest ends idle shells by itself.
        let _ = self.transport.ask(Request::DeleteShell { shell: &self.id }).await;
    }
}

fn is_silence(failure: &Failure) -> bool {
    matches!(failure, Failure::Unreachable(_))
}

/// The lines of both streams.
#[derive(Debug, Default)]
struct Shown {
    stdout: Lines,
    stderr: Lines,
}

impl Shown {
    fn push(&mut self, stream: Stream, bytes: &[u8], output: &mut impl FnMut(Stream, String)) {
        let lines = if stream == Stream::Stderr { &mut self.stderr } else { &mut self.stdout };
        lines.push(bytes, |line| output(stream, line));
    }

    fn finish(mut self, output: &mut impl FnMut(Stream, String)) {
        self.stdout.finish(|line| output(Stream::Stdout, line));
        self.stderr.finish(|line| output(Stream::Stderr, line));
    }
}
