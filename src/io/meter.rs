//! Counts the bytes of one long piece of blocking work: reports progress and stops when it is cancelled.

use std::io::Read;

use super::blocking::Cancelled;
use crate::event::{Event, Events, Work};

/// At most this many reports are sent in all.
const REPORTS: u64 = 200;

/// Bytes between two reports of small work.
const MIN_STEP: u64 = 1 << 20;

#[derive(Debug)]
pub struct Meter {
    events: Events,
    cancelled: Cancelled,
    work: Work,
    done: u64,
    total: u64,
    reported: u64,
}

impl Meter {
    /// `total` is the number of bytes that will be read.
    pub fn new(work: Work, total: u64, events: Events, cancelled: Cancelled) -> Self {
        Self { events, cancelled, work, done: 0, total, reported: 0 }
    }

    /// Counts what passes from `reader`.
    pub fn reader<R: Read>(&mut self, reader: R) -> MeteredReader<'_, R> {
        MeteredReader { reader, meter: self }
    }

    /// For work that counts no bytes.
    pub fn cancelled(&self) -> &Cancelled {
        &self.cancelled
    }

    pub fn advance(&mut self, bytes: u64) -> std::io::Result<()> {
        self.cancelled.check()?;
        self.done += bytes;
        if self.done - self.reported >= (self.total / REPORTS).max(MIN_STEP) {
            self.report();
        }
        Ok(())
    }

    /// The last report: all is done.
    pub fn finish(mut self) {
        self.total = self.done;
        self.report();
    }

    fn report(&mut self) {
        self.reported = self.done;
        self.events.send(Event::Progress { work: self.work.clone(), done: self.done, total: Some(self.total) });
    }
}

#[derive(Debug)]
pub struct MeteredReader<'m, R> {
    reader: R,
    meter: &'m mut Meter,
}

impl<R: Read> Read for MeteredReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.meter.advance(read as u64)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_few_and_the_last_one_is_complete() {
        let (events, mut receiver) = Events::channel();
        let cancelled = Cancelled::default();
        let work = Work::Write { path: "disk".into() };
        let mut meter = Meter::new(work, 4 << 20, events, cancelled);
        std::io::copy(&mut meter.reader(std::io::repeat(0).take(4 << 20)), &mut std::io::sink()).unwrap();
        meter.finish();
        let mut seen = Vec::new();
        while let Ok((_, Event::Progress { done, total, .. })) = receiver.try_recv() {
            seen.push((done, total));
        }
        let total = Some(4 << 20);
        assert_eq!(seen, [(1 << 20, total), (2 << 20, total), (3 << 20, total), (4 << 20, total), (4 << 20, total)]);
    }
}
