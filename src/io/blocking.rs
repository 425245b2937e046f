//! Long blocking work, on a thread of its own, that stops soon after nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells the thread that its work is no longer wanted.
#[derive(Clone, Debug, Default)]
pub struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// To be asked between two portions of the work.
    pub fn check(&self) -> std::io::Result<()> {
        if self.0.load(Ordering::Relaxed) {
            // Not `Interrupted`: the standard library tries those again.
            return Err(std::io::Error::other("cancelled"));
        }
        Ok(())
    }
}

struct CancelOnDrop(Cancelled);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` to its end. Dropping the future raises the flag; files that the work writes should have
/// been made before, so that a thread that starts late makes nothing.
pub async fn run<T: Send + 'static>(work: impl FnOnce(&Cancelled) -> T + Send + 'static) -> T {
    let cancelled = Cancelled::default();
    let _guard = CancelOnDrop(cancelled.clone());
    match tokio::task::spawn_blocking(move || work(&cancelled)).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is being shut down; nobody polls this again.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dropped_future_stops_its_thread() {
        let (started, starts) = tokio::sync::oneshot::channel();
        let (ended, ends) = tokio::sync::oneshot::channel();
        let work = run(move |cancelled| {
            started.send(()).unwrap();
            while cancelled.check().is_ok() {
                std::thread::yield_now();
            }
            ended.send(()).unwrap();
        });
        tokio::select! {
            () = work => panic!("the work never ends by itself"),
            started = starts => started.unwrap(),
        }
        ends.await.expect("the thread saw the flag");
    }
}
