//! The communicator `none`: the template wants no session in the guest.

use std::path::Path;

use super::{Communicator, Error, Exit, Upload};
use crate::event::Stream;

/// Commands do nothing and succeed, as in Packer; files cannot be moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCommunicator;

fn refuse<T>(what: String) -> Result<T, Error> {
    Err(Error::NoCommunicator { what })
}

impl Communicator for NoCommunicator {
    async fn run(&self, _command: &str, _output: impl FnMut(Stream, String) + Send) -> Result<Exit, Error> {
        Ok(Exit::Status(0))
    }

    async fn upload(&self, _source: Upload<'_>, destination: &str) -> Result<(), Error> {
        refuse(format!("an upload to {destination}"))
    }

    async fn upload_directory(&self, source: &str, _destination: &str) -> Result<(), Error> {
        refuse(format!("an upload of {source}"))
    }

    async fn download(&self, source: &str, _destination: &Path) -> Result<(), Error> {
        refuse(format!("a download of {source}"))
    }

    async fn download_directory(&self, source: &str, _destination: &Path) -> Result<(), Error> {
        refuse(format!("a download of {source}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn commands_succeed_and_transfers_name_the_setting() {
        assert_eq!(NoCommunicator.run("true", |_, _| ()).await.unwrap(), Exit::Status(0));
        let error = NoCommunicator.upload(Upload::Bytes { bytes: b"", mode: 0o644 }, "/a").await.unwrap_err();
        assert_eq!(error.to_string(), "the template has `communicator: none`, so an upload to /a is not possible");
    }
}
