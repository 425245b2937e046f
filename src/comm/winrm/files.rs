//! Files by commands: in as base64 on command lines, out as base64 on standard output.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fs_err as fs;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::WinRmCommunicator;
use super::powershell;
use super::shell::Shell;
use crate::comm::tree::{self, Entry};
use crate::comm::{Error, Exit, Upload};
use crate::event::Stream;

/// Bytes that one command line carries: with base64 and the rest of the line below the 8191 characters that
/// `cmd` takes; a multiple of 3, so that base64 has no filling in it.
const CHUNK: usize = 5_700;

/// Windows lets a shell run a limited number of commands (15 in old versions).
const COMMANDS_PER_SHELL: usize = 14;

/// How long the rest of a failed upload may take to go away. The guest may be gone.
const REMOVAL_LIMIT: Duration = Duration::from_secs(60);

fn failed(what: &str, message: impl std::fmt::Display) -> Error {
    Error::Transfer { what: what.to_owned(), message: message.to_string() }
}

impl WinRmCommunicator {
    /// A destination that ends in a backslash or a slash is a folder.
    pub(super) async fn send_file(&self, source: &Upload<'_>, destination: &str) -> Result<(), Error> {
        match source {
            Upload::Bytes { bytes, .. } => self.send(*bytes, destination).await,
            Upload::File(path) => {
                let file = fs::tokio::File::open(path).await.map_err(|error| failed(destination, error))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let is_folder = destination.ends_with(['\\', '/']);
                let destination = if is_folder { format!("{destination}{name}") } else { destination.to_owned() };
                self.send(file, &destination).await
            }
        }
    }

    async fn send(&self, content: impl AsyncRead + Unpin + Send, destination: &str) -> Result<(), Error> {
        let temporary = format!("boxwright-{}.tmp", uuid::Uuid::new_v4().simple());
        let sent = self.send_through(&temporary, content, destination).await;
        if sent.is_err() {
            // It may be a script with a password in it.
            let line = format!("del /f /q \"%TEMP%\\{temporary}\"");
            let _ = tokio::time::timeout(REMOVAL_LIMIT, self.expect_success(&line, destination)).await;
        }
        sent
    }

    async fn send_through(
        &self,
        temporary: &str,
        content: impl AsyncRead + Unpin + Send,
        destination: &str,
    ) -> Result<(), Error> {
        self.append(content, temporary, destination).await?;
        self.expect_success(&powershell::restore(temporary, destination), destination).await
    }

    /// Writes the content as lines of base64 into the file in the guest's folder for temporary files.
    async fn append(
        &self,
        mut content: impl AsyncRead + Unpin + Send,
        temporary: &str,
        what: &str,
    ) -> Result<(), Error> {
        loop {
            let mut shell =
                Shell::open(&self.transport, &self.events).await.map_err(|failure| failed(what, failure))?;
            let is_whole = append_some(&mut shell, &mut content, temporary, what).await;
            shell.close().await;
            if is_whole? {
                return Ok(());
            }
        }
    }

    async fn expect_success(&self, line: &str, what: &str) -> Result<(), Error> {
        let mut shell = Shell::open(&self.transport, &self.events).await.map_err(|failure| failed(what, failure))?;
        let result = must_succeed(&mut shell, line, what).await;
        shell.close().await;
        result
    }

    pub(super) async fn send_folder(&self, source: &str, destination: &str) -> Result<(), Error> {
        let itself = !source.ends_with('/');
        let entries = tree::folder(source.into(), itself).await.map_err(|error| failed(source, error))?;
        let mut folders = vec![destination.trim_end_matches(['\\', '/']).to_owned()];
        for entry in &entries {
            let current = folders.last().cloned().unwrap_or_default();
            match entry {
                Entry::Enter { name, .. } => folders.push(format!("{current}\\{name}")),
                Entry::Leave => drop(folders.pop()),
                Entry::File { path, name, .. } => {
                    self.send_file(&Upload::File(path.clone()), &format!("{current}\\{name}")).await?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn fetch_file(&self, source: &str, destination: &Path) -> Result<(), Error> {
        let mut arrival = Arrival { path: destination, file: None };
        let (mut words, mut fault) = (String::new(), None);
        let mut take = |stream: Stream, line: String| match stream {
            Stream::Stderr if words.is_empty() => words = line,
            Stream::Stdout if fault.is_none() => fault = arrival.decode(&line).err(),
            _ => {}
        };
        let exit = self.run_line(&powershell::print(source), &mut take).await?;
        match (exit, fault) {
            (_, Some(message)) => Err(failed(source, message)),
            // A file without bytes sends none, and is there all the same.
            (Exit::Status(0), None) => arrival.opened().map(|_| ()).map_err(|error| failed(source, error)),
            (Exit::Disconnected, None) => Err(failed(source, "the connection was cut")),
            (Exit::Status(_), None) => Err(failed(source, words)),
        }
    }
}

/// A local file that is made only when the guest has something for it.
struct Arrival<'a> {
    path: &'a Path,
    file: Option<fs::File>,
}

impl Arrival<'_> {
    fn opened(&mut self) -> std::io::Result<&mut fs::File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => fs::File::create(self.path)?,
        };
        Ok(self.file.insert(file))
    }

    fn decode(&mut self, line: &str) -> Result<(), String> {
        let bytes =
            BASE64_STANDARD.decode(line.trim()).map_err(|error| format!("the guest sent no base64: {error}"))?;
        self.opened().and_then(|file| file.write_all(&bytes)).map_err(|error| error.to_string())
    }
}

/// As many pieces as one shell may take. Tells whether the content has come to its end.
async fn append_some(
    shell: &mut Shell<'_>,
    content: &mut (impl AsyncRead + Unpin + Send),
    temporary: &str,
    what: &str,
) -> Result<bool, Error> {
    let mut chunk = Vec::with_capacity(CHUNK);
    for _ in 0..COMMANDS_PER_SHELL {
        chunk.clear();
        let read = (&mut *content).take(CHUNK as u64).read_to_end(&mut chunk).await;
        if read.map_err(|error| failed(what, error))? == 0 {
            return Ok(true);
        }
        let line = format!("echo {}>>\"%TEMP%\\{temporary}\"", BASE64_STANDARD.encode(&chunk));
        must_succeed(shell, &line, what).await?;
    }
    Ok(false)
}

/// The first line of standard error says why it did not.
async fn must_succeed(shell: &mut Shell<'_>, line: &str, what: &str) -> Result<(), Error> {
    let mut words = String::new();
    let mut take = |stream: Stream, line: String| {
        if stream == Stream::Stderr && words.is_empty() {
            words = line;
        }
    };
    match shell.run(line, &mut take).await.map_err(|failure| failed(what, failure))? {
        Exit::Status(0) => Ok(()),
        Exit::Disconnected => Err(failed(what, "the connection was cut")),
        Exit::Status(status) if words.is_empty() => Err(failed(what, format!("it ended with status {status}"))),
        Exit::Status(_) => Err(failed(what, words)),
    }
}
