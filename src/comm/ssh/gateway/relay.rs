//! One program in the guest, with its streams led to a client of the server.

use std::convert::Infallible;

use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Pty, client, server};

use crate::comm::Error;
use crate::comm::ssh::SshCommunicator;

/// What a client wants to be started.
pub(super) struct Request {
    pub(super) channel: Channel<server::Msg>,
    pub(super) handle: server::Handle,
    /// The first that the guest takes.
    pub(super) starts: Vec<Start>,
    pub(super) terminal: Option<Terminal>,
}

#[derive(Clone, Debug)]
pub(super) enum Start {
    /// A line for the shell of the guest's user.
    Command(Vec<u8>),
    Sftp,
}

/// The terminal of a client.
#[derive(Clone, Debug)]
pub(super) struct Terminal {
    pub(super) term: String,
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) modes: Vec<(Pty, u32)>,
}

/// From the request to the end of the program. A client that is gone hears no answers, and needs none.
pub(super) async fn run(guest: &SshCommunicator, request: Request) {
    let (id, handle) = (request.channel.id(), request.handle.clone());
    match start_first(guest, &request).await {
        Ok(Some(program)) => {
            let _ = handle.channel_success(id).await;
            lead(program, request.channel).await;
        }
        Ok(None) => drop(handle.channel_failure(id).await),
        Err(error) => {
            guest.target.events.warn(format!("Ansible cannot start a program in the guest: {error}"));
            let _ = handle.channel_failure(id).await;
        }
    }
    let _ = handle.close(id).await;
}

/// `None`: the guest takes none of them.
async fn start_first(guest: &SshCommunicator, request: &Request) -> Result<Option<Channel<client::Msg>>, Error> {
    for start in &request.starts {
        let mut channel = guest.channel().await?;
        if started(&mut channel, start, request.terminal.as_ref()).await.map_err(|error| not_started(&error))? {
            return Ok(Some(channel));
        }
        // Most guests have closed it by now.
        let _ = channel.close().await;
    }
    Ok(None)
}

fn not_started(error: &russh::Error) -> Error {
    Error::Session { message: error.to_string() }
}

/// Whether the guest took it.
async fn started(
    channel: &mut Channel<client::Msg>,
    start: &Start,
    terminal: Option<&Terminal>,
) -> Result<bool, russh::Error> {
    if let Some(Terminal { term, columns, rows, modes }) = terminal {
        channel.request_pty(false, term, *columns, *rows, 0, 0, modes).await?;
    }
    match start {
        Start::Command(line) => channel.exec(true, line.as_slice()).await?,
        Start::Sftp => channel.request_subsystem(true, "sftp").await?,
    }
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => return Ok(true),
            None | Some(ChannelMsg::Failure | ChannelMsg::Close) => return Ok(false),
            Some(_) => {}
        }
    }
}

/// Both directions, until the program ends or the client goes.
async fn lead(program: Channel<client::Msg>, client: Channel<server::Msg>) {
    let (mut from_guest, to_guest) = program.split();
    let (mut from_client, to_client) = client.split();
    tokio::select! {
        () = outward(&mut from_guest, &to_client) => {}
        gone = inward(&mut from_client, &to_guest) => match gone {
            // The program ends by the end of its channel.
            Ok(never) => match never {},
            Err(_) => drop(to_guest.close().await),
        },
    }
}

/// An error is the end of the client, or of the guest.
async fn inward(
    client: &mut ChannelReadHalf,
    guest: &ChannelWriteHalf<client::Msg>,
) -> Result<Infallible, russh::Error> {
    loop {
        match client.wait().await {
            Some(ChannelMsg::Data { data }) => guest.data_bytes(data).await?,
            Some(ChannelMsg::Eof) => guest.eof().await?,
            Some(ChannelMsg::Signal { signal }) => guest.signal(signal).await?,
            Some(ChannelMsg::WindowChange { col_width, row_height, pix_width, pix_height }) => {
                guest.window_change(col_width, row_height, pix_width, pix_height).await?;
            }
            None | Some(ChannelMsg::Close) => return Err(russh::Error::Disconnect),
            Some(_) => {}
        }
    }
}

/// The end of the output is passed on with that of the program: OpenSSH's client closes a channel whose two directions
/// have ended, and would hear no exit status that comes later.
async fn outward(guest: &mut ChannelReadHalf, client: &ChannelWriteHalf<server::Msg>) {
    while let Some(message) = guest.wait().await {
        let passed = match message {
            ChannelMsg::Data { data } => client.data_bytes(data).await,
            ChannelMsg::ExtendedData { data, ext } => client.extended_data_bytes(ext, data).await,
            ChannelMsg::ExitStatus { exit_status } => client.exit_status(exit_status).await,
            ChannelMsg::Close => break,
            _ => Ok(()),
        };
        if passed.is_err() {
            return;
        }
    }
    let _ = client.eof().await;
}
