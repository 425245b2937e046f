//! Typing a boot command by scan codes, at a pace that the guest can follow.
//!
//! VirtualBox hands codes over at once. A guest that is still in its firmware or boot loader keeps only what its
//! keyboard buffer holds, 15 keys, and loses the rest without a word. So by default no more keys are under way than the
//! buffer has room for when the slowest guest takes them; a short text between two waits goes at once. A template that sets `boot_keygroup_interval` is typed as Packer
//! types: up to 25 codes, then that pause.

use std::time::Duration;

use crate::keys::scancodes::{self, ScancodeStep};
use crate::keys::{BootAction, NoSuchKey};

/// Keys that may wait in the guest's buffer at any time, of the 15 that it holds.
const ROOM: u32 = 12;

/// Keys of the later calls of a long text, at most.
const KEYS: u32 = 6;

/// For each key, beside the tenth of a second that a call takes. A boot prompt that VirtualBox interprets, without the
/// processor's help and on a host that was eight times overloaded, took twelve keys in half a second.
const PAUSE: Duration = Duration::from_millis(50);

/// Scan codes of one call, and the time until the next one. Either may be nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) codes: Vec<u8>,
    pub(super) pause: Duration,
    /// How many actions are done with it.
    pub(super) actions: usize,
}

/// What is done for the actions, in order.
pub(super) fn steps(actions: &[BootAction], interval: Option<Duration>) -> Result<Vec<Step>, NoSuchKey> {
    match interval {
        Some(interval) => by_interval(actions, interval),
        None => gentle(actions),
    }
}

fn by_interval(actions: &[BootAction], interval: Duration) -> Result<Vec<Step>, NoSuchKey> {
    let step = |step| match step {
        ScancodeStep::Batch(codes) => Step { codes, pause: interval, actions: 0 },
        ScancodeStep::Wait(pause) => Step { pause, ..Step::default() },
    };
    let mut steps: Vec<_> = scancodes::batches(actions)?.into_iter().map(step).collect();
    if let Some(last) = steps.last_mut() {
        last.actions = actions.len();
    }
    Ok(steps)
}

/// Few keys at a time. What the template waits for gives the guest time too.
fn gentle(actions: &[BootAction]) -> Result<Vec<Step>, NoSuchKey> {
    let mut steps = Vec::new();
    let mut rest = actions;
    let mut room = ROOM;
    while !rest.is_empty() {
        let typed = rest.iter().take(room as usize).take_while(|action| !is_wait(action)).count();
        let waits = rest[typed..].iter().take_while(|action| is_wait(action)).count();
        let (now, later) = rest.split_at(typed + waits);
        room -= u32::try_from(typed).expect("no more keys than there is room for");
        let waited = waited(&now[typed..]);
        let pause = if later.is_empty() { waited } else { waited.max(PAUSE * KEYS.saturating_sub(room)) };
        room = room.saturating_add(u32::try_from(pause.as_millis() / PAUSE.as_millis()).unwrap_or(ROOM)).min(ROOM);
        steps.push(Step { codes: codes(&now[..typed])?, pause, actions: now.len() });
        rest = later;
    }
    Ok(steps)
}

fn codes(actions: &[BootAction]) -> Result<Vec<u8>, NoSuchKey> {
    let batches = scancodes::batches(actions)?.into_iter().map(|step| match step {
        ScancodeStep::Batch(codes) => codes,
        ScancodeStep::Wait(_) => Vec::new(),
    });
    Ok(batches.flatten().collect())
}

fn is_wait(action: &BootAction) -> bool {
    matches!(action, BootAction::Wait(_))
}

fn waited(actions: &[BootAction]) -> Duration {
    let waits = actions.iter().map(|action| match action {
        BootAction::Wait(duration) => *duration,
        _ => Duration::ZERO,
    });
    waits.fold(Duration::ZERO, Duration::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::parse;

    /// Number of codes and pause of each step.
    fn typed(text: &str, interval: Option<Duration>) -> Vec<(usize, u128)> {
        let steps = steps(&parse(text).unwrap(), interval).unwrap();
        steps.iter().map(|step| (step.codes.len(), step.pause.as_millis())).collect()
    }

    #[test]
    fn few_keys_at_a_time_and_then_a_pause() {
        assert_eq!(typed("abcdefghijklmnopqr<enter>", None), [(24, 300), (12, 300), (2, 0)]);
        assert_eq!(typed("ABCDEF", None), [(24, 0)]);
        assert_eq!(typed("", None), []);
    }

    #[test]
    fn a_wait_serves_as_the_pause() {
        assert_eq!(
            typed("abcdefgh<wait>ijklmnop<wait100ms><wait100ms>q<wait5>", None),
            [(16, 1000), (16, 200), (2, 5000)]
        );
        assert_eq!(typed("abcdefghijkl<wait100ms>mnopqr", None), [(24, 300), (12, 0)]);
        assert_eq!(typed("<wait5>a", None), [(0, 5000), (2, 0)]);
    }

    #[test]
    fn the_buffer_never_runs_over() {
        let text = "abcdefgh<wait100ms>ijk<wait200ms>lmnopqrstuvwxyz0123456789<wait1ms>abcdefghijklmnopqrstuvw";
        let mut held = Duration::ZERO;
        for (codes, pause) in typed(text, None) {
            held += PAUSE * u32::try_from(codes / 2).unwrap();
            assert!(held <= PAUSE * ROOM, "{held:?}");
            held = held.saturating_sub(Duration::from_millis(pause.try_into().unwrap()));
        }
    }

    #[test]
    fn an_interval_of_the_templates_is_packers() {
        let interval = Some(Duration::from_millis(20));
        assert_eq!(typed("abcdefghijklm<wait>n", interval), [(24, 20), (2, 20), (0, 1000), (2, 20)]);
    }

    #[test]
    fn every_action_is_counted_once() {
        for interval in [None, Some(Duration::ZERO)] {
            let actions = parse("install<wait>abcdefghijkl<leftCtrlOn>c<leftCtrlOff><wait><wait>").unwrap();
            let steps = steps(&actions, interval).unwrap();
            assert_eq!(steps.iter().map(|step| step.actions).sum::<usize>(), actions.len());
        }
    }
}
