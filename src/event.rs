//! What a build says about itself. Stages send events; only `ui` turns them into text.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Notify, mpsc};

use crate::error::ErrorKind;

/// The stages of a build, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The installer image is at hand.
    Fetch,
    /// Output folder, seed media, HTTP server, disks and ports are made.
    Create,
    /// The machine runs and the boot command was typed.
    Boot,
    /// A session in the guest is open.
    Connect,
    Provision,
    /// The machine is powered off.
    Shutdown,
    /// The disks are in their final form.
    Export,
    PostProcess,
    /// What must not stay is being removed.
    Cleanup,
}

/// What a progress report counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Download {
        url: String,
    },
    Checksum {
        path: PathBuf,
    },
    /// Keys of the boot command.
    Typing,
    Upload {
        destination: String,
    },
    Write {
        path: PathBuf,
    },
    /// An archive that is read.
    Unpack {
        path: PathBuf,
    },
}

/// Which stream of a program or of the guest a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// One thing that happened in a build.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    StageStarted {
        stage: Stage,
    },
    StageFinished {
        stage: Stage,
        elapsed: Duration,
    },
    /// Done so far, in bytes (for `Typing`: keys). The last report has `done == total`.
    Progress {
        work: Work,
        done: u64,
        total: Option<u64>,
    },
    /// Something the user can mend or should know; the text names the next step.
    Warning {
        text: String,
    },
    IsoReady {
        path: PathBuf,
        reused: bool,
    },
    HttpServing {
        address: String,
        root: String,
    },
    HttpRequest {
        method: String,
        path: String,
        status: u16,
        bytes: u64,
    },
    SeedMediumWritten {
        kind: &'static str,
        path: PathBuf,
        bytes: u64,
    },
    DiskCreated {
        path: PathBuf,
        size: String,
    },
    AcceleratorChosen {
        accelerator: String,
        reason: String,
    },
    MachineStarted {
        /// `None`: it is no child of ours.
        process: Option<u32>,
        command: String,
        /// Where to watch it, as a URL.
        console: Option<String>,
    },
    BootWait {
        duration: Duration,
    },
    BootStep {
        description: String,
    },
    SshWaiting {
        address: String,
    },
    WinRmWaiting {
        address: String,
    },
    /// An attempt that did not get a session, and why; repeated reasons are sent once.
    SshNotYet {
        reason: String,
    },
    SshConnected {
        address: String,
        method: String,
        attempts: u32,
    },
    ProvisionerStarted {
        kind: String,
        name: String,
    },
    ProvisionerRetry {
        kind: String,
        attempt: u32,
        reason: String,
    },
    Pausing {
        duration: Duration,
    },
    ProvisionerFinished {
        kind: String,
        elapsed: Duration,
        success: bool,
    },
    ScriptStarted {
        name: String,
    },
    /// What a provisioner has come to.
    Step {
        text: String,
    },
    ScriptFinished {
        name: String,
        elapsed: Duration,
        code: u32,
    },
    /// Where the shell says that a script failed.
    ScriptFault {
        name: String,
        line: usize,
        /// The line as the user wrote it.
        source: String,
        message: String,
    },
    /// A line that a guest command or a local program printed. One that ends with a carriage return is not complete
    /// yet: what follows is written over it.
    Output {
        stream: Stream,
        line: String,
    },
    ShutdownRequested {
        how: String,
    },
    MachineStopped,
    PostProcessorStarted {
        kind: String,
        name: String,
    },
    FileWritten {
        path: PathBuf,
        bytes: u64,
    },
    CleanupStep {
        label: String,
    },
    /// The first error of the build, before any cleanup.
    Failed {
        kind: ErrorKind,
        stage: Option<Stage>,
        message: String,
    },
    /// What the cleanup or a later stage failed at, after the first error.
    AlsoFailed {
        message: String,
    },
    /// Somebody is asked at the terminal. What is drawn there makes way; the question is shown by who asks it.
    Asking {
        question: String,
    },
    Answered,
    /// What was kept of a failed build.
    EvidenceSaved {
        folder: PathBuf,
        files: Vec<PathBuf>,
    },
    /// Text that only matters to somebody who looks for a fault; goes to the log.
    Debug {
        text: String,
    },
}

/// Events that may wait for the reporter before who makes many of them is held back.
const BACKLOG: usize = 4096;

/// The way out for events of one build. Cloning is cheap; sending never blocks.
#[derive(Clone, Debug)]
pub struct Events {
    build: Arc<str>,
    sender: mpsc::UnboundedSender<(Arc<str>, Event)>,
    backlog: Arc<Backlog>,
}

/// The reporter's end: the build's name with each event.
#[derive(Debug)]
pub struct EventReceiver {
    receiver: mpsc::UnboundedReceiver<(Arc<str>, Event)>,
    backlog: Arc<Backlog>,
    received: usize,
}

/// What was sent and not yet received.
#[derive(Debug, Default)]
struct Backlog {
    length: AtomicUsize,
    is_short: Notify,
    sent: AtomicUsize,
    /// Events that the reporter is done with.
    reported: AtomicUsize,
    progress: Notify,
}

