//! What is sent of files and folders, made by a thread of its own in blocks of many files: a small one is then worth three
//! system calls, and no task or message of its own.

use std::io::{Error, ErrorKind, Read, Result, Write};

use fs_err::File;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Bytes handed on at once.
const BLOCK: usize = 256 * 1024;

/// Blocks that may wait for the guest.
const AHEAD: usize = 4;

/// What `write` writes. What it cannot read is the last block.
pub(super) fn of(write: impl FnOnce(&mut Blocks) -> Result<()> + Send + 'static) -> Receiver<Result<Vec<u8>>> {
    let (sender, receiver) = channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut blocks = Blocks { block: Vec::with_capacity(BLOCK), sender };
        let last = write(&mut blocks).map(|()| std::mem::take(&mut blocks.block));
        // A receiver that is gone has said why it wants no more.
        let _ = blocks.sender.blocking_send(last);
    });
    receiver
}

pub(super) struct Blocks {
    block: Vec<u8>,
    sender: Sender<Result<Vec<u8>>>,
}

impl Blocks {
    /// The content of a file that had so many bytes.
    pub(super) fn file(&mut self, mut file: File, size: u64) -> Result<()> {
        let mut left = size;
        while left > 0 {
            let room = BLOCK.saturating_sub(self.block.len()).max(1);
            match Read::by_ref(&mut file).take(left.min(room as u64)).read_to_end(&mut self.block)? {
                0 => return Err(Error::other(format!("{} became shorter while it was read", file.path().display()))),
                read => left -= read as u64,
            }
            self.hand_on_if_full()?;
        }
        Ok(())
    }

    fn hand_on_if_full(&mut self) -> Result<()> {
        if self.block.len() < BLOCK {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        self.sender.blocking_send(Ok(full)).map_err(|_| ErrorKind::BrokenPipe.into())
    }
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.block.extend_from_slice(bytes);
        self.hand_on_if_full().map(|()| bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
