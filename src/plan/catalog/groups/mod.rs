//! Options that several builders share.

mod communicator;
mod media;

pub(super) use communicator::{COMMUNICATOR, HOST_PORT, SSH, WINRM};
pub(super) use media::{BOOT, CD, FLOPPY, HTTP, ISO, SHUTDOWN};
