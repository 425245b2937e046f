//! A program in the guest with a protocol on its standard input and output.

use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};

use super::flow::Flow;
use super::{CUT, ENDED_EARLY, Fault};
use crate::process::tail;

/// Bytes between the protocol and the session, each way.
const BUFFER: usize = 256 * 1024;

/// Bytes sent at once.
const PORTION: usize = 64 * 1024;

/// The exit status of a shell that does not find the program.
const NOT_FOUND: u32 = 127;

/// Runs `line` in the guest while `protocol` talks to it.
pub(in crate::comm::ssh) async fn converse<T>(
    channel: Channel<Msg>,
    line: &str,
    protocol: impl AsyncFnOnce(DuplexStream) -> Result<T, Fault>,
) -> Result<T, Fault> {
    channel.exec(true, line).await.map_err(|error| Fault::Session(error.to_string()))?;
    let (ours, theirs) = tokio::io::duplex(BUFFER);
    let (reader, writer) = channel.split();
    let (from_protocol, to_protocol) = tokio::io::split(ours);
    let flow = Flow::new();
    let guest = async {
        let feed = feed(writer, from_protocol, &flow);
        let drain = drain(reader, to_protocol, &flow);
        tokio::pin!(feed, drain);
        tokio::select! {
            end = &mut drain => end,
            () = &mut feed => drain.await,
        }
    };
    let (result, end) = tokio::join!(protocol(theirs), guest);
    end.judge(result)
}

/// Everything that the protocol says goes to the guest; its end is the end of the program's input.
async fn feed(writer: ChannelWriteHalf<Msg>, mut from: ReadHalf<DuplexStream>, flow: &Flow) {
    let mut buffer = bytes::BytesMut::with_capacity(BUFFER);
    while from.read_buf(&mut buffer).await.is_ok_and(|count| count > 0) {
        while !buffer.is_empty() {
            let portion = buffer.split_to(buffer.len().min(PORTION));
            flow.admit(portion.len()).await;
            if writer.data_bytes(portion.freeze()).await.is_err() {
                return;
            }
        }
        buffer.reserve(BUFFER / 4);
    }
    // A guest that is gone needs no end of input.
    let _ = writer.eof().await;
}

/// How the program ended.
#[derive(Debug, Default)]
struct End {
    started: bool,
    refused: bool,
    status: Option<u32>,
    stderr: String,
}

async fn drain(mut reader: ChannelReadHalf, to: WriteHalf<DuplexStream>, flow: &Flow) -> End {
    let (mut end, mut to) = (End::default(), Some(to));
    while let Some(message) = reader.wait().await {
        match message {
            ChannelMsg::Success => end.started = true,
            ChannelMsg::Failure => {
                end.refused = true;
                break;
            }
            ChannelMsg::Data { data } => {
                // A protocol that has ended reads no more.
                if let Some(stream) = &mut to
                    && stream.write_all(&data).await.is_err()
                {
                    to = None;
                }
            }
            ChannelMsg::WindowAdjusted { new_size } => flow.adjusted(new_size),
            ChannelMsg::ExtendedData { data, .. } => end.note(&data),
            ChannelMsg::ExitStatus { exit_status } => end.status = Some(exit_status),
            ChannelMsg::Close => break,
            _ => {}
        }
    }
    end
}

impl End {
    fn note(&mut self, stderr: &[u8]) {
        self.stderr.push_str(&String::from_utf8_lossy(stderr));
        let kept = tail(&self.stderr).len();
        self.stderr.drain(..self.stderr.len() - kept);
    }

    /// The protocol's result, with what the program's end adds to it.
    fn judge<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        if self.refused || self.status == Some(NOT_FOUND) {
            return Err(Fault::Missing);
        }
        match (result, self.status) {
            (_, None) if !self.started => Err(Fault::Session(CUT.into())),
            (Err(Fault::Failed(text)), None) if text == ENDED_EARLY => Err(Fault::Cut),
            (Err(Fault::Failed(text)), Some(1..)) if text == ENDED_EARLY => {
                Err(Fault::Failed(text + &self.last_words()))
            }
            (Err(fault), _) => Err(fault),
            (Ok(value), Some(0)) => Ok(value),
            (Ok(_), None) => Err(Fault::Cut),
            (Ok(_), Some(status)) => Err(Fault::Failed(format!("it ended with status {status}{}", self.last_words()))),
        }
    }

    /// The last line of standard error that is not blank.
    fn last_words(&self) -> String {
        let line = self.stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
        line.map_or_else(String::new, |line| format!(": {line}"))
    }
}
