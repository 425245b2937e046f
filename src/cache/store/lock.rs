//! Locks between builds, whether they are in one process or in several.

use std::path::Path;
use std::time::Duration;

use fs_err as fs;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::event::Events;

/// Between two looks at a lock that somebody else holds. To wait in the kernel would take a thread that
/// nobody could call back.
const PAUSE: Duration = Duration::from_millis(100);

/// Held until it is dropped, or the process ends. The file stays: to remove it would let two builds hold
/// two different files of the same name.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file unlocks it")] fs::File);

impl Lock {
    pub(super) async fn wait(path: &Path, events: &Events) -> std::io::Result<Self> {
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        let mut told = false;
        loop {
            match flock(file.file(), FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(file)),
                Err(Errno::WOULDBLOCK | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if !std::mem::replace(&mut told, true) {
                events.debug(format!("waiting for another build that holds {}", path.display()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
