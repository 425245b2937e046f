//! How long Windows has been running.
//!
//! It is a count of the kernel, which the clock's being set does not change; the time of the last start, which
//! Windows works out from the clock, moves with it.

use std::time::Duration;

use tokio::time::Instant;

use super::Probe;
use crate::comm::Communicator;
use crate::io::powershell;

const MARK: &str = "boxwright-uptime";

/// Milliseconds, in 32 bits with a sign: a guest up for 25 days counts below 0.
const SCRIPT: &str = "$ProgressPreference = 'SilentlyContinue'; \"boxwright-uptime $([Environment]::TickCount)\"";

#[derive(Debug)]
pub(super) struct Uptime {
    length: Duration,
    asked: Instant,
    answered: Instant,
}

impl Uptime {
    /// `None` where PowerShell does not answer.
    pub(super) async fn read<C: Communicator>(probe: &Probe<'_, C>) -> Option<Self> {
        let asked = Instant::now();
        let (_, lines) = probe.lines(&powershell::command(SCRIPT)).await;
        let length = lines.iter().find_map(|line| parse(line))?;
        Some(Self { length, asked, answered: Instant::now() })
    }

    /// Without a restart the count has grown by the time that passed; after one it has at most that time. Halfway
    /// between lies what neither a slow answer nor a slow guest reaches.
    pub(super) fn is_after_a_restart(&self, before: &Self) -> bool {
        let passed = self.asked.duration_since(before.answered);
        self.length < passed + before.length / 2
    }
}

fn parse(line: &str) -> Option<Duration> {
    let count: i32 = line.split_once(MARK)?.1.trim().parse().ok()?;
    Some(Duration::from_millis(u64::from(count.cast_unsigned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uptime(seconds: u64, at: Instant) -> Uptime {
        Uptime { length: Duration::from_secs(seconds), asked: at, answered: at }
    }

    #[test]
    fn a_count_may_have_a_sign() {
        assert_eq!(parse("boxwright-uptime 61500\r"), Some(Duration::from_millis(61_500)));
        assert_eq!(parse("boxwright-uptime -1"), Some(Duration::from_millis(u64::from(u32::MAX))));
        assert_eq!(parse("boxwright-uptime x"), None);
        assert_eq!(parse("hello"), None);
    }

    #[test]
    fn a_restart_shows_also_when_the_guest_was_young() {
        let start = Instant::now();
        let later = start + Duration::from_secs(120);
        let before = uptime(45, start);
        assert!(!uptime(165, later).is_after_a_restart(&before));
        assert!(!uptime(150, later).is_after_a_restart(&before), "the guest's clock is slow");
        assert!(uptime(110, later).is_after_a_restart(&before), "it is up for longer than before the restart");
        assert!(uptime(20, later).is_after_a_restart(&before));
    }
}
