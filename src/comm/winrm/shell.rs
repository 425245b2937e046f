//! A shell in the guest, in which commands run one after another.

use super::answer;
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
}

impl<'a> Shell<'a> {
    pub(super) async fn open(transport: &'a Transport, events: &'a Events) -> Result<Self, Failure> {
        let xml = transport.ask(Request::CreateShell).await?;
        let id = answer::shell_id(&xml).map_err(Failure::Complaint)?;
        Ok(Self { transport, events, id })
    }

    /// An error means that the command did not start.
    pub(super) async fn run(
        &self,
        line: &str,
        output: &mut (impl FnMut(Stream, String) + Send),
    ) -> Result<Exit, Failure> {
        let xml = self.transport.ask(Request::Command { shell: &self.id, line }).await?;
        let command = answer::text_of(&xml, "CommandId").map_err(Failure::Complaint)?;
        let mut shown = Shown::default();
        let exit = self.follow(&command, &mut shown, output).await;
        shown.finish(output);
        let terminate = Request::Terminate { shell: &self.id, command: &command };
        // A guest that is gone has no command left to end.
        let _ = self.transport.ask(terminate).await;
        Ok(exit)
    }

    /// Asks for output until the command has ended, or the guest is gone, as it is after a reboot.
    async fn follow(&self, command: &str, shown: &mut Shown, output: &mut (impl FnMut(Stream, String) + Send)) -> Exit {
        loop {
            let received = match self.transport.ask(Request::Receive { shell: &self.id, command }).await {
                Ok(xml) => answer::received(&xml),
                Err(Failure::NothingYet) => continue,
                Err(_) => return Exit::Disconnected,
            };
            let Ok(received) = received else { return Exit::Disconnected };
            received.output.iter().for_each(|(stream, bytes)| shown.push(*stream, bytes, output));
            if let Some(code) = received.exit {
                return Exit::Status(code);
            }
            // What is not asked for stays in the guest, and makes the command wait.
            self.events.catch_up().await;
        }
    }

    pub(super) async fn close(self) {
        // The guest ends idle shells by itself.
        let _ = self.transport.ask(Request::DeleteShell { shell: &self.id }).await;
    }
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
