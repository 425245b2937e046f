//! Sending files and folders to a sink.

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream,
};

use super::{Fault, read_answer};
use crate::comm::tree::Entry;

/// Bytes read from a local file at once.
const READ_BUFFER: usize = 128 * 1024;

/// Why sending ended early.
enum Stop {
    /// What is to be sent cannot be read. The sink waits for it in vain, so nobody must wait for the sink.
    Source(Fault),
    /// The sink takes no more; it says why itself.
    Sink,
}

impl Stop {
    fn source(error: impl std::fmt::Display) -> Self {
        Self::Source(Fault::failed(error))
    }
}

/// Sends one file from memory.
pub(in crate::comm::ssh) async fn bytes(
    stream: DuplexStream,
    name: &str,
    mode: u32,
    bytes: &[u8],
) -> Result<(), Fault> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let send = async {
        file(&mut writer, name, mode, bytes.len() as u64, bytes).await?;
        writer.shutdown().await.map_err(|_| Stop::Sink)
    };
    both(send, answers(&mut reader, 3)).await
}

/// Sends files and folders.
pub(in crate::comm::ssh) async fn entries(stream: DuplexStream, entries: &[Entry]) -> Result<(), Fault> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let expected =
        1 + entries.iter().map(|entry| if matches!(entry, Entry::File { .. }) { 2 } else { 1 }).sum::<usize>();
    let send = async {
        for item in entries {
            entry(&mut writer, item).await?;
        }
        writer.shutdown().await.map_err(|_| Stop::Sink)
    };
    both(send, answers(&mut reader, expected)).await
}

/// Nothing waits for an answer before it goes on: over a slow line and into a slow guest each wait counts.
/// The first bad answer ends the sending; it tells more than the write that fails because of it.
async fn both(
    send: impl Future<Output = Result<(), Stop>>,
    answers: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    tokio::pin!(send, answers);
    let sent = tokio::select! {
        answered = &mut answers => {
            answered?;
            return send.await.map_err(told);
        }
        sent = &mut send => sent,
    };
    match sent {
        Err(Stop::Source(fault)) => Err(fault),
        sent => answers.await.and(sent.map_err(told)),
    }
}

fn told(stop: Stop) -> Fault {
    match stop {
        Stop::Source(fault) => fault,
        Stop::Sink => Fault::ended_early(),
    }
}

async fn answers(reader: &mut (impl AsyncRead + Unpin), count: usize) -> Result<(), Fault> {
    for _ in 0..count {
        read_answer(reader).await?;
    }
    Ok(())
}

async fn entry(writer: &mut (impl AsyncWrite + Unpin), entry: &Entry) -> Result<(), Stop> {
    match entry {
        Entry::Enter { name, mode } => record(writer, &format!("D{mode:04o} 0 {name}\n")).await,
        Entry::Leave => record(writer, "E\n").await,
        Entry::File { path, name, mode, size } => {
            let content = fs_err::tokio::File::open(path).await.map_err(Stop::source)?;
            file(writer, name, *mode, *size, BufReader::with_capacity(READ_BUFFER, content)).await
        }
    }
}

async fn record(writer: &mut (impl AsyncWrite + Unpin), text: &str) -> Result<(), Stop> {
    writer.write_all(text.as_bytes()).await.map_err(|_| Stop::Sink)
}

async fn file(
    writer: &mut (impl AsyncWrite + Unpin),
    name: &str,
    mode: u32,
    size: u64,
    content: impl AsyncBufRead + Unpin,
) -> Result<(), Stop> {
    record(writer, &format!("C{mode:04o} {size} {name}\n")).await?;
    if copy(content.take(size), writer).await? != size {
        return Err(Stop::source(format!("{name} became shorter while it was read")));
    }
    record(writer, "\0").await
}

/// Gives the number of bytes.
async fn copy(mut content: impl AsyncBufRead + Unpin, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Stop> {
    let mut copied = 0;
    loop {
        let block = content.fill_buf().await.map_err(Stop::source)?;
        if block.is_empty() {
            return Ok(copied);
        }
        writer.write_all(block).await.map_err(|_| Stop::Sink)?;
        let length = block.len();
        content.consume(length);
        copied += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sink that answers each zero byte, and what it was sent.
    async fn sink(mut stream: DuplexStream, answers: &[u8]) -> Vec<u8> {
        stream.write_all(answers).await.unwrap();
        let mut read = Vec::new();
        stream.read_to_end(&mut read).await.unwrap();
        read
    }

    #[tokio::test]
    async fn a_file_is_a_header_its_bytes_and_a_zero() {
        let (ours, theirs) = tokio::io::duplex(64);
        let (sent, read) = tokio::join!(bytes(ours, "script.sh", 0o755, b"echo hi\n"), sink(theirs, b"\0\0\0"));
        assert_eq!(sent, Ok(()));
        assert_eq!(read, b"C0755 8 script.sh\necho hi\n\0");
    }

    #[tokio::test]
    async fn a_folder_is_entered_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs_err::write(&path, "abc").unwrap();
        let list = [
            Entry::Enter { name: "etc".into(), mode: 0o700 },
            Entry::File { path, name: "a".into(), mode: 0o600, size: 3 },
            Entry::Leave,
        ];
        let (ours, theirs) = tokio::io::duplex(64);
        let (sent, read) = tokio::join!(entries(ours, &list), sink(theirs, b"\0\0\0\0\0"));
        assert_eq!(sent, Ok(()));
        assert_eq!(read, b"D0700 0 etc\nC0600 3 a\nabc\0E\n");
    }

    #[tokio::test]
    async fn the_sinks_complaint_wins_over_the_broken_pipe() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let guest = async move {
            theirs.write_all(b"\0\x01scp: /etc/x: Permission denied\n").await.unwrap();
        };
        let large = vec![0; 4096];
        let (sent, ()) = tokio::join!(bytes(ours, "x", 0o644, &large), guest);
        assert_eq!(sent, Err(Fault::Failed("scp: /etc/x: Permission denied".into())));
    }

    #[tokio::test]
    async fn a_file_that_shrank_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs_err::write(&path, "abc").unwrap();
        let list = [Entry::File { path, name: "a".into(), mode: 0o600, size: 4 }];
        let (ours, theirs) = tokio::io::duplex(64);
        let (sent, _) = tokio::join!(entries(ours, &list), sink(theirs, b"\0\0\0"));
        assert_eq!(sent, Err(Fault::Failed("a became shorter while it was read".into())));
    }

    /// The sink would wait for ever, and so would who waits for the sink.
    #[tokio::test]
    async fn a_file_that_is_gone_ends_the_sending_at_once() {
        let list = [Entry::File { path: "/no/such/file".into(), name: "a".into(), mode: 0o600, size: 4 }];
        let (ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_all(b"\0").await.unwrap();
        let sent = tokio::time::timeout(std::time::Duration::from_secs(20), entries(ours, &list)).await.unwrap();
        assert!(matches!(sent, Err(Fault::Failed(text)) if text.contains("/no/such/file")));
    }
}
