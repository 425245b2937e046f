//! How much may be on its way to a program in the guest.
//!
//! OpenSSH's server keeps what its program has not taken yet in one piece of memory that it grows and moves. When all of
//! its window of 2 MiB is used, that is most of its work. So less goes ahead, for as long as the server keeps telling
//! what it handed on; one that does not, or is far away, gets more.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

/// Bytes on their way, at first.
const AHEAD: u64 = 512 * 1024;

/// Silence of a server after which more is sent.
const SILENCE: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Flow {
    state: Mutex<State>,
    told: Notify,
}

#[derive(Debug)]
struct State {
    limit: u64,
    /// Sent since the server last told how much it takes.
    sent: u64,
    /// Sent before that, and not handed on then.
    held: u64,
    /// The most that the server ever said it takes: its window, less what was on its way.
    widest: u32,
}

impl Flow {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State { limit: AHEAD, sent: 0, held: 0, widest: 0 }), told: Notify::new() }
    }

    /// Waits until so much more may be sent.
    pub(super) async fn admit(&self, bytes: usize) {
        while !self.admitted(bytes) {
            if tokio::time::timeout(SILENCE, self.told.notified()).await.is_err() {
                let mut state = self.state();
                state.limit = state.limit.saturating_mul(2);
            }
        }
    }

    /// The server takes so much now.
    pub(super) fn adjusted(&self, window: u32) {
        let mut state = self.state();
        state.widest = state.widest.max(window);
        (state.held, state.sent) = (u64::from(state.widest - window), 0);
        drop(state);
        self.told.notify_one();
    }

    fn admitted(&self, bytes: usize) -> bool {
        let mut state = self.state();
        let admitted = state.held + state.sent < state.limit;
        if admitted {
            state.sent += bytes as u64;
        }
        admitted
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds this")
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const MIB: u32 = 1 << 20;

    #[tokio::test(start_paused = true)]
    async fn what_was_handed_on_makes_room() {
        let flow = Flow::new();
        flow.admit(512 * 1024).await;
        let mut more = Box::pin(flow.admit(1024));
        assert!(more.as_mut().now_or_never().is_none());
        flow.adjusted(2 * MIB);
        assert!(more.as_mut().now_or_never().is_some());
        flow.adjusted(2 * MIB - 512 * 1024);
        assert!(flow.admit(1).now_or_never().is_none(), "as much is on its way");
        flow.adjusted(2 * MIB - 256 * 1024);
        assert!(flow.admit(1).now_or_never().is_some());
    }

    /// Nothing says when a server has to tell; one may wait until half of its window is used.
    #[tokio::test(start_paused = true)]
    async fn a_silent_server_gets_more() {
        let (flow, start) = (Flow::new(), tokio::time::Instant::now());
        for _ in 0..64 {
            flow.admit(1024 * 1024).await;
        }
        assert!(start.elapsed() < SILENCE * 10, "{:?}", start.elapsed());
    }
}
