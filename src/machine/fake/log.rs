//! What was asked of the fakes, in order.

use tokio::sync::watch;

/// One line for each operation: its name and its object, such as `run echo hello`. Clones share it.
#[derive(Clone, Debug)]
pub struct FakeLog(watch::Sender<Vec<String>>);

impl FakeLog {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }

    pub(super) fn add(&self, line: String) {
        self.0.send_modify(|lines| lines.push(line));
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// Whether a line starts like this.
    pub fn has(&self, start: &str) -> bool {
        self.0.borrow().iter().any(|line| line.starts_with(start))
    }

    /// Returns once a line starts like this, so that a test can act in the middle of a build.
    pub async fn reached(&self, start: &str) {
        let mut lines = self.0.subscribe();
        let there = lines.wait_for(|lines| lines.iter().any(|line| line.starts_with(start))).await;
        there.expect("the log holds its sender");
    }
}
