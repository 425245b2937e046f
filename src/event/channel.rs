//! The way of events from the stages to the reporter. Sending never blocks; who sends much may wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc};

use super::Event;

/// What may wait for the reporter before who makes much of it is held back, in events.
const BACKLOG: usize = 4096;

/// A line counts as one event for each so many bytes.
const BYTES_PER_EVENT: usize = 256;

fn weight(event: &Event) -> usize {
    match event {
        Event::Output { line, .. } => 1 + line.len() / BYTES_PER_EVENT,
        _ => 1,
    }
}

/// The way out for events of one build. Cloning is cheap; sending never blocks.
#[derive(Clone, Debug)]
pub struct Events {
    build: Arc<str>,
    sender: mpsc::UnboundedSender<(Arc<str>, Event)>,
    progress: Arc<Progress>,
}

/// The reporter's end: the build's name with each event.
#[derive(Debug)]
pub struct EventReceiver {
    receiver: mpsc::UnboundedReceiver<(Arc<str>, Event)>,
    progress: Arc<Progress>,
    received: usize,
}

/// How far the reporter is, in weights.
#[derive(Debug, Default)]
struct Progress {
    sent: AtomicUsize,
    /// Events that the reporter is done with.
    reported: AtomicUsize,
    moved: Notify,
}

impl EventReceiver {
    /// The next event. Who asks for it is done with the one before.
    pub async fn recv(&mut self) -> Option<(Arc<str>, Event)> {
        self.progress.report(self.received);
        let received = self.receiver.recv().await?;
        self.received += weight(&received.1);
        Some(received)
    }

    pub fn try_recv(&mut self) -> Result<(Arc<str>, Event), mpsc::error::TryRecvError> {
        self.progress.report(self.received);
        let received = self.receiver.try_recv()?;
        self.received += weight(&received.1);
        Ok(received)
    }

    /// What was sent before can still be received.
    pub fn close(&mut self) {
        self.receiver.close();
        self.progress.moved.notify_waiters();
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

impl Progress {
    fn report(&self, received: usize) {
        self.reported.store(received, Ordering::Relaxed);
        self.moved.notify_waiters();
    }

    fn reported(&self) -> usize {
        self.reported.load(Ordering::Relaxed)
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
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
        let progress = Arc::<Progress>::default();
        (
            Self { build: "".into(), sender, progress: Arc::clone(&progress) },
            EventReceiver { receiver, progress, received: 0 },
        )
    }

    /// Waits while more events are on their way than the reporter can follow. For who hands on the output of programs:
    /// it may come faster than a terminal takes it, for as long as one likes.
    pub async fn catch_up(&self) {
        self.until(|progress| progress.sent().saturating_sub(progress.reported()) < BACKLOG).await;
    }

    /// Has the terminal made free for a question, which is then to be written there. Other builds may go on to write
    /// lines; the question is shown again below them.
    pub async fn ask(&self, question: &str) -> Asking {
        self.send(Event::Asking { question: question.to_owned() });
        let sent = self.progress.sent();
        self.until(|progress| progress.reported() >= sent).await;
        Asking(self.clone())
    }

    /// Waits for the reporter to be so far. One that is gone is waited for no longer.
    async fn until(&self, is_reached: impl Fn(&Progress) -> bool) {
        loop {
            let moved = self.progress.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if is_reached(&self.progress) || self.sender.is_closed() {
                return;
            }
            moved.await;
        }
    }

    #[must_use]
    pub fn for_build(&self, build: &str) -> Self {
        Self { build: build.into(), ..self.clone() }
    }

    pub fn send(&self, event: Event) {
        self.progress.sent.fetch_add(weight(&event), Ordering::Relaxed);
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
    use futures::FutureExt;

    use super::*;
    use crate::event::Stream;

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
    async fn long_lines_weigh_more() {
        let (events, mut receiver) = Events::channel();
        let line = "x".repeat(BYTES_PER_EVENT * BACKLOG);
        events.send(Event::Output { stream: Stream::Stdout, line });
        assert!(events.catch_up().now_or_never().is_none(), "one is enough");
        receiver.recv().await.unwrap();
        receiver.try_recv().unwrap_err();
        assert!(events.catch_up().now_or_never().is_some());
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
