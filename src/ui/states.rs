//! Lines that are written over while they grow, as those of a download: on a terminal the last state stands below the
//! output, elsewhere a state is a line of its own now and then.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::progress::Bars;

/// Between two states that are printed as lines.
const PRINTED_EACH: Duration = Duration::from_secs(1);

/// The lines that are not complete, by build.
#[derive(Debug, Default)]
pub(crate) struct States {
    /// When one was printed, or else when the first came.
    last: HashMap<String, Instant>,
}

impl States {
    /// A new state of a build's line; whether it is to be printed.
    pub(crate) fn change(&mut self, build: &str, state: &str, bars: &mut Bars) -> bool {
        if bars.state(build, state) {
            return false;
        }
        let now = Instant::now();
        let last = self.last.entry(build.to_owned()).or_insert(now);
        let is_due = now.duration_since(*last) >= PRINTED_EACH;
        if is_due {
            *last = now;
        }
        is_due
    }

    /// The line is complete.
    pub(crate) fn end(&mut self, build: &str, bars: &mut Bars) {
        self.last.remove(build);
        bars.end_state(build);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_one_state_is_printed_each_second() {
        let (mut states, mut bars) = (States::default(), Bars::new(false));
        assert!(!states.change("web", "1%", &mut bars), "what is done within a second says only its end");
        *states.last.get_mut("web").unwrap() -= PRINTED_EACH;
        assert!(states.change("web", "50%", &mut bars));
        assert!(!states.change("web", "51%", &mut bars));
        states.end("web", &mut bars);
        assert!(states.last.is_empty());
    }
}
