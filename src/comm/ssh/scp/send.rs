//! Sending files and folders to a sink.

use std::io::Write as _;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};

use super::super::blocks::{self, Blocks};
use super::{Fault, read_answer};
use crate::comm::tree::Entry;

/// Why sending ended early.
enum Stop {
    /// What is to be sent cannot be read. The sink waits for it in vain, so nobody must wait for the sink.
    Source(Fault),
    /// The sink takes no more; it says why itself.
    Sink,
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
        let header = format!("C{mode:04o} {} {name}\n", bytes.len());
        for part in [header.as_bytes(), bytes, b"\0"] {
            put(&mut writer, part).await?;
        }
        writer.shutdown().await.map_err(|_| Stop::Sink)
    };
    both(send, answers(&mut reader, 3)).await
}

/// Sends files and folders.
pub(in crate::comm::ssh) async fn entries(stream: DuplexStream, entries: &Arc<[Entry]>) -> Result<(), Fault> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let expected =
        1 + entries.iter().map(|entry| if matches!(entry, Entry::File { .. }) { 2 } else { 1 }).sum::<usize>();
    let entries = Arc::clone(entries);
    let mut blocks = blocks::of(move |blocks| records(&entries, blocks));
    let send = async {
        while let Some(block) = blocks.recv().await {
            put(&mut writer, &block.map_err(|error| Stop::Source(Fault::failed(error)))?).await?;
        }
        writer.shutdown().await.map_err(|_| Stop::Sink)
    };
    both(send, answers(&mut reader, expected)).await
}

fn records(entries: &[Entry], blocks: &mut Blocks) -> std::io::Result<()> {
    for entry in entries {
        match entry {
            Entry::Enter { name, mode } => writeln!(blocks, "D{mode:04o} 0 {name}")?,
            Entry::Leave => blocks.write_all(b"E\n")?,
            Entry::File { path, name, mode, size } => {
                let file = fs_err::File::open(path)?;
                writeln!(blocks, "C{mode:04o} {size} {name}")?;
                blocks.file(file, *size)?;
                blocks.write_all(b"\0")?;
            }
        }
    }
    Ok(())
}

async fn put(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), Stop> {
    writer.write_all(bytes).await.map_err(|_| Stop::Sink)
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    /// A sink that answers each zero byte, and what it was sent. Who cannot read a file may be gone before the answers.
    async fn sink(mut stream: DuplexStream, answers: &[u8]) -> Vec<u8> {
        let _ = stream.write_all(answers).await;
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
        let list = Arc::from([
            Entry::Enter { name: "etc".into(), mode: 0o700 },
            Entry::File { path, name: "a".into(), mode: 0o600, size: 3 },
            Entry::Leave,
        ]);
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
        let list = Arc::from([Entry::File { path: path.clone(), name: "a".into(), mode: 0o600, size: 4 }]);
        let (ours, theirs) = tokio::io::duplex(64);
        let (sent, _) = tokio::join!(entries(ours, &list), sink(theirs, b"\0\0\0"));
        assert_eq!(sent, Err(Fault::Failed(format!("{} became shorter while it was read", path.display()))));
    }

    /// The sink would wait for ever, and so would who waits for the sink.
    #[tokio::test]
    async fn a_file_that_is_gone_ends_the_sending_at_once() {
        let list = Arc::from([Entry::File { path: "/no/such/file".into(), name: "a".into(), mode: 0o600, size: 4 }]);
        let (ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_all(b"\0").await.unwrap();
        let sent = tokio::time::timeout(std::time::Duration::from_secs(20), entries(ours, &list)).await.unwrap();
        assert!(matches!(sent, Err(Fault::Failed(text)) if text.contains("/no/such/file")));
    }
}
