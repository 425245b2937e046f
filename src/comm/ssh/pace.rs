//! How often to knock, and how long to wait for the answer.
//!
//! A hypervisor's network hands a connection to the guest even when we have long given it up, and a slow guest
//! takes a second for each. Knocks that come faster than that would keep it busy with dead connections for
//! ever. So the longer nobody answers, the less often we knock, and the longer each connection waits.

use std::time::Duration;

use super::wire::Unanswered;

/// Silent connections in a row before the pace is halved, and halved again.
const SILENT_PER_LEVEL: u32 = 20;
const LEVELS: u32 = 2;

#[derive(Debug, Default)]
pub(super) struct Pace {
    silent: u32,
}

impl Pace {
    /// A connection that was closed or answered tells that the guest is on.
    pub(super) fn note(&mut self, unanswered: &Unanswered) {
        self.silent = match unanswered {
            Unanswered::Silent => self.silent.saturating_add(1),
            _ => 0,
        };
    }

    /// A time of a lively guest, stretched.
    pub(super) fn stretch(&self, time: Duration) -> Duration {
        time.saturating_mul(1 << (self.silent / SILENT_PER_LEVEL).min(LEVELS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_slows_the_knocks_down_and_a_sign_of_life_ends_that() {
        let (mut pace, step) = (Pace::default(), Duration::from_millis(500));
        let mut steps = Vec::new();
        for _ in 0..100 {
            steps.push(pace.stretch(step).as_millis());
            pace.note(&Unanswered::Silent);
        }
        assert_eq!((steps[19], steps[20], steps[39], steps[40], steps[99]), (500, 1000, 1000, 2000, 2000));
        pace.note(&Unanswered::Closed("reset".into()));
        assert_eq!(pace.stretch(step), step);
    }
}
