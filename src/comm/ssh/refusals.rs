//! Counting refused credentials for `ssh_handshake_attempts`, and how long to wait after one.

use std::time::Duration;

use tokio::time::Instant;

use super::evidence::Server;

/// Packer needs at least this long for one attempt. Templates choose their number of attempts for that
/// pace, so refusals within it count once however often we try.
const COUNT_INTERVAL: Duration = Duration::from_secs(7);

/// A refusal costs the guest seconds when it is emulated, so we come back more and more slowly.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Refusals in a row by one and the same server.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    server: Option<Server>,
    counted: u32,
    last_counted: Option<Instant>,
    in_a_row: u32,
}

impl Refusals {
    /// Takes one in. Another banner or host key is another system (the installer's own SSH server before the
    /// reboot, the installed one after it), for which counting begins anew.
    pub(super) fn note(&mut self, server: &Server, now: Instant) {
        if self.server.as_ref() != Some(server) {
            *self = Self { server: Some(server.clone()), ..Self::default() };
        }
        self.in_a_row += 1;
        if self.last_counted.is_none_or(|last| now.duration_since(last) >= COUNT_INTERVAL) {
            self.last_counted = Some(now);
            self.counted += 1;
        }
    }

    /// The server was not there to refuse: it may be going down.
    pub(super) fn interrupted(&mut self) {
        self.in_a_row = 0;
    }

    pub(super) fn counted(&self) -> u32 {
        self.counted
    }

    /// Whether the template's number of attempts is used up; 0 is no limit.
    pub(super) fn exhausted(&self, limit: u32) -> bool {
        limit != 0 && self.counted >= limit
    }

    /// How long to wait now.
    pub(super) fn pause(&self, step: Duration) -> Duration {
        step.saturating_mul(self.in_a_row).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(host_key: &str) -> Server {
        Server { banner: "SSH-2.0-OpenSSH_9.6".into(), host_key: host_key.into() }
    }

    #[test]
    fn quick_retries_count_once_in_packers_interval() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        for second in 0..14 {
            refusals.note(&server("a"), start + Duration::from_secs(second));
        }
        assert_eq!(refusals.counted(), 2);
        assert!(!refusals.exhausted(3) && refusals.exhausted(2) && !refusals.exhausted(0));
    }

    #[test]
    fn another_host_key_begins_anew() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        refusals.note(&server("installer"), start);
        refusals.note(&server("installer"), start + COUNT_INTERVAL);
        refusals.note(&server("installed"), start + 2 * COUNT_INTERVAL);
        assert_eq!(refusals.counted(), 1);
    }

    #[test]
    fn pauses_grow_to_a_limit_and_end_with_the_silence_of_a_reboot() {
        let (mut refusals, start, step) = (Refusals::default(), Instant::now(), Duration::from_secs(1));
        refusals.note(&server("a"), start);
        assert_eq!(refusals.pause(step), step);
        (0..20).for_each(|_| refusals.note(&server("a"), start));
        assert_eq!(refusals.pause(step), LONGEST_PAUSE);
        refusals.interrupted();
        assert_eq!(refusals.pause(step), Duration::ZERO);
    }
}