impl EventReceiver {
    /// The next event. Who asks for it is done with the one before.
    pub async fn recv(&mut self) -> Option<(Arc<str>, Event)> {
        self.backlog.report(self.received);
        let received = self.receiver.recv().await;
        self.received += usize::from(received.is_some());
        self.backlog.shorten(received.is_some());
        received
    }

    pub fn try_recv(&mut self) -> Result<(Arc<str>, Event), mpsc::error::TryRecvError> {
        let received = self.receiver.try_recv();
        self.received += usize::from(received.is_ok());
        self.backlog.shorten(received.is_ok());
        received
    }

    /// What was sent before can still be received.
    pub fn close(&mut self) {
        self.receiver.close();
        self.backlog.is_short.notify_waiters();
        self.backlog.progress.notify_waiters();
    }

    pub fn is_closed(&self) -> bool {
        self.receiver.is_closed()
    }
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        self.close();
    }
}

impl Backlog {
    fn shorten(&self, received: bool) {
        if received && self.length.fetch_sub(1, Ordering::Relaxed) == BACKLOG / 2 {
            self.is_short.notify_waiters();
        }
    }

    fn report(&self, received: usize) {
        self.reported.store(received, Ordering::Relaxed);
        self.progress.notify_waiters();
    }
}

/// Somebody is asked at the terminal until this is dropped.
#[derive(Debug)]
pub struct Asking(Events);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.send(Event::Answered);
    }
}

impl Events {
    /// A channel for all builds of a run; `for_build` makes the handles.
    pub fn channel() -> (Self, EventReceiver) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let backlog = Arc::<Backlog>::default();
        (
            Self { build: "".into(), sender, backlog: Arc::clone(&backlog) },
            EventReceiver { receiver, backlog, received: 0 },
        )
    }

    /// Waits while more events are on their way than the reporter can follow. For who hands on the output of programs:
    /// it may come faster than a terminal takes it, for as long as one likes.
    pub async fn catch_up(&self) {
        loop {
            let is_short = self.backlog.is_short.notified();
            tokio::pin!(is_short);
            is_short.as_mut().enable();
            if self.backlog.length.load(Ordering::Relaxed) < BACKLOG || self.sender.is_closed() {
                return;
            }
            is_short.await;
        }
    }

    /// Has the terminal made free for a question, which is then to be written there. Other builds may go on to write
    /// lines; the question is shown again below them.
    pub async fn ask(&self, question: &str) -> Asking {
        self.send(Event::Asking { question: question.to_owned() });
        self.reported().await;
        Asking(self.clone())
    }

    /// Waits until all that was sent so far is reported.
    async fn reported(&self) {
        let sent = self.backlog.sent.load(Ordering::Relaxed);
        loop {
            let progress = self.backlog.progress.notified();
            tokio::pin!(progress);
            progress.as_mut().enable();
            if self.backlog.reported.load(Ordering::Relaxed) >= sent || self.sender.is_closed() {
                return;
            }
            progress.await;
        }
    }

    #[must_use]
    pub fn for_build(&self, build: &str) -> Self {
        Self { build: build.into(), ..self.clone() }
    }

    pub fn send(&self, event: Event) {
        self.backlog.length.fetch_add(1, Ordering::Relaxed);
        self.backlog.sent.fetch_add(1, Ordering::Relaxed);
        // Nobody listens any more only while the program ends.
        let _ = self.sender.send((self.build.clone(), event));
    }

    pub fn warn(&self, text: impl Into<String>) {
        self.send(Event::Warning { text: text.into() });
    }

    pub fn step(&self, text: impl Into<String>) {
        self.send(Event::Step { text: text.into() });
    }

    pub fn debug(&self, text: impl Into<String>) {
        self.send(Event::Debug { text: text.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_sends_much_waits_for_the_receiver() {
        let (events, mut receiver) = Events::channel();
        let flood = async {
            for _ in 0..10 * BACKLOG {
                events.send(Event::MachineStopped);
                events.catch_up().await;
            }
        };
        let mut longest = 0;
        let follow = async {
            for _ in 0..10 * BACKLOG {
                longest = longest.max(receiver.receiver.len());
                receiver.recv().await.unwrap();
            }
        };
        tokio::join!(flood, follow);
        assert!(longest <= BACKLOG, "{longest}");
    }

    #[tokio::test]
    async fn a_question_waits_until_the_reporter_has_made_way() {
        let (events, mut receiver) = Events::channel();
        events.send(Event::MachineStopped);
        let made_way = std::cell::Cell::new(false);
        let report = async {
            while let Some((_, event)) = receiver.recv().await {
                // Whatever drawing takes.
                tokio::task::yield_now().await;
                match event {
                    Event::Asking { .. } => made_way.set(true),
                    Event::Answered => break,
                    _ => {}
                }
            }
        };
        let ask = async {
            let asking = events.ask("why? ").await;
            assert!(made_way.get());
            drop(asking);
        };
        tokio::join!(ask, report);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_receiver_that_is_gone() {
        let (events, receiver) = Events::channel();
        (0..BACKLOG).for_each(|_| events.send(Event::MachineStopped));
        let waiting = events.catch_up();
        tokio::join!(waiting, async { drop(receiver) });
        events.catch_up().await;
        events.ask("why? ").await;
    }
}
