//! Running one command on a channel of its own.

use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelWriteHalf, Pty, Sig};
use tokio::sync::Notify;

use crate::comm::{Error, Exit};
use crate::event::{Events, Stream};
use crate::io::lines::Lines;

/// Bytes of input handed to the protocol at once.
const INPUT_CHUNK: usize = 32 * 1024;

/// A command to start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command<'a> {
    pub(super) line: &'a str,
    pub(super) input: Input<'a>,
    /// Give it a terminal.
    pub(super) pty: bool,
    /// It may use the agent that is lent to the session.
    pub(super) agent: bool,
}

/// What a command reads from its standard input, and then its end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Input<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) last: Option<Last<'a>>,
}

/// The last part of an input, which is held back until something has happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) when: &'a Notify,
}

/// Starts the command and hands on its lines until it ends. An error means that it did not start.
pub(super) async fn run(
    channel: Channel<Msg>,
    command: Command<'_>,
    events: &Events,
    mut output: impl FnMut(Stream, String) + Send,
) -> Result<Exit, Error> {
    start(&channel, command).await.map_err(|error| not_started(&error))?;
    let (mut reader, writer) = channel.split();
    let feed = feed(&writer, command.input);
    tokio::pin!(feed);
    let (mut run, mut fed) = (Run::default(), false);
    loop {
        tokio::select! {
            // A command that does not read its input is no failure.
            _ = &mut feed, if !fed => fed = true,
            message = reader.wait() => match message {
                Some(message) => {
                    if run.take(message, &mut output)? {
                        break;
                    }
                    // What is not read the guest does not send.
                    events.catch_up().await;
                }
                None => break,
            },
        }
    }
    run.finish(&mut output)
}

fn not_started(error: &dyn std::fmt::Display) -> Error {
    Error::Session { message: format!("cannot start a command: {error}") }
}

async fn start(channel: &Channel<Msg>, command: Command<'_>) -> Result<(), russh::Error> {
    if command.agent {
        channel.agent_forward(false).await?;
    }
    if command.pty {
        channel.request_pty(false, "xterm", 80, 40, 0, 0, &[(Pty::ECHO, 0)]).await?;
    }
    channel.exec(true, format!("{}\n", command.line)).await
}

async fn feed(writer: &ChannelWriteHalf<Msg>, input: Input<'_>) -> Result<(), russh::Error> {
    for chunk in input.bytes.chunks(INPUT_CHUNK) {
        writer.data_bytes(bytes::Bytes::copy_from_slice(chunk)).await?;
    }
    if let Some(last) = input.last {
        last.when.notified().await;
        writer.data_bytes(bytes::Bytes::copy_from_slice(last.bytes)).await?;
    }
    writer.eof().await
}

/// What a running command has shown.
#[derive(Debug, Default)]
struct Run {
    started: bool,
    stdout: Lines,
    stderr: Lines,
    exit: Option<u32>,
}

impl Run {
    /// Whether that was the last message.
    fn take(&mut self, message: ChannelMsg, output: &mut impl FnMut(Stream, String)) -> Result<bool, Error> {
        match message {
            ChannelMsg::Success => self.started = true,
            ChannelMsg::Failure if !self.started => return Err(not_started(&"the guest refused to run it")),
            ChannelMsg::Data { data } => self.stdout.push(&data, |line| output(Stream::Stdout, line)),
            ChannelMsg::ExtendedData { data, .. } => self.stderr.push(&data, |line| output(Stream::Stderr, line)),
            ChannelMsg::ExitStatus { exit_status } => self.exit = Some(exit_status),
            ChannelMsg::ExitSignal { signal_name, .. } => self.exit = Some(128 + signal_number(&signal_name)),
            ChannelMsg::Close => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn finish(mut self, output: &mut impl FnMut(Stream, String)) -> Result<Exit, Error> {
        self.stdout.finish(|line| output(Stream::Stdout, line));
        self.stderr.finish(|line| output(Stream::Stderr, line));
        match self.exit {
            Some(status) => Ok(Exit::Status(status)),
            None if self.started => Ok(Exit::Disconnected),
            None => Err(not_started(&"the connection was cut")),
        }
    }
}

/// A shell reports a program that a signal ended as 128 and the signal's number.
fn signal_number(signal: &Sig) -> u32 {
    match signal {
        Sig::HUP => 1,
        Sig::INT => 2,
        Sig::QUIT => 3,
        Sig::ILL => 4,
        Sig::ABRT => 6,
        Sig::FPE => 8,
        Sig::KILL => 9,
        Sig::USR1 => 10,
        Sig::SEGV => 11,
        Sig::PIPE => 13,
        Sig::ALRM => 14,
        Sig::TERM => 15,
        Sig::Custom(_) => 0,
    }
}
