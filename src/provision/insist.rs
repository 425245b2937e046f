//! Trying again while the guest restarts.

use std::time::Duration;

use tokio::time::Instant;

use super::Error;
use crate::comm;
use crate::event::{Event, Events};

/// Between two tries.
pub(super) const STEP: Duration = Duration::from_secs(2);

/// Tries until it works or the time is over. Each reason to wait is told once.
pub(super) async fn insist<T, F>(limit: Duration, events: &Events, work: impl Fn() -> F) -> Result<T, comm::Error>
where
    F: Future<Output = Result<T, comm::Error>>,
{
    let deadline = Instant::now() + limit;
    let mut told = None;
    loop {
        match work().await {
            Err(error) if is_passing(&error) && Instant::now() + STEP < deadline => {
                let reason = error.to_string();
                if told.as_ref() != Some(&reason) {
                    events.send(Event::SshNotYet { reason: reason.clone() });
                    told = Some(reason);
                }
                tokio::time::sleep(STEP).await;
            }
            result => return result,
        }
    }
}

/// What it means that a script did not start in all that time.
pub(super) fn not_started(script: &str, limit: Duration, source: comm::Error) -> Error {
    if is_passing(&source) {
        return Error::NotStarted { script: script.to_owned(), limit, source };
    }
    Error::Communicator(source)
}

/// Whether another try can help.
fn is_passing(error: &comm::Error) -> bool {
    !matches!(error, comm::Error::Setup { .. } | comm::Error::NoCommunicator { .. })
}
