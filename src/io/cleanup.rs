//! The cleanup stack: what must be undone, last made first, however the build ends.
//!
//! The build task owns it and keeps it outside the pipeline's future; success, error, panic and cancel
//! all unwind it. Each entry that stands for something outside the process is in the journal too.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::journal::{Journal, RecordId, Registered, Resource};
use crate::event::{Event, Events};

/// How long one entry may take before the next one's turn.
const DEADLINE: Duration = Duration::from_secs(30);

type Action = Box<dyn FnOnce() -> BoxFuture<'static, Result<(), String>> + Send>;

struct Entry {
    id: u64,
    label: String,
    record: Option<RecordId>,
    action: Action,
}

#[derive(Default)]
struct Stack {
    next_id: u64,
    entries: Vec<Entry>,
}

/// Clones share the stack.
#[derive(Clone)]
pub struct CleanupStack {
    stack: Arc<Mutex<Stack>>,
    journal: Journal,
}

/// Names an entry of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanupId(u64);

impl CleanupStack {
    pub fn new(journal: Journal) -> Self {
        Self { stack: Arc::default(), journal }
    }

    /// Something inside this process that must be ended in order.
    pub fn push<F, Fut>(&self, label: impl Into<String>, action: F) -> CleanupId
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.push_entry(label.into(), None, Box::new(move || action().boxed()))
    }

    /// Something outside: it goes into the journal first, then on the stack.
    pub fn push_resource(&self, label: impl Into<String>, resource: Resource) -> std::io::Result<CleanupId> {
        let record = self.journal.record(&resource)?;
        let action: Action = Box::new(move || {
            async move {
                let removed = tokio::task::spawn_blocking(move || resource.remove()).await;
                removed.map_err(|error| error.to_string())?.map(|_| ()).map_err(|error| error.to_string())
            }
            .boxed()
        });
        Ok(self.push_entry(label.into(), Some(record), action))
    }

    /// What another program keeps: as `push_resource`, with the action of somebody who knows that program.
    pub fn push_registered<F, Fut>(
        &self,
        label: impl Into<String>,
        registered: Registered,
        action: F,
    ) -> std::io::Result<CleanupId>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        let record = self.journal.record(&Resource::Registered(registered))?;
        Ok(self.push_entry(label.into(), Some(record), Box::new(move || action().boxed())))
    }

    /// A file or folder under a name of our own invention; call it before making it.
    pub fn push_unique_path(&self, path: impl Into<PathBuf>) -> std::io::Result<CleanupId> {
        let path = path.into();
        self.push_resource(format!("remove {}", path.display()), Resource::unique_path(path))
    }

    /// A file or folder under the user's name; call it right after making it.
    pub fn push_made_path(&self, path: &Path) -> std::io::Result<CleanupId> {
        self.push_resource(format!("remove {}", path.display()), Resource::made_path(path))
    }

    fn push_entry(&self, label: String, record: Option<RecordId>, action: Action) -> CleanupId {
        let mut stack = self.lock();
        let id = stack.next_id;
        stack.next_id += 1;
        stack.entries.push(Entry { id, label, record, action });
        CleanupId(id)
    }

    /// Takes an entry off without running it: its thing is the user's now, or already gone.
    pub fn keep(&self, id: CleanupId) {
        if let Some(entry) = self.take(id) {
            self.forget(&entry);
        }
    }

    /// Runs one entry now.
    pub async fn run(&self, id: CleanupId) -> Result<(), String> {
        match self.take(id) {
            Some(entry) => self.run_entry(entry).await,
            None => Ok(()),
        }
    }

    /// Runs all entries, last made first. A failing, hanging or panicking entry does not stop the others.
    pub async fn unwind(&self, events: &Events) -> Vec<String> {
        let mut failures = Vec::new();
        while let Some(entry) = self.pop() {
            events.send(Event::CleanupStep { label: entry.label.clone() });
            if let Err(failure) = self.run_entry(entry).await {
                failures.push(failure);
            }
        }
        failures
    }

    /// Leaves everything where it is (`-on-error=abort`); a later run will not remove it either.
    pub fn abandon(&self) -> Vec<String> {
        let entries = std::mem::take(&mut self.lock().entries);
        for entry in &entries {
            self.forget(entry);
        }
        entries.into_iter().rev().map(|entry| entry.label).collect()
    }

    async fn run_entry(&self, entry: Entry) -> Result<(), String> {
        let Entry { label, record, action, .. } = entry;
        let guarded = std::panic::AssertUnwindSafe(async move { action().await }).catch_unwind();
        let result = match tokio::time::timeout(DEADLINE, guarded).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err("it panicked".to_owned()),
            Err(_) => Err(format!("not done after {} s", DEADLINE.as_secs())),
        };
        if result.is_ok()
            && let Some(record) = record
        {
            self.journal.forget(record);
        }
        result.map_err(|reason| format!("{label}: {reason}"))
    }

    fn forget(&self, entry: &Entry) {
        if let Some(record) = entry.record {
            self.journal.forget(record);
        }
    }

    fn take(&self, id: CleanupId) -> Option<Entry> {
        let mut stack = self.lock();
        let at = stack.entries.iter().position(|entry| entry.id == id.0)?;
        Some(stack.entries.remove(at))
    }

    fn pop(&self) -> Option<Entry> {
        self.lock().entries.pop()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl std::fmt::Debug for CleanupStack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.lock().entries.iter().map(|entry| &entry.label)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn unwinds_in_reverse_order_past_failures_and_panics() {
        let (events, _receiver) = Events::channel();
        let stack = CleanupStack::new(Journal::none());
        let done = Arc::new(Mutex::new(Vec::new()));
        for name in ["first", "second", "kept", "third"] {
            let done = Arc::clone(&done);
            let id = stack.push(name, move || async move {
                done.lock().unwrap().push(name);
                match name {
                    "second" => Err("refused".to_owned()),
                    "third" => panic!("broken"),
                    _ => Ok(()),
                }
            });
            if name == "kept" {
                stack.keep(id);
            }
        }
        let failures = stack.unwind(&events).await;
        assert_eq!(*done.lock().unwrap(), ["third", "second", "first"]);
        assert_eq!(failures, ["third: it panicked", "second: refused"]);
    }
}
