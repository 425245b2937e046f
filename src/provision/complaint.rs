//! Where a script failed, as far as its shell tells it: shells begin such a line with the script's path and the number
//! of the line in it.

use crate::event::{Event, Events};

/// Watches the output of a script for its shell's complaints. The last one before the end is the one that counts.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    /// The script as its shell calls it.
    path: &'a str,
    last: Option<(usize, String)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(path: &'a str) -> Self {
        Self { path, last: None }
    }

    pub(super) fn look(&mut self, line: &str) {
        if let Some((number, message)) = complaint(line, self.path) {
            self.last = Some((number, message.to_owned()));
        }
    }

    /// Tells of the place in the user's script. `before` is how many lines of ours stand before the user's own.
    pub(super) fn tell(self, name: &str, script: &[u8], before: usize, events: &Events) {
        let Some((number, message)) = self.last else { return };
        let Some(own) = number.checked_sub(before).filter(|own| *own > 0) else { return };
        let source = script.split(|&byte| byte == b'\n').nth(number - 1);
        let source = String::from_utf8_lossy(source.unwrap_or_default()).trim().to_owned();
        events.send(Event::ScriptFault { name: name.to_owned(), line: own, source, message });
    }
}

/// `PATH: 3: what` (dash), `PATH: line 3: what` (bash, busybox), `PATH:3: what` (zsh) and `PATH[3]: what` (ksh).
fn complaint<'a>(line: &'a str, path: &str) -> Option<(usize, &'a str)> {
    let rest = line.strip_prefix(path)?;
    let rest = [": line ", ": ", ":", "["].iter().find_map(|start| rest.strip_prefix(start))?;
    let (number, message) = rest.split_once(':')?;
    let number = number.trim_end_matches(']').parse().ok()?;
    Some((number, message.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_has_its_own_form() {
        for line in ["/s.sh: 3: foo: not found", "/s.sh: line 3: foo: not found", "/s.sh:3: foo: not found"] {
            assert_eq!(complaint(line, "/s.sh"), Some((3, "foo: not found")), "{line}");
        }
        assert_eq!(complaint("/s.sh[12]: foo:  not found", "/s.sh"), Some((12, "foo:  not found")));
        for line in
            ["/s.sh is here", "/s.sh: foo: no", "/other: 3: foo", "/s.sh: 99999999999999999999: x", "/s.sh:", ""]
        {
            assert_eq!(complaint(line, "/s.sh"), None, "{line}");
        }
    }

    #[test]
    fn the_users_own_line_is_told() {
        let (events, mut receiver) = Events::channel();
        let mut told = |line: &str, before| {
            let mut watch = Watch::new("/s.sh");
            watch.look(line);
            watch.tell("a.sh", b"#!/bin/sh\n\n  foo --bar\n", before, &events);
            receiver.try_recv().ok().map(|(_, event)| format!("{event:?}"))
        };
        let told_of_file = told("/s.sh: 3: foo: not found", 0).unwrap();
        assert!(told_of_file.contains(r#"line: 3, source: "foo --bar", message: "foo: not found""#), "{told_of_file}");
        assert!(told("/s.sh: 3: foo: not found", 1).unwrap().contains("line: 2"));
        assert_eq!(told("/s.sh: 1: bad interpreter", 1), None, "our own line is nothing to mend");
        assert!(told("/s.sh: 9: unexpected end of file", 0).unwrap().contains("source: \"\""));
        assert_eq!(told("all is well", 0), None);
    }
}
