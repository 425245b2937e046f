//! What a machine brings with it for its guest.

use crate::comm::{Communicator, Upload};
use crate::machine::{FileContent, Machine};
use crate::run::error::Cause;

pub(super) async fn guest_files<M: Machine, S: Communicator>(machine: &M, session: &S) -> Result<(), Cause> {
    for file in machine.guest_files()? {
        let source = match &file.content {
            FileContent::Bytes(bytes) => Upload::Bytes { bytes, mode: MODE },
            FileContent::File(path) => Upload::File(path.clone()),
        };
        session.upload(source, &file.path).await?;
    }
    Ok(())
}

/// Everybody in the guest may read them.
const MODE: u32 = 0o644;
