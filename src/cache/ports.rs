//! Ports of this host, one build each.
//!
//! A port is ours when its lock file is locked, which other runs respect, and it can be bound, which
//! tells of strangers. Whoever starts a server on it lets go of the socket first; until the server has
//! bound it, only a stranger could come between, and the lock keeps other builds away.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use rustix::fs::{FlockOperation, flock};

use crate::error::{Classify, ErrorKind};
use crate::io::cleanup::CleanupStack;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no free port between {min} and {max} on {address}; widen `{option}_min` and `{option}_max`")]
    NoneFree { address: IpAddr, min: u16, max: u16, option: String },
    #[error("cannot listen on {address} for `{option}`")]
    Address { address: IpAddr, option: String, source: std::io::Error },
    #[error("cannot make the folder of port locks")]
    Locks { source: std::io::Error },
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Environment
    }
}

/// Where a port may lie.
#[derive(Clone, Debug)]
pub struct PortRange {
    pub address: IpAddr,
    pub min: u16,
    /// Exclusive, as in Packer, unless it equals `min`.
    pub max: u16,
    /// The template's option, without `_min` and `_max`: named when nothing is free.
    pub option: &'static str,
}

/// A port that no other build of this user gets until the cleanup stack is unwound.
#[derive(Debug)]
pub struct PortLease {
    port: u16,
    listener: Option<TcpListener>,
}

impl PortLease {
    /// Takes a free port of the range, by chance so that builds seldom meet.
    /// `locks` is where all runs of this user lock ports (`Cache::port_folder`).
    pub fn take(locks: &Path, range: &PortRange, cleanup: &CleanupStack) -> Result<Self, Error> {
        fs::create_dir_all(locks).map_err(|source| Error::Locks { source })?;
        let size = u32::from(range.max.saturating_sub(range.min)).max(1);
        let start = rand::random_range(0..size);
        for step in 0..size {
            let offset =
                u16::try_from((start + step) % size).expect("a range of ports is no longer than a port number");
            let port = range.min + offset;
            let Some(lock) = Lock::take(locks.join(port.to_string())) else { continue };
            let Some(listener) = bind(range, port)? else { continue };
            cleanup.push(format!("release port {port}"), move || async move {
                drop(lock);
                Ok(())
            });
            return Ok(Self { port, listener: Some(listener) });
        }
        let PortRange { address, min, max, option } = range;
        Err(Error::NoneFree { address: *address, min: *min, max: *max, option: (*option).to_owned() })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The bound socket, for a server of our own.
    pub fn into_listener(self) -> Option<TcpListener> {
        self.listener
    }

    /// Lets go of the socket, for a server that binds the port itself.
    pub fn release_socket(&mut self) {
        self.listener = None;
    }
}

/// `None`: somebody has it. Other failures are the address's and will not go away.
fn bind(range: &PortRange, port: u16) -> Result<Option<TcpListener>, Error> {
    match TcpListener::bind(SocketAddr::new(range.address, port)) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::AddrInUse | std::io::ErrorKind::PermissionDenied) => {
            Ok(None)
        }
        Err(source) => Err(Error::Address { address: range.address, option: range.option.to_owned(), source }),
    }
}

/// A locked file, removed while it is still locked. Who opened it before that holds a lock on a file that
/// is gone, and sees so.
struct Lock {
    file: fs::File,
}

impl Lock {
    /// `None` when another build has it, or the file cannot be made; then another port will do.
    fn take(path: PathBuf) -> Option<Self> {
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).ok()?;
        flock(file.file(), FlockOperation::NonBlockingLockExclusive).ok()?;
        let lock = Self { file };
        lock.is_in_place().then_some(lock)
    }

    fn is_in_place(&self) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let ours = self.file.metadata().map(identity);
        let named = fs::metadata(self.file.path()).map(identity);
        matches!((ours, named), (Ok(ours), Ok(named)) if ours == named)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.is_in_place() {
            // A lock file that stays is only litter.
            let _ = fs::remove_file(self.file.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::event::Events;
    use crate::io::journal::Journal;

    /// Two ports that are free now, or nearly so: the second is the first's neighbour.
    fn range(count: u16) -> PortRange {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let min = listener.local_addr().unwrap().port().min(u16::MAX - count);
        PortRange { address: Ipv4Addr::LOCALHOST.into(), min, max: min + count, option: "host_port" }
    }

    #[tokio::test]
    async fn a_taken_port_is_not_taken_again_before_the_cleanup() {
        let folder = tempfile::tempdir().unwrap();
        let (events, _receiver) = Events::channel();
        let cleanup = CleanupStack::new(Journal::none());
        let range = range(1);
        let mut lease = PortLease::take(folder.path(), &range, &cleanup).unwrap();
        lease.release_socket();
        let error = PortLease::take(folder.path(), &range, &cleanup).unwrap_err();
        assert!(error.to_string().contains("widen `host_port_min` and `host_port_max`"), "{error}");
        cleanup.unwind(&events).await;
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        PortLease::take(folder.path(), &range, &cleanup).unwrap();
    }

    #[test]
    fn a_strangers_port_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let cleanup = CleanupStack::new(Journal::none());
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = stranger.local_addr().unwrap().port();
        let min = taken.min(u16::MAX - 40);
        let range = PortRange { address: Ipv4Addr::LOCALHOST.into(), min, max: min + 40, option: "vnc_port" };
        for _ in 0..20 {
            if let Ok(lease) = PortLease::take(folder.path(), &range, &cleanup) {
                assert_ne!(lease.port(), taken);
            }
        }
    }
}
