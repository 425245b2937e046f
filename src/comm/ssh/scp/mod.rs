//! Files over the `scp` program of the guest, by the protocol of its `-t` (sink) and `-f` (source) modes:
//! records `C` (file), `D` and `E` (begin and end of a folder), each answered by a zero byte, or by 1 or 2
//! and a line of text when something is wrong.

mod flow;
mod pipe;
pub(super) mod receive;
pub(super) mod send;

use tokio::io::{AsyncRead, AsyncReadExt};

pub(super) use self::pipe::converse;

/// Longest line of the protocol that we take, in bytes.
const LINE_LIMIT: u64 = 16 * 1024;

/// Why a transfer did not work.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::comm::ssh) enum Fault {
    /// The guest lacks what the transfer needs.
    Missing,
    /// The session broke before anything was moved.
    Session(String),
    /// The connection was cut while it went on.
    Cut,
    Failed(String),
}

/// What is known while a protocol's peer says nothing more. Whether it was cut the end of its program tells.
const ENDED_EARLY: &str = "scp ended early";

/// What we say when the connection is gone.
pub(in crate::comm::ssh) const CUT: &str = "the connection was cut";

impl Fault {
    pub(in crate::comm::ssh) fn ended_early() -> Self {
        Self::Failed(ENDED_EARLY.into())
    }

    /// The same with the name of what did not work.
    pub(in crate::comm::ssh) fn about(self, what: &str) -> Self {
        match self {
            Self::Failed(text) => Self::Failed(format!("{what}: {text}")),
            other => other,
        }
    }

    pub(in crate::comm::ssh) fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A path as a word for the guest's shell. What templates may mean (`~`, `$HOME`, patterns) stays.
pub(super) fn shell_word(path: &str) -> String {
    let mut word = String::with_capacity(path.len());
    for character in path.chars() {
        if character.is_whitespace() || "'\"();&|<>`#!".contains(character) {
            word.push('\\');
        }
        word.push(character);
    }
    word
}

/// Reads one answer of the other side.
async fn read_answer(reader: &mut (impl AsyncRead + Unpin)) -> Result<(), Fault> {
    match reader.read_u8().await {
        Ok(0) => Ok(()),
        Ok(1 | 2) => Err(Fault::Failed(read_line(reader).await?)),
        Ok(other) => Err(Fault::Failed(format!("scp gave an unknown answer ({other:#04x})"))),
        Err(_) => Err(Fault::ended_early()),
    }
}

/// Reads up to the end of a line, which is not kept.
async fn read_line(reader: &mut (impl AsyncRead + Unpin)) -> Result<String, Fault> {
    let mut line = Vec::new();
    loop {
        match reader.read_u8().await {
            Ok(b'\n') => break,
            Ok(byte) if (line.len() as u64) < LINE_LIMIT => line.push(byte),
            Ok(_) => return Err(Fault::Failed("scp sent a line without an end".into())),
            Err(_) if line.is_empty() => return Err(Fault::ended_early()),
            Err(_) => break,
        }
    }
    Ok(String::from_utf8_lossy(&line).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_a_word_is_escaped() {
        assert_eq!(shell_word("/a b/(c)"), "/a\\ b/\\(c\\)");
        assert_eq!(shell_word("~/$HOME/*.log"), "~/$HOME/*.log");
    }

    #[tokio::test]
    async fn an_answer_carries_its_text() {
        assert_eq!(read_answer(&mut &b"\0"[..]).await, Ok(()));
        let refused = read_answer(&mut &b"\x01scp: /etc: Permission denied\n"[..]).await;
        assert_eq!(refused, Err(Fault::Failed("scp: /etc: Permission denied".into())));
        assert_eq!(read_answer(&mut &b""[..]).await, Err(Fault::Failed("scp ended early".into())));
    }
}
