//! What QEMU's events mean for a build.

use super::qmp::Event;
use crate::machine::Error;

/// Why QEMU says that it ends; from `SHUTDOWN`.
pub(super) fn shutdown_reason(event: &Event) -> Option<String> {
    (event.name == "SHUTDOWN").then(|| text(event, "reason"))
}

/// An end that neither the guest nor the build wanted.
pub(super) fn unwanted_end(reason: &str) -> Option<&'static str> {
    match reason {
        "host-signal" => Some("QEMU was ended by a signal from outside"),
        "host-ui" => Some("the machine's window was closed"),
        "host-error" => Some("QEMU gave up because of an error"),
        "guest-panic" => Some("the guest's kernel panicked"),
        _ => None,
    }
}

/// QEMU stops the machine when the host's disk is full; the installer in it would wait for ever.
pub(super) fn standstill(event: &Event) -> Option<Error> {
    if event.name != "BLOCK_IO_ERROR" || text(event, "action") != "stop" {
        return None;
    }
    let (operation, reason) = (text(event, "operation"), text(event, "reason"));
    let help = if event.data["nospace"] == true { "; make room where the output directory is" } else { "" };
    Some(Error::Host {
        message: format!("the machine stands still because a {operation} on its disk failed: {reason}{help}"),
    })
}

fn text(event: &Event, name: &str) -> String {
    event.data[name].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(name: &str, data: serde_json::Value) -> Event {
        Event { name: name.to_owned(), data }
    }

    #[test]
    fn a_full_host_disk_is_told() {
        let data =
            json!({ "operation": "write", "action": "stop", "nospace": true, "reason": "No space left on device" });
        let error = standstill(&event("BLOCK_IO_ERROR", data)).unwrap().to_string();
        assert!(error.ends_with("No space left on device; make room where the output directory is"), "{error}");
        let reported = json!({ "operation": "read", "action": "report", "reason": "bad block" });
        assert!(standstill(&event("BLOCK_IO_ERROR", reported)).is_none(), "the guest sees it and decides");
        assert!(standstill(&event("RTC_CHANGE", json!({}))).is_none());
    }

    #[test]
    fn ends_that_nobody_wanted() {
        let reason = |reason: &str| shutdown_reason(&event("SHUTDOWN", json!({ "guest": true, "reason": reason })));
        assert_eq!(reason("guest-shutdown").as_deref().and_then(unwanted_end), None);
        assert_eq!(reason("guest-reset").as_deref().and_then(unwanted_end), None, "`-no-reboot`");
        assert!(reason("host-ui").as_deref().and_then(unwanted_end).is_some());
        assert_eq!(shutdown_reason(&event("STOP", json!({}))), None);
    }
}
