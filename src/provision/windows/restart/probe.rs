//! Short questions to a guest that may not be there.

use std::time::Duration;

use crate::comm::{Communicator, Exit};
use crate::event::Stream;
use crate::io::powershell::quoted;

/// A guest that goes down while it is asked may leave the question hanging.
const LIMIT: Duration = Duration::from_secs(60);

/// Lines of an answer that are kept.
const LINES: usize = 100;

pub(super) struct Probe<'a, C>(pub(super) &'a C);

impl<C: Communicator> Probe<'_, C> {
    /// The status, if there is one, and what was printed.
    pub(super) async fn lines(&self, command: &str) -> (Option<u32>, Vec<String>) {
        let mut lines = Vec::new();
        let take = |stream, line| {
            if stream == Stream::Stdout && lines.len() < LINES {
                lines.push(line);
            }
        };
        let exit = tokio::time::timeout(LIMIT, self.0.run(command, take)).await;
        let status = match exit {
            Ok(Ok(Exit::Status(status))) => Some(status),
            _ => None,
        };
        (status, lines)
    }

    pub(super) async fn run(&self, command: &str) -> Option<u32> {
        self.lines(command).await.0
    }

    pub(super) async fn succeeds(&self, command: &str) -> bool {
        self.run(command).await == Some(0)
    }
}

/// Succeeds when none of the keys exists.
pub(super) fn registry_script(keys: &[String]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| quoted(key)).collect();
    format!("foreach ($key in {}) {{ if (Test-Path -LiteralPath $key) {{ exit 1 }} }}; exit 0", keys.join(", "))
}
