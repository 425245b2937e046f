//! A program on this host whose output is shown while it runs.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;

use crate::event::{Event, Events, Stream};
use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::io::journal::Resource;
use crate::io::lines::Lines;
use crate::process::Cmd;
use crate::provision::Error;

/// Bytes read from a program at once.
const READ_BUFFER: usize = 16 * 1024;

/// Runs a program, whose lines become events, and gives its exit code. What it says on its standard error is shown to
/// `look` as well.
pub(super) async fn run(command: &Cmd, context: &Context, look: impl FnMut(&str)) -> Result<u32, Error> {
    let (mut child, _group) = start(command, context)?;
    let stdout = child.stdout.take().expect("standard output is piped");
    let stderr = child.stderr.take().expect("standard error is piped");
    let read = tokio::try_join!(
        stream_lines(stdout, Stream::Stdout, &context.events, |_| ()),
        stream_lines(stderr, Stream::Stderr, &context.events, look),
    );
    let failed = |action: &str| Error::local(format!("{action} {}", name_of(command)));
    read.map_err(failed("read the output of"))?;
    child.wait().await.map(exit_code).map_err(failed("wait for"))
}

fn start<'a>(command: &Cmd, context: &'a Context) -> Result<(Child, Group<'a>), Error> {
    let mut program = command.to_tokio();
    // The group is ended as a whole, which works only while nobody has taken its leader's exit status.
    program.kill_on_drop(false).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = || Error::local(format!("start {}", name_of(command)));
    let child = program.spawn().map_err(failed())?;
    let resource = Resource::process(child.id().unwrap_or_default());
    let pushed = context.cleanup.push_resource(format!("end {}", name_of(command)), resource.clone());
    let id = pushed.inspect_err(|_| drop(resource.remove())).map_err(failed())?;
    Ok((child, Group { resource, id, context }))
}

/// A started script and all that it started; ended when dropped.
struct Group<'a> {
    resource: Resource,
    id: CleanupId,
    context: &'a Context,
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // After a script that came to its end nothing is killed: what it left running stays, as with any shell.
        let _ = self.resource.remove();
        self.context.cleanup.keep(self.id);
    }
}

async fn stream_lines(
    mut reader: impl AsyncRead + Unpin,
    stream: Stream,
    events: &Events,
    mut look: impl FnMut(&str),
) -> std::io::Result<()> {
    let (mut lines, mut buffer) = (Lines::default(), vec![0; READ_BUFFER]);
    let mut send = |line: String| {
        look(&line);
        events.send(Event::Output { stream, line });
    };
    loop {
        let count = reader.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        lines.push(&buffer[..count], &mut send);
        events.catch_up().await;
    }
    lines.finish(send);
    Ok(())
}

/// Without the arguments, which may hold passwords.
fn name_of(command: &Cmd) -> String {
    format!("`{}`", command.program().to_string_lossy())
}

/// A shell reports a program that a signal ended as 128 and the signal's number.
fn exit_code(status: ExitStatus) -> u32 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    code.unsigned_abs()
}
