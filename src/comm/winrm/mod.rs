//! The communicator `winrm`: commands and files over HTTP into Windows.
//!
//! There is no session: each command opens a shell of its own, so that a guest that rebooted is simply asked
//! again.

mod answer;
mod envelope;
mod files;
mod ntlm;
mod powershell;
mod shell;
#[cfg(test)]
mod tests;
mod transport;

use std::path::Path;
use std::time::Duration;

use self::shell::Shell;
use self::transport::{Failure, Transport};
use super::{Communicator, Error, Exit, OtherClients, Upload};
use crate::event::{Event, Events, Stream};
use crate::io::Context;
use crate::plan::communicator::WinRmPlan;

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct WinRmCommunicator {
    transport: Transport,
    others: OtherClients,
    events: Events,
}

/// Waits until PowerShell in the guest answers. Before that, Windows may take requests and reboot once more.
pub async fn connect(plan: &WinRmPlan, address: (String, u16), context: &Context) -> Result<WinRmCommunicator, Error> {
    connect_with(plan, address, context, PAUSE).await
}

async fn connect_with(
    plan: &WinRmPlan,
    address: (String, u16),
    context: &Context,
    pause: Duration,
) -> Result<WinRmCommunicator, Error> {
    let others = OtherClients::WinRm { tls: plan.use_ssl, ntlm: plan.use_ntlm };
    let (transport, events) = (Transport::new(plan, &address)?, context.events.clone());
    let communicator = WinRmCommunicator { transport, others, events };
    let name = format!("{}:{}", address.0, address.1);
    context.events.send(Event::WinRmWaiting { address: name.clone() });
    let mut attempts = communicator.await_answer(plan.timeout, pause, &name).await?;
    if !plan.pause_before_connecting.is_zero() {
        context.events.send(Event::Pausing { duration: plan.pause_before_connecting });
        tokio::time::sleep(plan.pause_before_connecting).await;
        attempts += communicator.await_answer(plan.timeout, pause, &name).await?;
    }
    let method = if plan.use_ntlm { "NTLM" } else { "password" };
    context.events.send(Event::SshConnected { address: name, method: method.into(), attempts });
    Ok(communicator)
}

fn broken(failure: &Failure) -> Error {
    Error::Session { message: failure.to_string() }
}

impl WinRmCommunicator {
    /// Tells how many attempts it took.
    async fn await_answer(&self, limit: Duration, pause: Duration, address: &str) -> Result<u32, Error> {
        let (mut attempts, mut evidence) = (0, String::from("nothing answered"));
        let attempt = async {
            loop {
                attempts += 1;
                match self.greet().await {
                    Ok(()) => return,
                    Err(reason) if reason == evidence => {}
                    Err(reason) => {
                        evidence.clone_from(&reason);
                        self.events.send(Event::SshNotYet { reason });
                    }
                }
                tokio::time::sleep(pause).await;
            }
        };
        match tokio::time::timeout(limit, attempt).await {
            Ok(()) => Ok(attempts),
            Err(_) => Err(Error::WinRmTimeout { address: address.to_owned(), seconds: limit.as_secs(), evidence }),
        }
    }

    async fn greet(&self) -> Result<(), String> {
        let mark = format!("boxwright-{:08x}", rand::random::<u32>());
        let mut seen = false;
        let mut take = |_: Stream, line: String| seen |= line.contains(&mark);
        let exit = self.run_line(&powershell::greeting(&mark), &mut take).await;
        match exit {
            Err(error) => Err(error.to_string()),
            Ok(_) if seen => Ok(()),
            Ok(exit) => Err(format!("PowerShell did not answer (status {})", exit.code())),
        }
    }

    async fn run_line(&self, line: &str, output: &mut (impl FnMut(Stream, String) + Send)) -> Result<Exit, Error> {
        let mut shell = Shell::open(&self.transport, &self.events).await.map_err(|failure| broken(&failure))?;
        let exit = shell.run(line, output).await;
        shell.close().await;
        exit.map_err(|failure| broken(&failure))
    }
}

impl Communicator for WinRmCommunicator {
    fn other_clients(&self) -> OtherClients {
        self.others
    }

    async fn run(&self, command: &str, mut output: impl FnMut(Stream, String) + Send) -> Result<Exit, Error> {
        self.run_line(command, &mut output).await
    }

    /// Files have no mode there.
    async fn run_script(
        &self,
        script: &[u8],
        path: &str,
        command: &str,
        mut output: impl FnMut(Stream, String) + Send,
    ) -> Result<Exit, Error> {
        self.upload(Upload::Bytes { bytes: script, mode: 0o755 }, path).await?;
        self.run_line(command, &mut output).await
    }

    async fn upload(&self, source: Upload<'_>, destination: &str) -> Result<(), Error> {
        self.send_file(&source, destination).await
    }

    async fn upload_directory(&self, source: &str, destination: &str) -> Result<(), Error> {
        self.send_folder(source, destination).await
    }

    async fn download(&self, source: &str, destination: &Path) -> Result<(), Error> {
        self.fetch_file(source, destination).await
    }

    async fn download_directory(&self, source: &str, _destination: &Path) -> Result<(), Error> {
        let message = "WinRM moves folders only into the guest; download the files one by one".to_owned();
        Err(Error::Transfer { what: source.to_owned(), message })
    }
}
