//! QMP: QEMU's control protocol, one JSON object a line in each direction.
//!
//! Types of the commands come from a crate; the transport is ours, because an event that the crate's
//! schema does not know would end its stream for good. An event here is a name and a JSON value.

use std::collections::VecDeque;

use bytes::BytesMut;
use qapi_qmp::QmpCommand;
use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("cannot send the QMP command `{command}`")]
    Send { command: &'static str, source: std::io::Error },
    #[error("cannot read from QMP")]
    Read { source: std::io::Error },
    #[error("QEMU closed the QMP connection")]
    Closed,
    #[error("QMP sent `{line}`, which is no message")]
    Message { line: String, source: serde_json::Error },
    #[error("QEMU refused `{command}`: {description}")]
    Refused { command: &'static str, description: String },
    #[error("QEMU answered `{command}` in a form that is not known")]
    Answer { command: &'static str, source: serde_json::Error },
}

/// Something that QEMU says without being asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub name: String,
    pub data: Value,
}

/// Every message of the protocol: which fields are there tells its kind.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "QMP")]
    greeting: Option<Value>,
    id: Option<u64>,
    #[serde(rename = "return")]
    result: Option<Value>,
    error: Option<Refusal>,
    event: Option<String>,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Refusal {
    desc: String,
}

/// A connection. Futures may be dropped at any await: what was half read or written is finished by the next.
pub(super) struct Qmp<S> {
    stream: S,
    incoming: BytesMut,
    outgoing: BytesMut,
    events: VecDeque<Event>,
    next_id: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Qmp<S> {
    /// Waits for the greeting and enters command mode.
    pub(super) async fn open(stream: S) -> Result<Self, Error> {
        let (incoming, outgoing) = (BytesMut::new(), BytesMut::new());
        let mut qmp = Self { stream, incoming, outgoing, events: VecDeque::new(), next_id: 0 };
        while qmp.read_message().await?.greeting.is_none() {}
        qmp.execute(qapi_qmp::qmp_capabilities { enable: None }).await?;
        Ok(qmp)
    }

    /// Sends a command and waits for its answer. Events that come before it are kept.
    pub(super) async fn execute<C: QmpCommand>(&mut self, command: C) -> Result<C::Ok, Error> {
        let id = self.next_id;
        self.next_id += 1;
        let line = serde_json::json!({ "execute": C::NAME, "arguments": command, "id": id });
        self.outgoing.extend_from_slice(line.to_string().as_bytes());
        self.outgoing.extend_from_slice(b"\n");
        self.flush().await.map_err(|source| Error::Send { command: C::NAME, source })?;
        loop {
            let message = self.read_message().await?;
            if message.id != Some(id) {
                self.keep_event(message);
                continue;
            }
            if let Some(Refusal { desc }) = message.error {
                return Err(Error::Refused { command: C::NAME, description: desc });
            }
            let result = message.result.unwrap_or_default();
            return serde_json::from_value(result).map_err(|source| Error::Answer { command: C::NAME, source });
        }
    }

    /// The next event, in the order in which QEMU sent them.
    pub(super) async fn next_event(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let message = self.read_message().await?;
            self.keep_event(message);
        }
    }

    fn keep_event(&mut self, message: Message) {
        if let Some(name) = message.event {
            self.events.push_back(Event { name, data: message.data });
        }
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        while !self.outgoing.is_empty() {
            self.stream.write_buf(&mut self.outgoing).await?;
        }
        self.stream.flush().await
    }

    async fn read_message(&mut self) -> Result<Message, Error> {
        loop {
            if let Some(end) = self.incoming.iter().position(|byte| *byte == b'\n') {
                let line = self.incoming.split_to(end + 1);
                let text = String::from_utf8_lossy(&line);
                let line = text.trim();
                return serde_json::from_str(line).map_err(|source| Error::Message { line: line.to_owned(), source });
            }
            if self.stream.read_buf(&mut self.incoming).await.map_err(|source| Error::Read { source })? == 0 {
                return Err(Error::Closed);
            }
        }
    }
}

impl<S> std::fmt::Debug for Qmp<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Qmp").field("next_id", &self.next_id).field("events", &self.events).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, BufReader, DuplexStream};

    use super::*;

    const GREETING: &str =
        r#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}}, "capabilities": []}}"#;

    /// A server that greets and then answers each command with the given lines; `ID` in them is the
    /// command's. It gives back the commands it got.
    async fn serve(stream: DuplexStream, answers: Vec<&str>) -> Vec<Value> {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(format!("{GREETING}\r\n").as_bytes()).await.unwrap();
        let mut commands = Vec::new();
        for answer in std::iter::once(r#"{"return": {}, "id": ID}"#).chain(answers) {
            let command: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
            let answer = answer.replace("ID", &command["id"].to_string());
            writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            commands.push(command);
        }
        commands
    }

    fn client_and_server(answers: Vec<&'static str>) -> (DuplexStream, tokio::task::JoinHandle<Vec<Value>>) {
        let (ours, theirs) = tokio::io::duplex(4096);
        (ours, tokio::spawn(serve(theirs, answers)))
    }

    #[tokio::test]
    async fn greets_asks_and_keeps_events_it_does_not_know() {
        let answer = concat!(
            r#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "BRAND_NEW", "data": {"a": 1}}"#,
            "\r\n",
            r#"{"return": {"status": "running", "running": true, "fresh": 1}, "id": ID}"#,
        );
        let (ours, server) = client_and_server(vec![answer]);
        let mut qmp = Qmp::open(ours).await.unwrap();
        assert!(qmp.execute(qapi_qmp::query_status {}).await.unwrap().running);
        let event = qmp.next_event().await.unwrap();
        assert_eq!(event, Event { name: "BRAND_NEW".to_owned(), data: serde_json::json!({ "a": 1 }) });
        let commands = server.await.unwrap();
        assert_eq!(commands[0]["execute"], "qmp_capabilities");
        assert_eq!(commands[1], serde_json::json!({ "execute": "query-status", "arguments": {}, "id": 1 }));
        assert!(matches!(qmp.next_event().await.unwrap_err(), Error::Closed));
    }

    #[tokio::test]
    async fn a_refusal_is_an_error_with_qemus_words() {
        let (ours, _server) =
            client_and_server(vec![r#"{"error": {"class": "GenericError", "desc": "no"}, "id": ID}"#]);
        let mut qmp = Qmp::open(ours).await.unwrap();
        let error = qmp.execute(qapi_qmp::quit {}).await.unwrap_err();
        assert_eq!(error.to_string(), "QEMU refused `quit`: no");
    }

    #[tokio::test]
    async fn an_answer_to_a_command_that_was_given_up_is_passed_over() {
        let (ours, theirs) = tokio::io::duplex(4096);
        let server = tokio::spawn(async move {
            let (reader, mut writer) = tokio::io::split(theirs);
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(GREETING.as_bytes()).await.unwrap();
            writer.write_all(b"\n").await.unwrap();
            lines.next_line().await.unwrap();
            writer.write_all(b"{\"return\": {}, \"id\": 0}\n{\"retu").await.unwrap();
            lines.next_line().await.unwrap();
            lines.next_line().await.unwrap();
            writer.write_all(b"rn\": {}, \"id\": 1}\n").await.unwrap();
            writer.write_all(b"{\"return\": {\"status\": \"paused\", \"running\": false}, \"id\": 2}\n").await.unwrap();
        });
        let mut qmp = Qmp::open(ours).await.unwrap();
        {
            let given_up = std::pin::pin!(qmp.execute(qapi_qmp::system_powerdown {}));
            assert!(futures::poll!(given_up).is_pending());
        }
        assert!(!qmp.execute(qapi_qmp::query_status {}).await.unwrap().running);
        server.await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_message_is_shown() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_all(b"hello\n").await.unwrap();
        let error = Qmp::open(ours).await.unwrap_err();
        assert_eq!(error.to_string(), "QMP sent `hello`, which is no message");
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_an_error_and_no_panic(bytes: Vec<u8>) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let stream = saying(bytes);
            runtime.block_on(async { Qmp::open(stream).await.unwrap_err() });
        }
    }

    /// A connection that says the given bytes and takes everything.
    fn saying(bytes: Vec<u8>) -> impl AsyncRead + AsyncWrite + Unpin {
        tokio::io::join(std::io::Cursor::new(bytes), tokio::io::sink())
    }
}
