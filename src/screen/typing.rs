//! Typing a boot command at the pace that the template asks for.

use std::time::Duration;

use super::Error;
use super::rfb::Client;
use crate::keys::BootAction;
use crate::keys::vnc::{self, VncStep};

/// Types the actions and pauses after every key event, presses and releases alike, as Packer does.
/// `report` is told the number of actions done. The future may be dropped at any time.
pub async fn type_keys(
    client: &mut Client,
    actions: &[BootAction],
    interval: Duration,
    mut report: impl FnMut(usize),
) -> Result<(), Error> {
    for (index, action) in actions.iter().enumerate() {
        for step in vnc::steps(action) {
            take(client, step, interval).await?;
        }
        report(index + 1);
    }
    Ok(())
}

async fn take(client: &mut Client, step: VncStep, interval: Duration) -> Result<(), Error> {
    match step {
        VncStep::Key { keysym, down } => {
            client.key(keysym, down).await?;
            tokio::time::sleep(interval).await;
        }
        VncStep::Wait(duration) => tokio::time::sleep(duration).await,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::time::Instant;

    use super::*;
    use crate::keys::parse;
    use crate::screen::recorder::{self, KeyEvent};

    const INTERVAL: Duration = Duration::from_millis(100);

    /// What a server sees of the text: milliseconds since the first key, keysym, `+` down or `-` up.
    async fn seen(text: &str) -> (Vec<String>, Vec<usize>) {
        let (ours, theirs) = tokio::io::duplex(64);
        let server = tokio::spawn(recorder::record(theirs));
        let mut client = Client::open(ours, "recorder", None).await.unwrap();
        let mut reports = Vec::new();
        type_keys(&mut client, &parse(text).unwrap(), INTERVAL, |done| reports.push(done)).await.unwrap();
        client.close().await;
        let events = server.await.unwrap().unwrap();
        let start = events.first().map_or_else(Instant::now, |event| event.at);
        (events.iter().map(|event| show(event, start)).collect(), reports)
    }

    fn show(event: &KeyEvent, start: Instant) -> String {
        format!("{} {}{:x}", (event.at - start).as_millis(), if event.down { '+' } else { '-' }, event.keysym)
    }

    #[tokio::test(start_paused = true)]
    async fn every_event_is_followed_by_the_interval_and_waits_by_nothing() {
        let (events, reports) = seen("aB<wait5><leftCtrlOn>").await;
        let first = ["0 +61", "100 -61", "200 +ffe1", "300 +42", "400 -42", "500 -ffe1"];
        assert_eq!(events[..6], first);
        assert_eq!(events[6..], ["5600 +ffe3"]);
        assert_eq!(reports, [1, 2, 3, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_to_type_is_nothing_sent() {
        assert_eq!(seen("").await, (Vec::new(), Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_goes_away_ends_the_typing() {
        let (ours, theirs) = tokio::io::duplex(64);
        let server = tokio::spawn(recorder::record(theirs));
        let mut client = Client::open(ours, "recorder", None).await.unwrap();
        server.abort();
        let error = type_keys(&mut client, &parse("ab").unwrap(), INTERVAL, |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Ended { .. } | Error::Send { .. }), "{error:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_future_stops_at_once() {
        let (ours, theirs) = tokio::io::duplex(64);
        let server = tokio::spawn(recorder::record(theirs));
        let mut client = Client::open(ours, "recorder", None).await.unwrap();
        let done = Arc::new(Mutex::new(0));
        let actions = parse("a<wait1h>b").unwrap();
        let typing = type_keys(&mut client, &actions, INTERVAL, |count| *done.lock().unwrap() = count);
        tokio::time::timeout(Duration::from_secs(60), typing).await.unwrap_err();
        assert_eq!(*done.lock().unwrap(), 1);
        client.close().await;
        assert_eq!(server.await.unwrap().unwrap().len(), 2);
    }
}
