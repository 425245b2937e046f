//! Signals: the first cancels and cleans up, the second kills the children and leaves the rest to the journal.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::error::exit;
use crate::event::Events;
use crate::io::journal::Journal;

/// Watches until it is stopped.
pub(super) struct Watch {
    task: JoinHandle<()>,
}

impl Watch {
    pub(super) async fn stop(self) {
        self.task.abort();
        // What it has to say is said before the summary.
        let _ = self.task.await;
    }
}

pub(super) fn watch(cancel: CancellationToken, journal: Journal, events: Events) -> Watch {
    Watch { task: tokio::spawn(listen(cancel, journal, events)) }
}

async fn listen(cancel: CancellationToken, journal: Journal, events: Events) {
    let Ok(mut signals) = Signals::new() else {
        events.warn("signals cannot be watched; Ctrl-C ends the program at once");
        return;
    };
    let name = signals.next().await;
    events.warn(format!("{name}: cancelling and cleaning up; once more to end at once"));
    cancel.cancel();
    signals.next().await;
    journal.kill_processes();
    force_exit();
}

#[expect(clippy::exit, reason = "the user asked twice; the journal knows what is left")]
fn force_exit() -> ! {
    std::process::exit(i32::from(exit::FORCED))
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        // A file beyond the user's limit is an error of the one who writes it, who cleans up.
        let _ = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupt",
            _ = self.terminate.recv() => "terminate",
            _ = self.hangup.recv() => "hangup",
        }
    }
}
