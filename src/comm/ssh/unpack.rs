//! Many files at once: an archive that the guest's `tar` unpacks.
//!
//! The guest's `scp` reads what stands before each file byte by byte, and SFTP takes three requests for each. tar is done
//! with one read. But it replaces the files and links that are there, where the others write through them. So only what
//! meets nothing goes this way: into an empty folder, or as a folder that is new.

use std::sync::Arc;

use russh::Channel;
use russh::client::Msg;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

use super::blocks::{self, Blocks};
use super::scp::{self, Fault, shell_word};
use crate::comm::tree::Entry;
use crate::io::tar;

/// With fewer files, the question whether anything is in the way takes as long.
const MANY: usize = 100;

/// Longest answer to that question, in bytes.
const ANSWER_LIMIT: u64 = 64;

/// `$1` is the folder that is to be made, if any, and `$2` where. Prints the mask of modes when nothing is in the way: there is
/// one place, which can be looked into, and does not hand its group on, since tars differ in that. On one line, as csh
/// wants it.
const SCRIPT: &str = r#"unset CDPATH; [ $# = 2 ] && cd "$2" 2>/dev/null && [ ! -g . ] && "#;
const NEW_FOLDER: &str = r#"[ ! -e "./$1" ] && [ ! -L "./$1" ] && "#;
const EMPTY_PLACE: &str = r#"found=$(ls -A) && [ -z "$found" ] && "#;
const UNPACK: &str = "command -v tar >/dev/null && umask && exec tar -xpmof -";

/// Whether there are many files, and no folder that a tar could close before it has filled it.
pub(super) fn worthwhile(entries: &[Entry]) -> bool {
    let is_file = |entry: &&Entry| matches!(entry, Entry::File { .. });
    let is_open = |entry: &Entry| !matches!(entry, Entry::Enter { mode, .. } if mode & 0o300 != 0o300);
    entries.iter().filter(is_file).nth(MANY - 1).is_some() && entries.iter().all(is_open)
}

/// Why not all is in the guest.
pub(super) enum Unsent {
    /// There is no tar, or something is in the way.
    Impossible,
    /// tar failed; scp may not.
    Failed(String),
    Fault(Fault),
}

pub(super) async fn send(channel: Channel<Msg>, entries: &Arc<[Entry]>, destination: &str) -> Result<(), Unsent> {
    let top = top(entries);
    let script = [SCRIPT, if top.is_empty() { EMPTY_PLACE } else { NEW_FOLDER }, UNPACK].concat();
    let line = format!("sh -c {} {}", shell_words::join([script.as_str(), "sh", top]), shell_word(destination));
    let mut unreadable = false;
    let sent = scp::converse(channel, &line, async |stream| archive(stream, entries, &mut unreadable).await).await;
    sent.map_err(|fault| match fault {
        Fault::Missing => Unsent::Impossible,
        Fault::Failed(text) if !unreadable => Unsent::Failed(text),
        fault => Unsent::Fault(fault),
    })
}

/// The name of the folder in which all is, if there is one.
fn top(entries: &[Entry]) -> &str {
    let mut depth = 0_usize;
    for (index, entry) in entries.iter().enumerate() {
        match entry {
            Entry::Enter { .. } => depth += 1,
            Entry::Leave => depth -= 1,
            Entry::File { .. } => {}
        }
        if depth == 0 && index + 1 < entries.len() {
            return "";
        }
    }
    match entries.first() {
        Some(Entry::Enter { name, .. }) => name,
        _ => "",
    }
}

async fn archive(stream: DuplexStream, entries: &Arc<[Entry]>, unreadable: &mut bool) -> Result<(), Fault> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut answer = String::new();
    let read = BufReader::new(reader).take(ANSWER_LIMIT).read_line(&mut answer).await;
    let mask = read.ok().and_then(|_| u32::from_str_radix(answer.trim(), 8).ok()).ok_or(Fault::Missing)?;
    let entries = Arc::clone(entries);
    let mut blocks = blocks::of(move |blocks| members(&entries, mask, blocks));
    while let Some(block) = blocks.recv().await {
        *unreadable = block.is_err();
        let block = block.map_err(Fault::failed)?;
        writer.write_all(&block).await.map_err(|_| Fault::ended_early())?;
    }
    writer.shutdown().await.map_err(|_| Fault::ended_early())
}

/// tar is told to take the modes as they are: not every tar heeds the mask when root runs it.
fn members(entries: &[Entry], mask: u32, blocks: &mut Blocks) -> std::io::Result<()> {
    let (mut archive, mut folder) = (tar::TarWriter::new(blocks), Vec::new());
    for entry in entries {
        match entry {
            Entry::Enter { name, mode } => {
                folder.push(name.as_str());
                archive.append_folder(&folder.join("/"), mode & !mask)?;
            }
            Entry::Leave => drop(folder.pop()),
            Entry::File { path, name, mode, size } => {
                let file = fs_err::File::open(path)?;
                folder.push(name);
                let name = folder.join("/");
                let entry = tar::Entry { mode: mode & !mask, ..tar::Entry::plain(&name, *size) };
                archive.append_by(&entry, |blocks| blocks.file(file, *size))?;
                folder.pop();
            }
        }
    }
    archive.finish().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<Entry> {
        let entry = |word: &str| match word.strip_suffix('/') {
            Some(name @ "closed") => Entry::Enter { name: name.into(), mode: 0o555 },
            Some(name) => Entry::Enter { name: name.into(), mode: 0o755 },
            None if word == ".." => Entry::Leave,
            None => Entry::File { path: word.into(), name: word.into(), mode: 0o644, size: 0 },
        };
        text.split_whitespace().map(entry).collect()
    }

    #[test]
    fn the_folder_in_which_all_is_must_be_new() {
        let table =
            [("it/ a b/ c .. ..", "it"), ("it/ ..", "it"), ("it/ .. b", ""), ("a it/ ..", ""), ("a", ""), ("", "")];
        for (text, expected) in table {
            assert_eq!(top(&entries(text)), expected, "{text}");
        }
    }

    #[test]
    fn few_files_are_not_worth_a_question_and_closed_folders_are_none_for_tar() {
        assert!(!worthwhile(&entries(&"d/ a .. ".repeat(MANY - 1))));
        assert!(worthwhile(&entries(&"d/ a .. ".repeat(MANY))));
        assert!(!worthwhile(&entries(&"closed/ a .. ".repeat(MANY))));
    }
}
