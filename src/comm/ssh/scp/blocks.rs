//! What a sink is sent of files and folders, made by a thread of its own in blocks of many records: a small file is then
//! worth three system calls, and no task, message or answer of its own.

use std::io::Read;
use std::sync::Arc;

use fs_err::File;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Fault;
use crate::comm::tree::Entry;

/// Bytes handed on at once.
const BLOCK: usize = 256 * 1024;

/// Blocks that may wait for the guest.
const AHEAD: usize = 4;

/// The records of these entries. What cannot be read is the last block.
pub(super) fn of(entries: Arc<[Entry]>) -> Receiver<Result<Vec<u8>, Fault>> {
    let (sender, receiver) = channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut blocks = Blocks { block: Vec::with_capacity(BLOCK), sender };
        let last = match blocks.entries(&entries) {
            Ok(()) => Ok(std::mem::take(&mut blocks.block)),
            Err(End::Source(fault)) => Err(fault),
            Err(End::Unwanted) => return,
        };
        // A receiver that is gone has said why it wants no more.
        let _ = blocks.sender.blocking_send(last);
    });
    receiver
}

/// Why there are no more.
enum End {
    Source(Fault),
    Unwanted,
}

struct Blocks {
    block: Vec<u8>,
    sender: Sender<Result<Vec<u8>, Fault>>,
}

impl Blocks {
    fn entries(&mut self, entries: &[Entry]) -> Result<(), End> {
        for entry in entries {
            match entry {
                Entry::Enter { name, mode } => self.record(&format!("D{mode:04o} 0 {name}\n"))?,
                Entry::Leave => self.record("E\n")?,
                Entry::File { path, name, mode, size } => {
                    let file = File::open(path).map_err(|error| End::Source(Fault::failed(error)))?;
                    self.record(&format!("C{mode:04o} {size} {name}\n"))?;
                    self.content(file, name, *size)?;
                    self.record("\0")?;
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, text: &str) -> Result<(), End> {
        self.block.extend_from_slice(text.as_bytes());
        self.hand_on_if_full()
    }

    fn content(&mut self, mut file: File, name: &str, size: u64) -> Result<(), End> {
        let mut left = size;
        while left > 0 {
            let room = BLOCK.saturating_sub(self.block.len()).max(1);
            let part = Read::by_ref(&mut file).take(left.min(room as u64)).read_to_end(&mut self.block);
            match part.map_err(|error| End::Source(Fault::failed(error)))? {
                0 => return Err(End::Source(Fault::Failed(format!("{name} became shorter while it was read")))),
                read => left -= read as u64,
            }
            self.hand_on_if_full()?;
        }
        Ok(())
    }

    fn hand_on_if_full(&mut self) -> Result<(), End> {
        if self.block.len() < BLOCK {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        self.sender.blocking_send(Ok(full)).map_err(|_| End::Unwanted)
    }
}
